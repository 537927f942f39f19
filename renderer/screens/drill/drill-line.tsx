/** The rehearsals of one device as a picture: a mark for each on a line of 90 days, and under it a bar of the time that its hosts took. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { DrillView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { hopTimes, timeWords } from './drill-words.ts';

const DAYS_MS = 90 * 86_400_000;
const WIDTH = 640;
const HEIGHT = 58;
const EDGE = 8;
/** Where the marks stand, and where the bars begin below them. */
const MARKS_AT = 12;
const BARS_AT = 24;
const BAR_HEIGHT = 30;
const MARK = 5;
/** Marks that would cover each other stand side by side. */
const APART = 13;

const useStyles = makeStyles({
  picture: { display: 'block', width: '100%', height: 'auto' },
  line: { stroke: tokens.colorNeutralStroke1, strokeWidth: '1px' },
  passed: { fill: tokens.colorStatusSuccessForeground1, '@media (forced-colors: active)': { fill: 'CanvasText' } },
  failed: {
    stroke: tokens.colorStatusDangerForeground1,
    strokeWidth: '2.5px',
    strokeLinecap: 'round',
    fill: 'none',
    '@media (forced-colors: active)': { stroke: 'CanvasText' },
  },
  notTried: {
    stroke: tokens.colorNeutralForeground3,
    strokeWidth: '1.5px',
    fill: tokens.colorNeutralBackground1,
    '@media (forced-colors: active)': { stroke: 'CanvasText', fill: 'Canvas' },
  },
  bar: { fill: tokens.colorBrandForeground1, '@media (forced-colors: active)': { fill: 'CanvasText' } },
  otherBar: { fill: tokens.colorPaletteLavenderBorderActive, '@media (forced-colors: active)': { fill: 'GrayText' } },
});

interface DrillLineProps {
  readonly name: string;
  /** Newest first. */
  readonly drills: readonly DrillView[];
  readonly now: number;
}

export function DrillLine({ name, drills, now }: DrillLineProps) {
  const styles = useStyles();
  const { say, language } = useTexts();
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const passed = drills.filter(({ verdict }) => verdict === 'passed').length;
  const placed = placesOf(drills, now);
  const most = Math.max(1, ...drills.map((one) => hopTimes(one).reduce((sum, { ms }) => sum + ms, 0)));
  return (
    <svg
      className={styles.picture}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={say('drill.history-picture', { name, count: drills.length, passed })}
    >
      <line className={styles.line} x1={EDGE} x2={WIDTH - EDGE} y1={MARKS_AT} y2={MARKS_AT} />
      {placed.map(({ drill, x }) => (
        <g key={drill.id}>
          <title>
            {[
              when.format(drill.at),
              say(`drill.verdict-${drill.verdict}`),
              ...hopTimes(drill).map(({ hop, ms }) => say('drill.time-of-hop', { hop, time: timeWords(ms, say) })),
            ].join(' · ')}
          </title>
          <Mark verdict={drill.verdict} x={x} />
          {barsOf(drill, most).map(({ y, height }, hop) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: the hosts of a way have an order, and may be one host twice
              key={hop}
              className={hop % 2 === 0 ? styles.bar : styles.otherBar}
              x={x - 4}
              y={y}
              width={8}
              height={height}
              rx={1}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

function Mark({ verdict, x }: { readonly verdict: DrillView['verdict']; readonly x: number }) {
  const styles = useStyles();
  if (verdict === 'passed') return <circle className={styles.passed} cx={x} cy={MARKS_AT} r={MARK} />;
  if (verdict === 'not-tried') return <circle className={styles.notTried} cx={x} cy={MARKS_AT} r={MARK - 1} />;
  const [left, right, top, bottom] = [x - 4, x + 4, MARKS_AT - 4, MARKS_AT + 4];
  return <path className={styles.failed} d={`M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`} />;
}

/** By its time, the newest furthest right; as many as there is room for. */
export function placesOf(
  drills: readonly DrillView[],
  now: number,
): readonly { readonly drill: DrillView; readonly x: number }[] {
  let free = WIDTH - EDGE - MARK;
  return drills.flatMap((drill) => {
    const ofTime = WIDTH - EDGE - MARK - ((now - drill.at) / DAYS_MS) * (WIDTH - 2 * (EDGE + MARK));
    const x = Math.min(ofTime, free);
    free = x - APART;
    return x < EDGE ? [] : [{ drill, x }];
  });
}

/** One above the other, the first host at the top; together as high as the time of all of them, against the longest. */
function barsOf(drill: DrillView, most: number): readonly { readonly y: number; readonly height: number }[] {
  let y = BARS_AT;
  return hopTimes(drill).map(({ ms }) => {
    const height = Math.max(1, (ms / most) * BAR_HEIGHT);
    const bar = { y, height };
    y += height + 1;
    return bar;
  });
}
