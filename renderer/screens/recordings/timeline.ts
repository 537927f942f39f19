/** When what of a recording is shown: its events with times that no file can make absurd, and with pauses cut short. */

export interface RecordedEvent {
  /** Seconds since the start, as the file says. */
  readonly at: number;
  /** `o` output, `r` resize; others show nothing. */
  readonly code: string;
  readonly data: string;
}

export interface Timeline {
  /** In their order; `at` never falls. */
  readonly events: readonly RecordedEvent[];
  /** Of the last event, in seconds. */
  readonly duration: number;
}

/** Whoever wrote the file: nobody waits longer than this for what comes next. */
const LONGEST_PAUSE = 24 * 3600;

/** `longestPause`, in seconds: what was longer takes so long. What shows nothing is left out. */
export function timelineOf(recorded: readonly RecordedEvent[], longestPause = LONGEST_PAUSE): Timeline {
  const events: RecordedEvent[] = [];
  let before = 0;
  let duration = 0;
  for (const { at, code, data } of recorded) {
    duration += Math.min(Math.max(0, at - before), longestPause);
    before = Math.max(before, at);
    if (code === 'o' || code === 'r') events.push({ at: duration, code, data });
  }
  return { events, duration };
}

/** How many of the events have happened by then. */
export function countUntil({ events }: Timeline, seconds: number): number {
  let from = 0;
  let to = events.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((events[middle]?.at ?? Number.POSITIVE_INFINITY) <= seconds) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Of a resize, within what a terminal of the window may be; undefined where it says none. */
export function recordedSize(data: string): { columns: number; rows: number } | undefined {
  const [, columns, rows] = /^(\d{1,5})x(\d{1,5})$/.exec(data) ?? [];
  return columns === undefined || rows === undefined ? undefined : boundedSize(Number(columns), Number(rows));
}

export function boundedSize(columns: number, rows: number): { columns: number; rows: number } {
  return { columns: Math.min(500, Math.max(2, columns)), rows: Math.min(200, Math.max(1, rows)) };
}
