/**
 * Plays a recording in a terminal of its own. Space plays and pauses, Left and Right go five seconds back and on, wherever the focus
 * is but on a control that has these keys itself.
 */
import { Button, makeStyles, Select, Spinner, Switch, tokens } from '@fluentui/react-components';
import { PauseFilled, PlayFilled } from '@fluentui/react-icons';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import '@xterm/xterm/css/xterm.css';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import type { TerminalLook } from '../sessions/session-terminal.ts';
import { useTerminalLook } from '../sessions/use-terminal-look.ts';
import { type DrawUntil, drawUntil } from './draw-until.ts';
import { type RecordingTerminal, recordingTerminal } from './recording-terminal.ts';
import { shownSeconds } from './recording-words.ts';
import { countUntil, type Timeline, timelineOf } from './timeline.ts';
import { usePlayback } from './use-playback.ts';
import { type ReadRecording, useRecording } from './use-recording.ts';

/** Seconds; longer pauses are cut to it unless they are wanted. */
const CUT_PAUSE = 2;
const STEP_SECONDS = 5;
const SPEEDS = [1, 2, 4];

const useStyles = makeStyles({
  player: { flexGrow: 1, minHeight: 0, display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  screen: {
    flexGrow: 1,
    flexBasis: 0,
    minHeight: '180px',
    overflow: 'auto',
    padding: tokens.spacingVerticalS,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    ':focus-within': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  // As wide as the recording, which scrolls where the window is narrower.
  host: { width: 'max-content' },
  controls: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  bar: { flexGrow: 1, flexBasis: '200px', accentColor: tokens.colorCompoundBrandBackground },
  time: { fontVariantNumeric: 'tabular-nums', color: tokens.colorNeutralForeground2 },
});

export function RecordingPlayer({ name, of }: { readonly name: string; readonly of: string }) {
  const { say } = useTexts();
  const look = useTerminalLook();
  const { recording, error } = useRecording(name);
  if (error !== undefined) return <ErrorNotice error={error} />;
  if (recording === undefined || look === undefined) return <Spinner label={say('recordings.loading-one')} />;
  return <Player recording={recording} of={of} look={look} />;
}

interface PlayerProps {
  readonly recording: ReadRecording;
  readonly of: string;
  readonly look: TerminalLook;
}

function Player({ recording, of, look }: PlayerProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const speedId = useId();
  const [cutsPauses, setCutsPauses] = useState(true);
  const timeline = useMemo(
    () => timelineOf(recording.events, cutsPauses ? CUT_PAUSE : undefined),
    [recording, cutsPauses],
  );
  const { duration } = timeline;
  const { position, isPlaying, speed, toggle, seek, setSpeed } = usePlayback(duration);
  const { host, screen } = useDrawing({ recording, of, look, timeline, position });
  const [hasPlayed, setHasPlayed] = useState(false);

  useEffect(() => {
    if (isPlaying) setHasPlayed(true);
    else if (hasPlayed && position >= duration) announce(say('recordings.over'));
  }, [isPlaying, hasPlayed, position, duration, announce, say]);

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof Element)) return;
    if (event.target.closest('button, select, input') !== null) return;
    if (event.key === ' ') toggle();
    else if (event.key === 'ArrowLeft') seek(position - STEP_SECONDS);
    else if (event.key === 'ArrowRight') seek(position + STEP_SECONDS);
    else return;
    event.preventDefault();
  };
  const [at, whole] = [shownSeconds(position), shownSeconds(duration)];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of what is inside
    <div className={styles.player} onKeyDown={press}>
      {!recording.isWhole && (
        <Notice kind="warning" sentence={say('recordings.cut-off')} remedy={say('recordings.cut-off-remedy')} />
      )}
      <div ref={screen} className={styles.screen}>
        <div ref={host} className={styles.host} />
      </div>
      <div className={styles.controls}>
        <Button appearance="primary" icon={isPlaying ? <PauseFilled /> : <PlayFilled />} onClick={toggle}>
          {say(isPlaying ? 'recordings.pause' : 'recordings.play')}
        </Button>
        <input
          type="range"
          className={styles.bar}
          min={0}
          max={Math.max(1, Math.ceil(duration))}
          step={1}
          value={Math.floor(position)}
          aria-label={say('recordings.position')}
          aria-valuetext={say('recordings.position-of', { at, whole })}
          onChange={({ target }) => seek(Number(target.value))}
        />
        <span className={styles.time} aria-hidden="true">
          {say('recordings.position-of', { at, whole })}
        </span>
        <label htmlFor={speedId}>{say('recordings.speed')}</label>
        <Select id={speedId} value={String(speed)} onChange={(_, { value }) => setSpeed(Number(value))}>
          {SPEEDS.map((times) => (
            <option key={times} value={times}>
              {say('recordings.times', { times })}
            </option>
          ))}
        </Select>
        <Switch
          label={say('recordings.cut-pauses')}
          checked={cutsPauses}
          onChange={(_, { checked }) => setCutsPauses(checked)}
        />
      </div>
    </div>
  );
}

interface Drawing extends PlayerProps {
  readonly timeline: Timeline;
  readonly position: number;
}

/** Has the terminal show what the recording shows at the position. */
function useDrawing({ recording, of, look, timeline, position }: Drawing) {
  const { say } = useTexts();
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<{ readonly terminal: RecordingTerminal; readonly draw: DrawUntil }>();

  useEffect(() => {
    if (host.current === null) return;
    const terminal = recordingTerminal(host.current, recording.size);
    const draw = drawUntil(terminal);
    setShown({ terminal, draw });
    return () => {
      draw.stop();
      terminal.dispose();
    };
  }, [recording]);
  useEffect(() => {
    if (shown === undefined) return;
    shown.terminal.look(look);
    if (screen.current !== null) screen.current.style.backgroundColor = shown.terminal.background;
  }, [shown, look]);
  useEffect(() => shown?.terminal.name(say('recordings.terminal', { of })), [shown, say, of]);
  useEffect(() => shown?.draw.until(timeline, countUntil(timeline, position)), [shown, timeline, position]);
  return { host, screen };
}
