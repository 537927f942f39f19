/**
 * A security key, drawn: absent (an outline), plugged in, being worked with, waiting for a finger, done. Decoration beside
 * words that say the same; still where reduced motion is wished.
 *
 * Its shape is drawn as far as it can be told. An AAGUID names a series: which plug it has, and how large it is, nobody can
 * read from a key; that it has a radio, a fingerprint sensor or two plugs, one can.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { SecurityKeyView } from '../../main/ipc/contract.ts';

export type KeyShape = SecurityKeyView['shape'];
export type KeyDrawingState = 'absent' | 'present' | 'busy' | 'touch' | 'done' | 'failed';

const STILL = '@media (prefers-reduced-motion: reduce)';
const FORCED = '@media (forced-colors: active)';

const useStyles = makeStyles({
  // With forced colours the browser would fill every part with the same one: the parts choose from the system's themselves.
  drawing: { display: 'block', flexShrink: 0, overflow: 'visible', forcedColorAdjust: 'none' },
  body: {
    fill: tokens.colorNeutralBackground1,
    stroke: tokens.colorNeutralForeground2,
    strokeWidth: '2px',
    [FORCED]: { fill: 'Canvas', stroke: 'CanvasText' },
  },
  plug: {
    fill: tokens.colorNeutralBackground4,
    stroke: tokens.colorNeutralForeground2,
    strokeWidth: '2px',
    [FORCED]: { fill: 'Canvas', stroke: 'CanvasText' },
  },
  contact: {
    stroke: tokens.colorNeutralForeground3,
    strokeWidth: '2px',
    strokeLinecap: 'round',
    [FORCED]: { stroke: 'CanvasText' },
  },
  outline: {
    fill: 'none',
    stroke: tokens.colorNeutralStrokeAccessible,
    strokeWidth: '2px',
    strokeDasharray: '5 5',
    [FORCED]: { stroke: 'CanvasText' },
  },
  sensor: {
    fill: tokens.colorNeutralBackground1,
    stroke: tokens.colorBrandForeground1,
    strokeWidth: '2.5px',
    [FORCED]: { fill: 'Canvas', stroke: 'CanvasText' },
  },
  sensorTouch: {
    fill: tokens.colorBrandBackground,
    stroke: tokens.colorBrandBackground,
    [FORCED]: { fill: 'Highlight', stroke: 'Highlight' },
  },
  sensorDone: {
    fill: tokens.colorStatusSuccessForeground1,
    stroke: tokens.colorStatusSuccessForeground1,
    [FORCED]: { fill: 'CanvasText', stroke: 'CanvasText' },
  },
  sensorFailed: { stroke: tokens.colorStatusDangerForeground1, [FORCED]: { stroke: 'CanvasText' } },
  sensorBusy: {
    strokeDasharray: '30 14',
    transformOrigin: '118px 40px',
    animationName: { to: { transform: 'rotate(360deg)' } },
    animationDuration: '1.4s',
    animationTimingFunction: 'linear',
    animationIterationCount: 'infinite',
    [STILL]: { animationName: 'none' },
  },
  mark: {
    fill: 'none',
    stroke: tokens.colorNeutralForegroundOnBrand,
    strokeWidth: '2.5px',
    strokeLinecap: 'round',
    [FORCED]: { stroke: 'HighlightText' },
  },
  markDone: {
    fill: 'none',
    stroke: tokens.colorNeutralBackground1,
    strokeWidth: '2.5px',
    strokeLinecap: 'round',
    [FORCED]: { stroke: 'Canvas' },
  },
  ring: {
    fill: 'none',
    stroke: tokens.colorBrandStroke1,
    strokeWidth: '2px',
    [FORCED]: { stroke: 'Highlight' },
    transformOrigin: '118px 40px',
    animationName: {
      from: { transform: 'scale(0.75)', opacity: 0.9 },
      to: { transform: 'scale(1.5)', opacity: 0 },
    },
    animationDuration: '1.6s',
    animationTimingFunction: 'ease-out',
    animationIterationCount: 'infinite',
    [STILL]: { animationName: 'none' },
  },
  ringLate: { animationDelay: '0.8s', [STILL]: { display: 'none' } },
  ridges: {
    fill: 'none',
    stroke: tokens.colorBrandForeground1,
    strokeWidth: '2px',
    strokeLinecap: 'round',
    [FORCED]: { stroke: 'CanvasText' },
  },
  radio: {
    fill: 'none',
    stroke: tokens.colorNeutralForeground3,
    strokeWidth: '2px',
    strokeLinecap: 'round',
    [FORCED]: { stroke: 'CanvasText' },
  },
  hole: {
    fill: tokens.colorNeutralBackground1,
    stroke: tokens.colorNeutralForeground2,
    strokeWidth: '2px',
    [FORCED]: { fill: 'Canvas', stroke: 'CanvasText' },
  },
});

export interface KeyDrawingProps {
  readonly state: KeyDrawingState;
  readonly shape?: KeyShape;
  /** Its width in CSS pixels. */
  readonly size?: number;
}

