/** The guided rotation: the old key and the new one side by side, the steps, and the one thing to do next. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { KeyMultipleRegular } from '@fluentui/react-icons';
import { useEffect } from 'react';
import type { CallOutput, RotationView } from '../../../main/ipc/contract.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { CopyButton } from '../../design/copy-button.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ProgressList } from '../../design/progress-list.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { type LongCall, type LongCallState, useLongCall } from '../../use-long-call.ts';
import { RunFrame } from '../enroll/run-frame.tsx';
import { runProgress } from '../enroll/run-progress.ts';
import { RunRemarks } from '../enroll/run-remarks.tsx';
import { KeySide } from './key-side.tsx';
import { RotationNext } from './rotation-next.tsx';
import { rotationStages } from './rotation-stages.ts';

const useStyles = makeStyles({
  // The steps stand beside what is next where there is room, else below it.
  top: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: `${tokens.spacingVerticalXL} ${tokens.spacingHorizontalXXXL}`,
  },
  sides: {
    display: 'grid',
    gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
    gap: tokens.spacingHorizontalL,
    '@media (max-width: 980px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
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
  const run = useLongCall<'rotation.run'>();
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
  readonly run: LongCall<'rotation.run'>;
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
  const isRunning = run.state.phase === 'running';
  const isDone = run.state.phase === 'done' && rotation === undefined;
  return (
    <>
      <div className={styles.top}>
        {!isRunning && !isDone && <RotationNext rotation={rotation} run={run} onStale={onStale} />}
        {rotation !== undefined && <Stages rotation={rotation} isRunning={isRunning} />}
      </div>
      <div className={styles.sides}>
        <KeySide which="old" enrollment={rotation?.old ?? published} {...side} />
        {!isDone && <KeySide which="new" enrollment={rotation?.new} {...side} />}
      </div>
    </>
  );
}

interface StagesProps {
  readonly rotation: RotationView;
  readonly isRunning: boolean;
}

/** What nothing works at waits for the devices or for the person. */
function Stages({ rotation, isRunning }: StagesProps) {
  const { say } = useTexts();
  const isBack = rotation.leaving === 'new';
  const items = rotationStages(rotation).map(({ name, state }) => ({
    id: name,
    state: state !== 'active' || isRunning ? state : name === 'wait' ? ('waiting' as const) : ('your-turn' as const),
    title:
      name === 'publish' && isBack
        ? say('rotation.step-publish-back')
        : name === 'retire' && isBack
          ? say('rotation.step-retire-new')
          : say(`rotation.step-${name}`),
  }));
  return <ProgressList label={say('rotation.steps')} items={items} />;
}

interface UnderWayProps {
  readonly state: Extract<LongCallState<'rotation.run'>, { phase: 'running' }>;
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
        drawing={
          waiting === 'touch' || waiting === 'system'
            ? 'touch'
            : waiting === undefined || isStopping
              ? 'busy'
              : 'present'
        }
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
function Outcome({ state }: { readonly state: LongCallState<'rotation.run'> }) {
  const { say } = useTexts();
  const announce = useAnnounce();
  const said =
    state.phase === 'done'
      ? say(`rotation.did-${state.output.did}`)
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
