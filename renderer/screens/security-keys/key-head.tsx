/** The head of a key's page: the key drawn beside what it is, and while something is under way, beside what there is to do. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { type ReactNode, useEffect } from 'react';
import type { SecurityKeyView } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { FactList } from '../../design/fact-list.tsx';
import { KeyStage } from '../../design/key-stage.tsx';
import { StageWords } from '../../design/stage-words.tsx';
import { useTexts } from '../../texts.tsx';
import { keySentence } from './key-sentence.ts';
import type { KeyJob, KeyJobState } from './use-key-job.ts';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, marginTop: tokens.spacingVerticalL },
});

/** What the key is. */
export function KeyFacts({ pluggedIn, action }: { readonly pluggedIn: SecurityKeyView; readonly action?: ReactNode }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { shape, firmware, aaguid, path, isModelKnown, problem } = pluggedIn;
  const facts = [
    ...(isModelKnown || problem !== undefined
      ? []
      : [{ name: say('keys.fact-model'), value: say('keys.model-unknown') }]),
    ...(firmware === undefined ? [] : [{ name: say('keys.fact-firmware'), value: firmware }]),
    ...(aaguid === undefined ? [] : [{ name: say('keys.fact-aaguid'), value: aaguid, code: true }]),
    { name: say('keys.fact-place'), value: path, code: true },
  ];
  return (
    <KeyStage drawing={problem === undefined ? 'present' : 'failed'} shape={shape}>
      <FactList facts={facts} />
      {action !== undefined && <div className={styles.actions}>{action}</div>}
    </KeyStage>
  );
}

export interface JobStageProps {
  readonly state: Extract<KeyJobState, { phase: 'running' }>;
  readonly cancel: KeyJob['cancel'];
  readonly shape: SecurityKeyView['shape'];
  /** Below the sentence. */
  readonly children?: ReactNode;
}

/** What there is to do now. Takes the focus when it begins: what was pressed is far below, or gone. */
export function JobStage({ state, cancel, shape, children }: JobStageProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const { title, text, drawing } = keySentence(state, say);
  useEffect(() => announce(text === undefined ? title : `${title}. ${text}`), [announce, title, text]);
  return (
    <KeyStage drawing={drawing} shape={shape}>
      <StageWords title={title} text={text} />
      {children}
      <div className={styles.actions}>
        <Button disabledFocusable={state.isStopping} onClick={cancel}>
          {say('keys.cancel')}
        </Button>
      </div>
    </KeyStage>
  );
}