export function KeyDrawing({ state, shape = 'plain', size = 176 }: KeyDrawingProps) {
  const styles = useStyles();
  return (
    <svg
      className={styles.drawing}
      width={size}
      height={(size * 80) / 176}
      viewBox="0 0 176 80"
      aria-hidden="true"
      focusable="false"
    >
      {state === 'absent' ? <Outline /> : <Plugged state={state} shape={shape} />}
    </svg>
  );
}

function Outline() {
  const { outline } = useStyles();
  return (
    <>
      <path className={outline} d="M54 26H8v28h46" />
      <rect className={outline} x="54" y="14" width="112" height="52" rx="14" />
      <circle className={outline} cx="118" cy="40" r="14" />
    </>
  );
}

type PluggedProps = { readonly state: Exclude<KeyDrawingState, 'absent'>; readonly shape: KeyShape };

function Plugged({ state, shape }: PluggedProps) {
  const styles = useStyles();
  return (
    <>
      <path className={styles.plug} d="M54 26H10a2 2 0 0 0-2 2v24a2 2 0 0 0 2 2h44z" />
      <path className={styles.contact} d="M18 33h24M18 40h18M18 47h24" />
      {shape === 'two-plugs' ? (
        <>
          <path className={styles.plug} d="M138 31h24a6 6 0 0 1 6 6v6a6 6 0 0 1-6 6h-24z" />
          <rect className={styles.body} x="54" y="14" width="86" height="52" rx="14" />
        </>
      ) : (
        <>
          <rect className={styles.body} x="54" y="14" width="112" height="52" rx="14" />
          <circle className={styles.hole} cx="152" cy="40" r="5" />
        </>
      )}
      {shape === 'nfc' && (
        <path className={styles.radio} d="M68 35a8 8 0 0 1 0 10M74 31a14 14 0 0 1 0 18M80 27a20 20 0 0 1 0 26" />
      )}
      <g transform={shape === 'two-plugs' ? 'translate(-21 0)' : undefined}>
        <Sensor state={state} shape={shape} />
      </g>
    </>
  );
}

function Sensor({ state, shape }: PluggedProps) {
  const styles = useStyles();
  const sensor = mergeClasses(
    styles.sensor,
    state === 'touch' && styles.sensorTouch,
    state === 'done' && styles.sensorDone,
    state === 'failed' && styles.sensorFailed,
    state === 'busy' && styles.sensorBusy,
  );
  const isReader = shape === 'sensor';
  const isFinger = state === 'touch' || (isReader && state === 'present');
  return (
    <>
      {state === 'touch' && (
        <>
          <circle className={styles.ring} cx="118" cy="40" r="20" />
          <circle className={mergeClasses(styles.ring, styles.ringLate)} cx="118" cy="40" r="20" />
        </>
      )}
      <circle className={sensor} cx="118" cy="40" r={isReader ? 18 : 14} />
      {isFinger && (
        <path
          className={state === 'touch' ? styles.mark : styles.ridges}
          d={
            isReader
              ? 'M108 46v-5a10 10 0 0 1 20 0v5M113 48v-7a5 5 0 0 1 10 0v6M118 41v8'
              : 'M112 45v-4a6 6 0 0 1 12 0v4M118 41v5'
          }
        />
      )}
      {state === 'done' && <path className={styles.markDone} d="m112 40.5 4 4 8-8.5" />}
      {state === 'failed' && <path className={styles.contact} d="m113 35 10 10m0-10-10 10" />}
    </>
  );
}
