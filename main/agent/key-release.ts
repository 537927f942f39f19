/**
 * Lets go of a security key that nobody has used for a while: other programs may want it to themselves. Between the signatures of one login
 * it stays open, or each would cost what opening it costs.
 */
import type { Clock } from '../../time/clock.ts';

export const LET_GO_AFTER_MS = 20_000;

export interface KeyReleaseWorld {
  readonly clock: Clock;
  /** Let go of it. May reject. */
  readonly close: () => Promise<void>;
  /** It is to stay open all the same, for now. Default: never. */
  readonly isWanted?: () => boolean;
}

export class KeyRelease {
  readonly #world: KeyReleaseWorld;
  #uses = 0;
  #stopWaiting: (() => void) | undefined;
  #isStopped = false;

  constructor(world: KeyReleaseWorld) {
    this.#world = world;
  }

  /** What may use the key; the time begins anew when it is over. */
  async during<T>(use: () => Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      return await use();
    } finally {
      this.#uses -= 1;
      this.#later();
    }
  }

  /** For good: whoever closes the key now does it without this. */
  stop(): void {
    this.#isStopped = true;
    this.#stopWaiting?.();
  }

  #later(): void {
    this.#stopWaiting?.();
    if (this.#isStopped) return;
    const { clock, close, isWanted } = this.#world;
    this.#stopWaiting = clock.after(LET_GO_AFTER_MS, () => {
      if (this.#uses > 0 || isWanted?.() === true) this.#later();
      else void close().catch(() => {});
    });
  }
}
