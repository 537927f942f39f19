/** A pseudo-terminal with a program on it, by node-pty: the one place that knows it, so that the command line loads it for a recorded connect only. */
import type { Writable } from 'node:stream';
import { type IPty, spawn } from '@lydell/node-pty';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface PtyRequest {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly size: TerminalSize;
}

export interface PtyExit {
  readonly exitCode: number;
  /** 0 or undefined where no signal ended it. */
  readonly signal?: number | undefined;
}

/**
 * A program on a terminal of its own, leader of its own session and process group. Whoever ends it does so by its id: there is
 * no `kill` here, because node-pty's own starts a second Glasskey on Windows (ssh-terminal.ts).
 */
export interface Pty {
  readonly pid: number;
  /** Bytes that were written and that the program's side has not taken yet. */
  readonly unwritten: number;
  onOutput(receive: (bytes: Uint8Array) => void): void;
  /** Told once, after the last output. */
  onExit(receive: (exit: PtyExit) => void): void;
  write(text: string): void;
  resize(size: TerminalSize): void;
  /** Reads no more, so that the program has to wait once the system's buffer is full. */
  pause(): void;
  resume(): void;
}

/** Throws what the system says where there is no terminal to be had. */
export type SpawnPty = (request: PtyRequest) => Pty;

const TERMINAL_TYPE = 'xterm-256color';
/**
 * node-pty closes its side 200 ms after the program has gone, whatever is still in it, and a paused side is not read: so while
 * it is paused, it is looked whether the program still lives, and the rest is read in time.
 */
const LOOK_EVERY_MS = 50;

export const spawnPty: SpawnPty = (request) => {
  const { columns, rows } = request.size;
  const terminal = spawn(request.file, [...request.arguments], {
    name: TERMINAL_TYPE,
    cols: columns,
    rows,
    cwd: request.folder,
    // Names without a value would be given to the program as the word "undefined".
    env: Object.fromEntries(Object.entries(request.environment).filter(([, value]) => value !== undefined)),
    // Bytes: what a character is, is the window's matter, and one may be divided between two reads.
    encoding: null,
  });
  let looking: NodeJS.Timeout | undefined;
  let isGone = false;
  const resume = () => {
    clearInterval(looking);
    looking = undefined;
    terminal.resume();
  };
  const look = () => {
    if (isAlive(terminal.pid)) return;
    isGone = true;
    resume();
  };
  return {
    pid: terminal.pid,
    get unwritten() {
      return unwrittenOf(terminal);
    },
    onOutput(receive) {
      // The types know strings only; with `encoding: null` it gives what it has read.
      terminal.onData((data: string | Uint8Array) => receive(typeof data === 'string' ? Buffer.from(data) : data));
    },
    onExit(receive) {
      terminal.onExit((exit) => {
        isGone = true;
        clearInterval(looking);
        receive(exit);
      });
    },
    write: (text) => terminal.write(text),
    resize(size) {
      // A terminal whose program has gone is closed, and says so by throwing.
      if (isGone) return;
      try {
        terminal.resize(size.columns, size.rows);
      } catch {
        // Gone just now.
      }
    },
    pause() {
      if (isGone) return;
      terminal.pause();
      looking ??= setInterval(look, LOOK_EVERY_MS);
    },
    resume,
  };
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** node-pty's interface does not tell it; the stream behind it does. Where it has none like that, nothing is known to wait. */
function unwrittenOf(terminal: IPty): number {
  const stream: unknown = Reflect.get(terminal, '_socket');
  return isWritable(stream) ? stream.writableLength : 0;
}

function isWritable(stream: unknown): stream is Pick<Writable, 'writableLength'> {
  return typeof stream === 'object' && stream !== null && typeof Reflect.get(stream, 'writableLength') === 'number';
}
