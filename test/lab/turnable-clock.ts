/** The system's clock, which a test turns forward: the computer was off or asleep meanwhile, for all that the app can tell. Timers go on as they are. */
import { type Clock, systemClock } from '../../time/clock.ts';

export interface TurnableClock extends Clock {
  turn(ms: number): void;
}

export function turnableClock(): TurnableClock {
  let ahead = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    turn(ms) {
      ahead += ms;
    },
  };
}
