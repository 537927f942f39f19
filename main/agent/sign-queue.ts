/** Authenticator operations one at a time, in the order they came: one key blinks for one purpose. */
import { assertNotCancelled, cancelled } from '../../diagnostics/glasskey-error.ts';
import { type Clock, systemClock } from '../../time/clock.ts';

/**
 * How long an operation that was cancelled may take to stop. A key answers CTAPHID_CANCEL within a second, and a dead one counts
 * as silent after three (native/ctaphid/channel.ts); past this the system itself has lost it, as in a sleep with the key unplugged.
 */
export const STOPS_WITHIN_MS = 10_000;

export class SignQueue {
  readonly #clock: Clock;
  readonly #onStuck: () => void;
  /** Settles when the operation before has let go of the authenticator. Never rejects. */
  #tail: Promise<void> = Promise.resolve();
  #length = 0;

  /** `onStuck`: a cancelled operation has not stopped in time; the next one must not meet the authenticator it holds. */
  constructor(clock: Clock = systemClock, onStuck: () => void = () => {}) {
    this.#clock = clock;
    this.#onStuck = onStuck;
  }

  /** Operations that run or wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Runs `operation` when all before it have finished. When `signal` fires, the returned promise rejects with
   * `CANCELLED` at once; an operation that waits never starts, and one that runs (it has the same signal) keeps its
   * place until it has really stopped, so that the next one never meets a busy authenticator; but no longer than
   * `STOPS_WITHIN_MS`, or nothing would ever be signed again.
   */
  async run<T>(operation: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    assertNotCancelled(signal, 'The signature');
    this.#length += 1;
    const turn = this.#tail.then(() => {
      assertNotCancelled(signal, 'The signature');
      return operation(signal);
    });
    const left = turn.then(
      () => this.#leave(),
      () => this.#leave(),
    );
    this.#tail = this.#tail.then(() => this.#stopped(left, signal));
    return untilAborted(turn, signal);
  }

  #leave(): void {
    this.#length -= 1;
  }

  /** Called when the operation begins: those that wait for their turn have all the time of those before them. */
  #stopped(left: Promise<void>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      let stopWaiting = () => {};
      const wait = () => {
        stopWaiting = this.#clock.after(STOPS_WITHIN_MS, () => {
          this.#onStuck();
          resolve();
        });
      };
      if (signal.aborted) wait();
      else signal.addEventListener('abort', wait, { once: true });
      void left.then(() => {
        stopWaiting();
        signal.removeEventListener('abort', wait);
        resolve();
      });
    });
  }
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled('The signature', signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
