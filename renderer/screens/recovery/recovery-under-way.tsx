/** While it runs: what the person has to do at this moment. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect } from 'react';
import type { RecoveryStep } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { CopyButton } from '../../design/copy-button.tsx';
import { useTexts, type WindowTexts } from '../../texts.tsx';
import { RunFrame } from '../enroll/run-frame.tsx';

const useStyles = makeStyles({
  address: {
    display: 'block',
    margin: `${tokens.spacingVerticalS} 0`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  actions: { marginTop: tokens.spacingVerticalL },
});

export interface RecoveryUnderWayProps {
  readonly steps: readonly RecoveryStep[];
  readonly isStopping: boolean;
  readonly onCancel: () => void;
}

export function RecoveryUnderWay({ steps, isStopping, onCancel }: RecoveryUnderWayProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const step = steps.at(-1);
  const { title, text } = isStopping ? { title: say('recovery.stopping'), text: undefined } : sentenceOf(step, say);
  const url = step?.kind === 'sign-in-wanted' ? step.url : undefined;
  useEffect(() => announce(text === undefined ? title : `${title}. ${text}`), [announce, title, text]);
  return (
    <RunFrame
      drawing={step?.kind === 'pin-wanted' || step?.kind === 'sign-in-wanted' ? 'present' : 'busy'}
      title={title}
      text={text}
      focusOn="running"
    >
      {url !== undefined && !isStopping && (
        <>
          <code className={styles.address}>{url}</code>
          <CopyButton text={url} label={say('recovery.copy-address')} />
        </>
      )}
      <div className={styles.actions}>
        <Button disabledFocusable={isStopping} onClick={onCancel}>
          {say('recovery.cancel')}
        </Button>
      </div>
    </RunFrame>
  );
}

function sentenceOf(
  step: RecoveryStep | undefined,
  say: WindowTexts['say'],
): { readonly title: string; readonly text?: string | undefined } {
  switch (step?.kind) {
    case 'pin-wanted':
      return { title: say('recovery.now-pin'), text: say('recovery.now-pin-text') };
    case 'key-busy':
      return { title: say('recovery.now-busy'), text: say('recovery.now-busy-text') };
    case 'sign-in-wanted':
      return {
        title: say('recovery.now-sign-in'),
        text: say(step.url === undefined ? 'recovery.now-sign-in-text' : 'recovery.now-sign-in-url'),
      };
    case 'looking-at-profile':
      return { title: say('recovery.now-profile'), text: step.account };
    case 'files-written':
      return { title: say('recovery.now-files'), text: step.keyFile };
    default:
      return { title: say('recovery.now-working') };
  }
}
