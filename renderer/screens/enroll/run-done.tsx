/** The result: what was made, how to recognize it, when the devices have it, what next. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { CopyButton } from '../../design/copy-button.tsx';
import { Countdown } from '../../design/countdown.tsx';
import { type Fact, FactList } from '../../design/fact-list.tsx';
import { Randomart } from '../../design/randomart.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { attestationText } from './attestation-text.ts';
import { type RunState, useEnrollmentRun } from './enrollment-run.tsx';
import { RunFrame } from './run-frame.tsx';
import { runProgress } from './run-progress.ts';
import { RunRemarks } from './run-remarks.tsx';

const useStyles = makeStyles({
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalL,
  },
  facts: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXXL, justifyContent: 'space-between' },
  words: {
    flexGrow: 1,
    flexBasis: '340px',
    minWidth: 0,
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: tokens.spacingVerticalL,
  },
  time: { fontVariantNumeric: 'tabular-nums' },
});

type Done = Extract<RunState, { phase: 'done' }>;

export function RunDone({ run }: { readonly run: Done }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { result, request, steps } = run;
  const publishes = request.kind === 'publish' || request.input.publish;
  const { attestation, files, remarks, notices } = runProgress(steps, { kind: request.kind, publishes, phase: 'done' });
  const made = result.kind === 'enroll' ? result.report : undefined;
  const { fingerprint, account, reconciledBy } = result.report;
  const facts: readonly Fact[] = [
    ...(reconciledBy === undefined
      ? []
      : [{ name: say('enroll.left-label'), value: <ReconciledBy by={reconciledBy} /> }]),
    { name: say('enroll.fingerprint'), value: fingerprint, code: true },
    ...(attestation === undefined
      ? []
      : [{ name: say('enroll.attestation'), value: attestationText(attestation, say) }]),
    ...(account === undefined ? [] : [{ name: say('enroll.account'), value: account }]),
    ...(made === undefined ? [] : [{ name: say('enroll.key-file'), value: made.keyFile, code: true }]),
  ];
  const kept = (files?.keptOld ?? []).map((file) => say('enroll.kept-old', { file }));
  const isBackup = request.kind === 'enroll' && request.input.backup === true;
  const isPublished = result.kind === 'publish' || result.report.state === 'published';
  return (
    <>
      <RunFrame
        drawing="done"
        title={say(isBackup ? 'enroll.done-backup' : titleOf(result))}
        text={say(
          isBackup
            ? 'enroll.done-backup-text'
            : isPublished
              ? 'enroll.done-published-text'
              : 'enroll.done-written-text',
        )}
        focusOn="done"
      >
        <NextSteps toPublish={isPublished || isBackup ? undefined : made?.id} isPublished={isPublished} />
      </RunFrame>
      <section className={styles.facts}>
        <div className={styles.words}>
          <FactList facts={facts} />
          {made !== undefined && <CopyButton text={made.publicLine} label={say('enroll.copy-public-line')} />}
        </div>
        {made !== undefined && <Randomart art={made.randomart} label={say('enroll.randomart')} />}
      </section>
      <RunRemarks remarks={[...kept, ...remarks]} notices={notices} />
    </>
  );
}

function titleOf(result: Done['result']) {
  if (result.kind === 'publish') return result.report.alreadyThere ? 'enroll.done-already' : 'enroll.done-publish';
  return result.report.state === 'published' ? 'enroll.done-published' : 'enroll.done-written';
}

function ReconciledBy({ by }: { readonly by: number }) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <span className={styles.time}>
      {say('enroll.left', { when: new Date(by) })} (<Countdown until={by} />)
    </span>
  );
}

interface NextStepsProps {
  /** The enrollment that is yet to be published. */
  readonly toPublish: string | undefined;
  readonly isPublished: boolean;
}

function NextSteps({ toPublish, isPublished }: NextStepsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { publish, dismiss } = useEnrollmentRun();
  const leaveTo = (screen: 'readiness' | 'devices') => {
    dismiss();
    go({ screen });
  };
  return (
    <div className={styles.actions}>
      {toPublish !== undefined && (
        <Button appearance="primary" onClick={() => publish(toPublish)}>
          {say('enroll.publish-now')}
        </Button>
      )}
      <Button appearance={toPublish === undefined ? 'primary' : 'secondary'} onClick={() => leaveTo('readiness')}>
        {say('enroll.to-readiness')}
      </Button>
      {isPublished && <Button onClick={() => leaveTo('devices')}>{say('enroll.add-device')}</Button>}
    </div>
  );
}
