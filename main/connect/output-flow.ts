/**
 * From a session to one of those who look at it, a window or an attached terminal, no faster than that one draws: a device that writes
 * 50 MB must neither fill the memory nor freeze the window. Bytes are neither lost nor reordered, and never looked into, but for
 * one who takes nothing at all for a while: that one is left behind, so that nobody else waits for ever, and caught up when it takes
 * again, with what was left out said.
 */
import type { Clock } from '../../time/clock.ts';

/**
 * So much may be sent and not yet drawn. Little, because what has been sent comes before whatever the window does next, its frames
 * too, and is still drawn after Ctrl-C; enough to keep it busy (`npm run bench -- window`; VS Code lets 100,000 characters wait).
 */
export const MOST_UNDRAWN_BYTES = 128 * 1024;
const RESUME_AT_BYTES = MOST_UNDRAWN_BYTES / 2;
export const MOST_CHUNK_BYTES = 32 * 1024;
/** What comes within this time goes in one message. What comes after a rest, as a typed character's echo, goes at once. */
export const GATHER_MS = 10;
/** Who has drawn nothing for so long, and holds the session up by it, is left behind. */
export const LEFT_BEHIND_MS = 10_000;

export interface OutputFlowWorld {
  readonly clock: Clock;
  /** To whoever looks. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** `isFull` is another. */
  readonly onFullness: () => void;
  /** In place of the last `missed` bytes that came: a note, and as much of them as is worth showing. */
  readonly catchUp: (missed: number) => Uint8Array;
}

export class OutputFlow {
  readonly #world: OutputFlowWorld;
  #isFull = false;
  #isClosed = false;
  #undrawn = 0;
  /** What is not sent yet, in order. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Undefined: it keeps up. Else how much has come that it was not given. */
  #missed: number | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(world: OutputFlowWorld) {
    this.#world = world;
  }

  /** It has more before it than it can be given: nothing more should come. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** What the session wrote. */
  push(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#missed !== undefined) {
      this.#missed += bytes.length;
      return;
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    const rest = GATHER_MS - (this.#world.clock.now() - this.#sentAt);
    if (this.#pendingBytes >= MOST_CHUNK_BYTES || rest <= 0) this.#flush();
    else this.#stopTimer ??= this.#world.clock.after(rest, () => this.#flush());
    this.#weigh();
  }

  /** So much of what was sent is drawn. */
  drawn(bytes: number): void {
    if (this.#isClosed) return;
    // A window that counts too much gets no credit for it.
    this.#undrawn = Math.max(0, this.#undrawn - bytes);
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    if (this.#missed !== undefined && this.#undrawn === 0) this.#rejoin(this.#missed);
    else if (this.#stopTimer === undefined) this.#flush();
    this.#weigh();
  }

  /** It looks no more. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    this.#stopWaiting?.();
    this.#forget();
    this.#undrawn = 0;
    this.#setFull(false);
  }

  #forget(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #leaveBehind(): void {
    this.#stopWaiting = undefined;
    this.#missed = this.#pendingBytes;
    this.#forget();
    this.#setFull(false);
  }

  #rejoin(missed: number): void {
    this.#missed = undefined;
    if (missed === 0) return;
    const bytes = this.#world.catchUp(missed);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#flush();
  }

  /** Sends as much as may be sent. */
  #flush(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    while (this.#pendingBytes > 0 && this.#undrawn < MOST_UNDRAWN_BYTES) {
      const chunk = this.#take(Math.min(this.#pendingBytes, MOST_CHUNK_BYTES, MOST_UNDRAWN_BYTES - this.#undrawn));
      this.#undrawn += chunk.length;
      this.#sentAt = this.#world.clock.now();
      this.#world.send(chunk);
    }
  }

  /** The first `length` bytes that wait, in a buffer of their own: the whole of a shared one would be sent. */
  #take(length: number): Uint8Array<ArrayBuffer> {
    const chunk = new Uint8Array(length);
    let filled = 0;
    let whole = 0;
    for (const piece of this.#pending) {
      const part = piece.subarray(0, length - filled);
      chunk.set(part, filled);
      filled += part.length;
      if (part.length < piece.length) {
        this.#pending[whole] = piece.subarray(part.length);
        break;
      }
      whole += 1;
      if (filled === length) break;
    }
    this.#pending.splice(0, whole);
    this.#pendingBytes -= length;
    return chunk;
  }

  #weigh(): void {
    if (this.#missed !== undefined) return;
    const waiting = this.#undrawn + this.#pendingBytes;
    if (waiting >= MOST_UNDRAWN_BYTES) this.#setFull(true);
    else if (waiting <= RESUME_AT_BYTES) this.#setFull(false);
    if (this.#isFull) this.#stopWaiting ??= this.#world.clock.after(LEFT_BEHIND_MS, () => this.#leaveBehind());
    else {
      this.#stopWaiting?.();
      this.#stopWaiting = undefined;
    }
  }

  #setFull(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    this.#world.onFullness();
  }
}
