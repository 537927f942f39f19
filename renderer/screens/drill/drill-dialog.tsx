/** Rehearses, and shows each step as it is taken; then what was rehearsed before. Or, with nothing to rehearse, only that. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useEffect } from 'react';
import { useAnnounce } from '../../design/announcement.tsx';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import { DrillHistory } from './drill-history.tsx';
import { DrillSteps } from './drill-steps.tsx';
import { type Drill, type DrillInput, useDrill } from './use-drill.ts';

/** What to rehearse: one saved device, several, or nothing but to look at the results. */
export type Rehearsal =
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'favourites' | 'all' }
  | { readonly kind: 'results' };

const useStyles = makeStyles({
  lead: { margin: 0, color: tokens.colorNeutralForeground2 },
  summary: { margin: 0, fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase400 },
});

export function DrillDialog({ rehearsal, onClose }: { readonly rehearsal: Rehearsal; readonly onClose: () => void }) {
  return rehearsal.kind === 'results' ? (
    <Results onClose={onClose} />
  ) : (
    <Rehearsing rehearsal={rehearsal} onClose={onClose} />
  );
}

function Results({ onClose }: { readonly onClose: () => void }) {
  const { say } = useTexts();
  return (
    <DialogFrame
      title={say('drill.title-results')}
      maxWidth={720}
      onClose={onClose}
      buttons={
        <Button appearance="primary" onClick={onClose}>
          {say('drill.close')}
        </Button>
      }
    >
      <DrillHistory />
    </DialogFrame>
  );
}

type Rehearsed = Exclude<Rehearsal, { readonly kind: 'results' }>;

function inputOf(rehearsal: Rehearsed): DrillInput {
  return rehearsal.kind === 'device'
    ? { targets: [rehearsal.name], everyWay: false }
    : { targets: [], also: rehearsal.kind, everyWay: false };
}

function Rehearsing({ rehearsal, onClose }: { readonly rehearsal: Rehearsed; readonly onClose: () => void }) {
  const styles = useStyles();
  const { say } = useTexts();
  const drill = useDrill(inputOf(rehearsal));
  const { state } = drill;
  const isRunning = state.phase === 'running';
  const title = {
    device: () => say('drill.title-one', { name: rehearsal.kind === 'device' ? rehearsal.name : '' }),
    favourites: () => say('drill.title-favourites'),
    all: () => say('drill.title-all'),
  }[rehearsal.kind]();
  return (
    <DialogFrame
      isAlert
      title={title}
      maxWidth={720}
      onClose={() => !isRunning && onClose()}
      buttons={
        isRunning ? (
          <Button onClick={drill.stop} disabledFocusable={state.isStopping}>
            {say(state.isStopping ? 'drill.stopping' : 'drill.stop')}
          </Button>
        ) : (
          <>
            <Button onClick={drill.start}>{say('drill.again')}</Button>
            <Button appearance="primary" onClick={onClose}>
              {say('drill.close')}
            </Button>
          </>
        )
      }
    >
      {isRunning && (
        <p className={styles.lead}>
          {say('drill.lead')} {say('drill.touch-hint')}
        </p>
      )}
      <Ended drill={drill} />
      {state.phase !== 'failed' &&
        state.parts.map((part, at) => (
          // Parts are only ever added at the end.
          // biome-ignore lint/suspicious/noArrayIndexKey: a target with several ways is there several times
          <DrillSteps key={at} part={part} isRunning={isRunning} />
        ))}
      {state.phase === 'done' && <DrillHistory only={state.drills.map(({ target }) => target)} />}
    </DialogFrame>
  );
}

/** How it ended, in a sentence that is also read out. */
function Ended({ drill: { state } }: { readonly drill: Drill }) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const summary =
    state.phase !== 'done'
      ? undefined
      : say('drill.summary', {
          passed: state.drills.filter(({ verdict }) => verdict === 'passed').length,
          count: state.drills.length,
        });
  useEffect(() => {
    if (summary !== undefined) announce(summary);
  }, [announce, summary]);
  if (summary !== undefined) return <p className={styles.summary}>{summary}</p>;
  if (state.phase === 'stopped') return <Notice kind="info" sentence={say('drill.stopped')} />;
  return state.phase === 'failed' ? <ErrorNotice error={state.error} /> : null;
}
