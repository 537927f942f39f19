/** The guided rotation: the old key and the new one side by side, the steps, and the one thing to do next. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { KeyMultipleRegular } from '@fluentui/react-icons';
import { useEffect } from 'react';
import type { CallOutput, RotationView } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { CopyButton } from '../../design/copy-button.tsx';
import { Countdown } from '../../design/countdown.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ProgressList } from '../../design/progress-list.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { RunFrame } from '../enroll/run-frame.tsx';
import { runProgress } from '../enroll/run-progress.ts';
import { RunRemarks } from '../enroll/run-remarks.tsx';
import { KeySide } from './key-side.tsx';
import { rotationStages } from './rotation-stages.ts';
import { type RotationRun, type RotationRunState, useRotationRun } from './use-rotation-run.ts';

const useStyles = makeStyles({
  sides: {
    display: 'grid',
    gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
    gap: tokens.spacingHorizontalL,
    '@media (max-width: 980px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  next: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: tokens.spacingVerticalS },
  time: {
    margin: 0,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
  },
  text: { margin: 0, maxWidth: '72ch', color: tokens.colorNeutralForeground2 },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, marginTop: tokens.spacingVerticalS },
  address: {
    display: 'block',
    margin: `${tokens.spacingVerticalS} 0`,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
});

export function RotationFlow() {
  const { say } = useTexts();
  const run = useRotationRun();
  const { state } = run;
  const { value, error, again } = useFresh(
    'rotation.get',
    ['readiness.changed', 'targets.changed', 'settings.changed'],
    state.phase === 'running',
  );
  return (
    <ScreenBody>
      <PageHeader title={say('rotation.title')} lead={say('rotation.lead')} />
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />
      )}
      {value === undefined && error === undefined && <Spinner label={say('rotation.loading')} />}
      {state.phase === 'running' && <UnderWay state={state} cancel={run.cancel} />}
      <Outcome state={state} />
      {value !== undefined && <Standing value={value} run={run} onStale={again} />}
    </ScreenBody>
  );
}

interface StandingProps {
  readonly value: CallOutput<'rotation.get'>;
  readonly run: RotationRun;
  readonly onStale: () => void;
}

function Standing({ value, run, onStale }: StandingProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { rotation, published, now } = value;
  if (rotation === undefined && published === undefined) {
    return (
      <EmptyState
        picture={<KeyMultipleRegular />}
        title={say('rotation.nothing')}
        text={say('rotation.nothing-text')}
        action={<Button onClick={() => go({ screen: 'enroll' })}>{say('rotation.enroll')}</Button>}
      />
    );
  }
  const isReconciled = rotation?.reconciledBy !== undefined && rotation.reconciledBy <= now;
  const side = { leaving: rotation?.leaving, isReconciled, now };
  const isDone = run.state.phase === 'done' && rotation === undefined;
  return (
    <>
      {run.state.phase !== 'running' && !isDone && <Next rotation={rotation} run={run} onStale={onStale} />}
      <div className={styles.sides}>
        <KeySide which="old" enrollment={rotation?.old ?? published} {...side} />
        {!isDone && <KeySide which="new" enrollment={rotation?.new} {...side} />}
      </div>
      {rotation !== undefined && <Stages rotation={rotation} />}
    </>
  );
}

function Stages({ rotation }: { readonly rotation: RotationView }) {
  const { say } = useTexts();
  const isBack = rotation.leaving === 'new';
  const items = rotationStages(rotation).map(({ name, state }) => ({
    id: name,
    state,
    title:
      name === 'publish' && isBack
        ? say('rotation.step-publish-back')
        : name === 'retire' && isBack
          ? say('rotation.step-retire-new')
          : say(`rotation.step-${name}`),
  }));
  return <ProgressList label={say('rotation.steps')} items={items} />;
}

interface NextProps {
  readonly rotation: RotationView | undefined;
  readonly run: RotationRun;
  readonly onStale: () => void;
}

/** The one thing to do next. */
function Next({ rotation, run, onStale }: NextProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const { stage, leaving, reconciledBy } = rotation ?? {};
  const back = leaving === 'new' ? '-back' : '';
  const which = leaving === 'new' ? '-new' : '';
  const primary = (label: string) => (
    <Button appearance="primary" size="large" onClick={() => run.run(leaving === 'new' ? 'give-up' : 'next')}>
      {label}
    </Button>
  );
  const actionOf = () => {
    switch (stage) {
      case undefined:
        return primary(say('rotation.next-begin'));
      case 'making':
        return primary(say('rotation.next-making'));
      case 'to-publish':
        return primary(say(`rotation.next-to-publish${back}`));
      case 'waiting':
        return (
          <Button size="large" onClick={() => go({ screen: 'devices' })}>
            {say('rotation.try-login')}
          </Button>
        );
      case 'to-prove':
        return (
          <Button appearance="primary" size="large" onClick={() => go({ screen: 'devices' })}>
            {say('rotation.next-to-prove')}
          </Button>
        );
      case 'to-retire':
      case 'retiring':
        return primary(say(`rotation.next-${stage}${which}`));
      default:
        return stage satisfies never;
    }
  };
  const mayGiveUp = rotation !== undefined && leaving === 'old' && stage !== 'retiring';
  return (
    <div className={styles.next}>
      {stage === 'waiting' && reconciledBy !== undefined && (
        <>
          <p className={styles.time}>
            <Countdown until={reconciledBy} onEnd={onStale} />
          </p>
          <p className={styles.text}>{say('rotation.next-waiting')}</p>
          <p className={styles.text}>{say('rotation.next-waiting-text')}</p>
        </>
      )}
      {stage === 'to-prove' && <p className={styles.text}>{say('rotation.next-to-prove-text')}</p>}
      <div className={styles.actions}>
        {actionOf()}
        {mayGiveUp && (
          <Button size="large" onClick={() => run.run('give-up')}>
            {say('rotation.give-up')}
          </Button>
        )}
        {rotation === undefined && (
          <Button size="large" onClick={() => go({ screen: 'security-keys' })}>
            {say('rotation.back')}
          </Button>
        )}
      </div>
    </div>
  );
}

