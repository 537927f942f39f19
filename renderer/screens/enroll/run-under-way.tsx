/** While it runs: what the person has to do at this moment, the steps, and how to stop with what a stop leaves. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect } from 'react';
import { useAnnounce } from '../../design/announcement.tsx';
import { CopyButton } from '../../design/copy-button.tsx';
import type { KeyDrawingState } from '../../design/key-drawing.tsx';
import { useTexts } from '../../texts.tsx';
import { type RunState, useEnrollmentRun } from './enrollment-run.tsx';
import { RunFrame } from './run-frame.tsx';
import { type RunProgress, runProgress, type Waiting } from './run-progress.ts';
import { RunRemarks } from './run-remarks.tsx';
import { RunStages } from './run-stages.tsx';

const useStyles = makeStyles({
  address: {
    display: 'block',
    margin: `${tokens.spacingVerticalS} 0`,
    padding: tokens.spacingHorizontalS,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  stop: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  stopText: { color: tokens.colorNeutralForeground2, flexBasis: '240px', flexGrow: 1 },
});

const DRAWINGS: Readonly<Record<Waiting, KeyDrawingState>> = {
  pin: 'present',
  'new-pin': 'present',
  touch: 'touch',
  system: 'touch',
  'sign-in': 'present',
  'key-busy': 'present',
};

export function RunUnderWay({ run }: { readonly run: Extract<RunState, { phase: 'running' }> }) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const { cancel } = useEnrollmentRun();
  const { request, steps, isStopping } = run;
  const publishes = request.kind === 'publish' || request.input.publish;
  const progress = runProgress(steps, { kind: request.kind, publishes, phase: 'running' });
  const { waiting, leftBehind, signInUrl } = progress;
  const { title, text } = useSentence(progress, isStopping);
  useEffect(() => announce(text === undefined ? title : `${title}. ${text}`), [announce, title, text]);
  return (
    <>
      <RunFrame
        drawing={waiting === undefined || isStopping ? 'busy' : DRAWINGS[waiting]}
        title={title}
        text={text}
        focusOn="running"
      >
        {waiting === 'sign-in' && signInUrl !== undefined && !isStopping && (
          <>
            <code className={styles.address}>{signInUrl}</code>
            <CopyButton text={signInUrl} label={say('enroll.copy-address')} />
          </>
        )}
      </RunFrame>
      <div className={styles.stop}>
        <Button disabledFocusable={isStopping} onClick={cancel}>
          {say('enroll.cancel')}
        </Button>
        <span className={styles.stopText}>{say(`enroll.stop-${leftBehind}`)}</span>
      </div>
      <RunStages progress={progress} />
      <RunRemarks remarks={progress.remarks} notices={progress.notices} />
    </>
  );
}

/** What there is to do, or what is going on. */
function useSentence(
  { waiting, stages, signInUrl }: RunProgress,
  isStopping: boolean,
): { readonly title: string; readonly text?: string } {
  const { say } = useTexts();
  if (isStopping) return { title: say('enroll.stopping') };
  if (waiting === 'sign-in' && signInUrl !== undefined) {
    return { title: say('enroll.now-sign-in'), text: say('enroll.now-sign-in-url') };
  }
  if (waiting !== undefined) return { title: say(`enroll.now-${waiting}`), text: say(`enroll.now-${waiting}-text`) };
  const active = stages.find(({ state }) => state === 'active');
  return { title: active === undefined ? say('enroll.now-working') : say(`enroll.now-working-${active.name}`) };
}
