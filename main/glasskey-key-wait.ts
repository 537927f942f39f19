/** For whoever has a window to say it in: a security key that is not plugged in is waited for, where the command line gives up. */
import { assertNotCancelled, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { type Clock, pause } from '../time/clock.ts';

export interface KeyWait {
  /** Throws `KEY_MISSING` where the key is not there. */
  readonly tryIt: (signal: AbortSignal) => Promise<void>;
  /** What is plugged in now. */
  readonly pluggedIn: () => Promise<readonly string[]>;
  readonly clock: Clock;
  /** True: it is waited for now. */
  readonly keyWanted: (isWanted: boolean) => void;
}

const LOOK_EVERY_MS = 500;

/** Tries again each time something else is plugged in. Throws what `tryIt` throws else, and `CANCELLED`. */
export async function whenPluggedIn(wait: KeyWait, signal: AbortSignal): Promise<void> {
  for (;;) {
    // Before the try: a key that comes during it is a change too.
    const before = await wait.pluggedIn();
    try {
      return await wait.tryIt(signal);
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.code !== 'KEY_MISSING') throw error;
    }
    wait.keyWanted(true);
    try {
      while (isSame(before, await wait.pluggedIn())) {
        await pause(wait.clock, LOOK_EVERY_MS, signal);
        assertNotCancelled(signal, 'The connection');
      }
    } finally {
      wait.keyWanted(false);
    }
  }
}

function isSame(before: readonly string[], now: readonly string[]): boolean {
  return before.length === now.length && before.every((path) => now.includes(path));
}
