/** Tells when a security key was plugged in or out, by looking now and then: it opens none. */
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { type Clock, pause } from '../../time/clock.ts';

const LOOK_EVERY_MS = 1500;

export interface KeyWatch {
  readonly pluggedIn: () => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
  /** What is plugged in now, by the operating system's names. */
  readonly changed: (paths: readonly string[]) => void;
}

/** Looks until the signal fires. A list that cannot be had is tried again, and told to the log once. */
export async function watchKeys({ pluggedIn, clock, log, changed }: KeyWatch, signal: AbortSignal): Promise<void> {
  let before: string | undefined;
  let failedWith: string | undefined;
  while (!signal.aborted) {
    try {
      const paths = (await pluggedIn()).toSorted();
      const now = paths.join('\n');
      if (before !== undefined && now !== before) changed(paths);
      before = now;
      failedWith = undefined;
    } catch (error) {
      const { code } = asGlasskeyError(error);
      if (code !== failedWith) log('warn', 'keys.not-listed', { code });
      failedWith = code;
    }
    await pause(clock, LOOK_EVERY_MS, signal);
  }
}
