/**
 * Looks again when it is time, by the wall clock: after a sleep, a clock that was set, a change of the zone, and whatever else a timer
 * does not know of. A timer of its own never runs longer than a minute, for a computer that sleeps stops it, and more than 24.8 days
 * overflow it.
 */
import type { Clock } from '../../time/clock.ts';

export interface ScheduleWorld {
  readonly clock: Clock;
  /** How far local time is ahead of UTC now, in minutes. */
  readonly offsetAt: (at: number) => number;
  /** Whether what `look` goes by has changed since it last ran. Cheap: asked each minute. Must not throw. */
  readonly hasChanged: () => boolean;
  /** Does what is to be done now, and says when to look again at the latest; undefined: when something changes. Must not reject. */
  readonly look: () => Promise<number | undefined>;
}

export interface Schedule {
  /** Looks now: something has happened that no timer tells, such as a resume or an unlock. */
  lookNow(): Promise<void>;
  /** Waits for a look that is going on. */
  close(): Promise<void>;
}

const TICK_MS = 60_000;
/** What `hasChanged` does not see, such as a file that somebody deleted, is seen after this time. */
const LONGEST_MS = 3_600_000;

/** Looks at once, and then when it is time. */
export function startSchedule({ clock, offsetAt, hasChanged, look }: ScheduleWorld): Schedule {
  let isClosed = false;
  let cancelTimer = () => {};
  let looking: Promise<void> | undefined;
  let isWantedAgain = false;
  let lookedAt = clock.now();
  let tickedAt = lookedAt;
  let offset = offsetAt(lookedAt);
  let wakeAt: number | undefined;

  const lookNow = (): Promise<void> => {
    if (isClosed) return Promise.resolve();
    // One at a time; what happened while it looked is looked at by another.
    if (looking !== undefined) {
      isWantedAgain = true;
      return looking;
    }
    looking = lookUntilStill().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const lookUntilStill = async (): Promise<void> => {
    do {
      isWantedAgain = false;
      lookedAt = clock.now();
      offset = offsetAt(lookedAt);
      wakeAt = await look();
    } while (isWantedAgain && !isClosed);
  };
  const isTime = (now: number): boolean =>
    now < tickedAt || // the clock was set back
    now - lookedAt >= LONGEST_MS ||
    (wakeAt !== undefined && now >= wakeAt) ||
    offsetAt(now) !== offset ||
    hasChanged();
  const tick = (): void => {
    if (isClosed) return;
    const now = clock.now();
    const isDue = isTime(now);
    tickedAt = now;
    if (isDue) void lookNow();
    startTimer();
  };
  const startTimer = (): void => {
    const now = clock.now();
    const wait = wakeAt === undefined ? TICK_MS : Math.min(Math.max(wakeAt - now, 1_000), TICK_MS);
    cancelTimer = clock.after(wait, tick);
  };

  void lookNow();
  startTimer();
  return {
    lookNow,
    async close() {
      isClosed = true;
      cancelTimer();
      await looking;
    },
  };
}
