/**
 * From a pty to the window that draws it, no faster than that one draws: a device that writes 50 MB must neither fill the memory
 * nor freeze the window. Bytes are neither lost nor reordered, and never looked into.
 *
 * Without a window, everything is read and the last of it kept: a device is never blocked because nobody looks.
 */
import type { Clock } from '../../time/clock.ts';
import { OutputHistory } from './output-history.ts';

/**
 * So much may be sent and not yet drawn. Little, because what has been sent comes before whatever the window does next, its frames
 * too, and is still drawn after Ctrl-C; enough to keep it busy (`npm run bench -- window`; VS Code lets 100,000 characters wait).
 */
export const MOST_UNDRAWN_BYTES = 128 * 1024;
const RESUME_AT_BYTES = MOST_UNDRAWN_BYTES / 2;
export const MOST_CHUNK_BYTES = 32 * 1024;
/** What comes within this time goes in one message. What comes after a rest, as a typed character's echo, goes at once. */
export const GATHER_MS = 10;

export interface OutputFlowWorld {
  readonly clock: Clock;
  /** To the window that is attached. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

export class OutputFlow {
  readonly #world: OutputFlowWorld;
  readonly #history = new OutputHistory();
  #isAttached = false;
  #isPaused = false;
  #undrawn = 0;
  /** What is not sent yet, in order. */
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(world: OutputFlowWorld) {
    this.#world = world;
  }

  /** What the pty gave. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#history.append(bytes);
    if (!this.#isAttached) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    const rest = GATHER_MS - (this.#world.clock.now() - this.#sentAt);
    if (this.#pendingBytes >= MOST_CHUNK_BYTES || rest <= 0) this.#flush();
    else this.#stopTimer ??= this.#world.clock.after(rest, () => this.#flush());
    this.#balance();
  }

  /** What was written so far, the last of it. From now on whatever comes is sent, to this window alone. */
  attach(): Uint8Array<ArrayBuffer> {
    this.#forgetWindow();
    this.#isAttached = true;
    this.#balance();
    return this.#history.bytes();
  }

  /** The window is gone. */
  detach(): void {
    this.#forgetWindow();
    this.#balance();
  }

  /** The window has drawn so much of what was sent. What was given by `attach` does not count. */
  drawn(bytes: number): void {
    // A window that counts too much gets no credit for it.
    this.#undrawn = Math.max(0, this.#undrawn - bytes);
    if (this.#stopTimer === undefined) this.#flush();
    this.#balance();
  }

  #forgetWindow(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#isAttached = false;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#undrawn = 0;
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

  #balance(): void {
    const waiting = this.#undrawn + this.#pendingBytes;
    if (!this.#isPaused && waiting >= MOST_UNDRAWN_BYTES) {
      this.#isPaused = true;
      this.#world.pause();
    } else if (this.#isPaused && waiting <= RESUME_AT_BYTES) {
      this.#isPaused = false;
      this.#world.resume();
    }
  }
}
