/** When a crashed page gets a new window: once, and again only after a while without a crash. */
import type { Clock } from '../../time/clock.ts';

/** A renderer that crashes again this soon is not started a third time. */
export const CRASH_AGAIN_WITHIN_MS = 60_000;

export class Crashes {
  readonly #clock: Pick<Clock, 'now'>;
  #last: number | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Notes one. True: it comes so soon after the one before that another window would crash too. */
  isAgain(): boolean {
    const now = this.#clock.now();
    const again = this.#last !== undefined && now - this.#last < CRASH_AGAIN_WITHIN_MS;
    this.#last = now;
    return again;
  }
}
