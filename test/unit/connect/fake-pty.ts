/** A pty without a program: what it was told, and a hand for a test to write and end it. */
import type { Pty, PtyExit, PtyRequest, SpawnPty, TerminalSize } from '../../../main/connect/pty.ts';

export class FakePty implements Pty {
  /** No process has it, so that no signal reaches any. */
  readonly pid = 2 ** 30;
  readonly request: PtyRequest;
  readonly written: string[] = [];
  readonly sizes: TerminalSize[] = [];
  unwritten = 0;
  isPaused = false;
  #receive: (bytes: Uint8Array) => void = () => {};
  #exit: (exit: PtyExit) => void = () => {};

  constructor(request: PtyRequest) {
    this.request = request;
  }

  onOutput(receive: (bytes: Uint8Array) => void): void {
    this.#receive = receive;
  }

  onExit(receive: (exit: PtyExit) => void): void {
    this.#exit = receive;
  }

  write(text: string): void {
    this.written.push(text);
  }

  resize(size: TerminalSize): void {
    this.sizes.push(size);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  says(text: string | Uint8Array): void {
    this.#receive(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  }

  exits(exit: PtyExit): void {
    this.#exit(exit);
  }
}

/** Gives fake ptys, and keeps each. */
export function fakePtys(): { readonly spawn: SpawnPty; readonly all: FakePty[] } {
  const all: FakePty[] = [];
  return {
    all,
    spawn(request) {
      const pty = new FakePty(request);
      all.push(pty);
      return pty;
    },
  };
}
