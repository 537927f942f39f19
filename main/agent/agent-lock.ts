/**
 * The lock of `ssh-add -x` and `-X` (draft-ietf-sshm-ssh-agent, section 5.6), one for all connections. It guards
 * against whoever walks up to an unlocked screen; the passphrase is kept as a salted scrypt hash, in memory only.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { type Clock, pause } from '../../time/clock.ts';

interface LockedState {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const HASH_BYTES = 32;
const DELAY_STEP_MS = 100;
/** OpenSSH stops counting at 100 failures of 100 ms each: ten seconds. */
const MAX_COUNTED_FAILURES = 100;
/** Attempts that may wait for their turn; more are refused unheard, so that a flood of guesses is no queue of hours. */
export const MAX_WAITING_ATTEMPTS = 16;

export class AgentLock {
  readonly #clock: Clock;
  #locked: LockedState | undefined;
  #failures = 0;
  #untilLocked = new AbortController();
  /** Attempts queue up here, so that many connections guess no faster than one. */
  #attempts: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #closed = new AbortController();

  readonly #onChange: () => void;

  constructor(clock: Clock, onChange: () => void = () => {}) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get isLocked(): boolean {
    return this.#locked !== undefined;
  }

  /** Fires when the agent gets locked: signatures that still wait end then. */
  get untilLocked(): AbortSignal {
    return this.#untilLocked.signal;
  }

  /** False for an empty passphrase, and where it is locked already. */
  lock(passphrase: Uint8Array): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#locked || passphrase.length === 0) return false;
      const salt = new Uint8Array(randomBytes(16));
      this.#locked = { salt, hash: await hashOf(passphrase, salt) };
      this.#failures = 0;
      this.#untilLocked.abort();
      this.#onChange();
      return true;
    });
  }

  /**
   * False where it is not locked, and, after a delay that grows with each failure, for a wrong passphrase. A client that has
   * gone (`signal`) before its turn is not heard; once its guess was heard, the delay is served whether it waits or not.
   */
  unlock(passphrase: Uint8Array, signal: AbortSignal): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.#locked || signal.aborted) return false;
      const { salt, hash } = this.#locked;
      if (!timingSafeEqual(hash, await hashOf(passphrase, salt))) {
        this.#failures = Math.min(this.#failures + 1, MAX_COUNTED_FAILURES);
        await pause(this.#clock, this.#failures * DELAY_STEP_MS, this.#closed.signal);
        return false;
      }
      this.#locked = undefined;
      this.#untilLocked = new AbortController();
      this.#onChange();
      return true;
    });
  }

  /** Ends a delay that is being served; nothing locks or unlocks any more. */
  close(): void {
    this.#closed.abort();
  }

  async #inTurn(attempt: () => Promise<boolean>): Promise<boolean> {
    if (this.#waiting >= MAX_WAITING_ATTEMPTS) return false;
    this.#waiting += 1;
    const turn = this.#attempts.then(() => (this.#closed.signal.aborted ? false : attempt()));
    this.#attempts = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }
}

function hashOf(passphrase: Uint8Array, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, HASH_BYTES, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}
