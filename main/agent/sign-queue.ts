/** Authenticator operations one at a time, in the order they came: one key blinks for one purpose. */
import { assertNotCancelled, cancelled } from '../../diagnostics/glasskey-error.ts';

export class SignQueue {
  /** Settles when the operation before has let go of the authenticator. Never rejects. */
  #tail: Promise<void> = Promise.resolve();
  #length = 0;

  /** Operations that run or wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Runs `operation` when all before it have finished. When `signal` fires, the returned promise rejects with
   * `CANCELLED` at once; an operation that waits never starts, and one that runs (it has the same signal) keeps its
   * place until it has really stopped, so that the next one never meets a busy authenticator.
   */
  async run<T>(operation: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    assertNotCancelled(signal, 'The signature');
    this.#length += 1;
    const turn = this.#tail.then(() => {
      assertNotCancelled(signal, 'The signature');
      return operation(signal);
    });
    this.#tail = turn.then(
      () => this.#leave(),
      () => this.#leave(),
    );
    return untilAborted(turn, signal);
  }

  #leave(): void {
    this.#length -= 1;
  }
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled('The signature', signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
