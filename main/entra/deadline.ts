/** A time limit and a caller's cancellation, as one signal. */
import type { Clock } from '../../time/clock.ts';

export interface Deadline {
  /** Fires when the time is over or the caller's signal fires. */
  readonly signal: AbortSignal;
  /** True once the time was over before the caller's signal fired. */
  readonly expired: boolean;
  /** Takes the timer back. Call it when the work is done. */
  close(): void;
}

/** Starts a limit of `ms` milliseconds on `clock`. */
export function startDeadline(clock: Clock, ms: number, outer?: AbortSignal): Deadline {
  const timer = new AbortController();
  const takeBack = clock.after(ms, () => timer.abort(new DOMException('The time is over.', 'TimeoutError')));
  const signal = outer === undefined ? timer.signal : AbortSignal.any([outer, timer.signal]);
  return {
    signal,
    get expired() {
      return timer.signal.aborted && signal.reason === timer.signal.reason;
    },
    close: takeBack,
  };
}