interface UnderWayProps {
  readonly state: Extract<RotationRunState, { phase: 'running' }>;
  readonly cancel: () => void;
}

function UnderWay({ state: { steps, isStopping }, cancel }: UnderWayProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const { waiting, signInUrl, remarks, notices } = runProgress(steps, {
    kind: 'enroll',
    publishes: true,
    phase: 'running',
  });
  const isUrl = waiting === 'sign-in' && signInUrl !== undefined;
  const title = isStopping
    ? say('rotation.stopping')
    : waiting === undefined
      ? say('rotation.working')
      : say(`enroll.now-${waiting}`);
  const text =
    isStopping || waiting === undefined
      ? undefined
      : say(isUrl ? 'enroll.now-sign-in-url' : `enroll.now-${waiting}-text`);
  useEffect(() => announce(text === undefined ? title : `${title}. ${text}`), [announce, title, text]);
  return (
    <>
      <RunFrame
        drawing={waiting === 'touch' ? 'touch' : waiting === undefined || isStopping ? 'busy' : 'present'}
        title={title}
        text={text}
        focusOn="running"
      >
        {isUrl && !isStopping && (
          <>
            <code className={styles.address}>{signInUrl}</code>
            <CopyButton text={signInUrl} label={say('enroll.copy-address')} />
          </>
        )}
        <div className={styles.actions}>
          <Button disabledFocusable={isStopping} onClick={cancel}>
            {say('rotation.cancel')}
          </Button>
        </div>
      </RunFrame>
      <RunRemarks remarks={remarks} notices={notices} />
    </>
  );
}

/** What came of the last step. */
function Outcome({ state }: { readonly state: RotationRunState }) {
  const { say } = useTexts();
  const announce = useAnnounce();
  const said =
    state.phase === 'done'
      ? say(`rotation.did-${state.did}`)
      : state.phase === 'stopped'
        ? say('rotation.stopped')
        : undefined;
  useEffect(() => {
    if (said !== undefined) announce(said);
  }, [announce, said]);
  if (state.phase === 'failed') return <ErrorNotice error={state.error} />;
  if (said === undefined) return null;
  const remarks =
    state.phase === 'done' ? state.steps.flatMap((step) => (step.kind === 'remark' ? [step.text] : [])) : [];
  return <Notice kind="info" sentence={said} remedy={[...new Set(remarks)].join(' ')} />;
}
