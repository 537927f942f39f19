/**
 * What a session writes, to all who look at it at once: the window, terminals that are attached, each in its own time
 * (output-flow.ts). The pty is read no faster than the slowest of them draws, and one who does not draw at all is left behind.
 *
 * Without anybody, everything is read and the last of it kept: a device is never blocked because nobody looks.
 */
import type { Clock } from '../../time/clock.ts';
import { OutputFlow } from './output-flow.ts';
import { OutputHistory } from './output-history.ts';

/** What somebody who was left behind is shown of what was missed: some screens full. */
export const CATCH_UP_BYTES = 64 * 1024;

export interface SessionOutputWorld {
  readonly clock: Clock;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** One who looks. */
export interface OutputView {
  /** What was written so far, the last of it. */
  readonly replay: Uint8Array<ArrayBuffer>;
  /** So much of what was sent is drawn. The replay does not count. */
  drawn(bytes: number): void;
  close(): void;
}

export class SessionOutput {
  readonly #world: SessionOutputWorld;
  readonly #history = new OutputHistory();
  readonly #flows = new Set<OutputFlow>();
  #isPaused = false;

  constructor(world: SessionOutputWorld) {
    this.#world = world;
  }

  /** What the pty gave, or a line of our own. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#history.append(bytes);
    for (const flow of this.#flows) flow.push(bytes);
  }

  /** From now on whatever comes is sent there too. */
  view(send: (bytes: Uint8Array<ArrayBuffer>) => void): OutputView {
    const flow = new OutputFlow({
      clock: this.#world.clock,
      send,
      onFullness: () => this.#balance(),
      catchUp: (missed) => this.#catchUp(missed),
    });
    this.#flows.add(flow);
    return {
      replay: this.#history.bytes(),
      drawn: (bytes) => flow.drawn(bytes),
      close: () => {
        this.#flows.delete(flow);
        flow.close();
      },
    };
  }

  #catchUp(missed: number): Uint8Array {
    const shown = this.#history.last(Math.min(missed, CATCH_UP_BYTES));
    const leftOut = missed - shown.length;
    if (leftOut === 0) return shown;
    // CAN ends whatever sequence was cut through (ECMA-48, 8.3.6).
    const note = `\x18\x1b[0m\r\n[Glasskey: this terminal did not keep up; ${leftOut} bytes are left out here.]\r\n`;
    return Buffer.concat([new TextEncoder().encode(note), shown]);
  }

  #balance(): void {
    const isFull = [...this.#flows].some((flow) => flow.isFull);
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#world.pause();
    else this.#world.resume();
  }
}
