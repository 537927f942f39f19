/** What came of a run: done, stopped or failed, and what to do next. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { CallError } from '../../contract-client.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import { type RunState, useEnrollmentRun } from './enrollment-run.tsx';
import { RunDone } from './run-done.tsx';
import { RunFrame } from './run-frame.tsx';
import { runProgress } from './run-progress.ts';
import { RunRemarks } from './run-remarks.tsx';
import { RunStages } from './run-stages.tsx';

const useStyles = makeStyles({
  why: { marginTop: tokens.spacingVerticalL },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalL,
  },
});

type Ended = Exclude<RunState, { phase: 'none' | 'running' }>;

export function RunOutcome({ run }: { readonly run: Ended }) {
  return run.phase === 'done' ? <RunDone run={run} /> : <RunEndedEarly run={run} />;
}

function RunEndedEarly({ run }: { readonly run: Exclude<Ended, { phase: 'done' }> }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { again, dismiss } = useEnrollmentRun();
  const { request, steps, phase, error } = run;
  const publishes = request.kind === 'publish' || request.input.publish;
  const progress = runProgress(steps, { kind: request.kind, publishes, phase });
  const isStopped = phase === 'stopped';
  const isMade = progress.leftBehind === 'files' || progress.leftBehind === 'perhaps-published';
  // The same security key again would be refused again.
  const isSameKey = error instanceof CallError && error.code === 'BACKUP_NEEDS_ANOTHER_KEY';
  const failed = isSameKey ? 'enroll.failed-same-key' : isMade ? 'enroll.failed-publish' : 'enroll.failed';
  return (
    <>
      <RunFrame
        drawing={isStopped ? 'present' : 'failed'}
        title={say(isStopped ? 'enroll.stopped' : failed)}
        text={say(`enroll.stopped-${progress.leftBehind}`)}
        focusOn={phase}
      >
        {!isStopped && (
          <div className={styles.why}>
            <ErrorNotice error={error} />
          </div>
        )}
        <div className={styles.actions}>
          {isSameKey ? (
            <Button appearance="primary" onClick={dismiss}>
              {say('enroll.choose-another')}
            </Button>
          ) : (
            <>
              <Button appearance="primary" onClick={again}>
                {say(isStopped ? 'enroll.go-on' : 'enroll.try-again')}
              </Button>
              <Button onClick={dismiss}>{say('enroll.back')}</Button>
            </>
          )}
        </div>
      </RunFrame>
      <RunStages progress={progress} />
      <RunRemarks remarks={progress.remarks} notices={progress.notices} />
    </>
  );
}
