/** The terminal of this process, handed through: what is typed goes on byte by byte, and it is given back as it was found. */
import { ReadStream } from 'node:tty';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { RESTORED_TERMINAL } from '../connect/terminal-restore.ts';
import type { CliWorld } from './cli-world.ts';
import { openTerminalFor } from './terminal-input-queue.ts';

export interface RawTerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface RawTerminalUse {
  typed(bytes: Uint8Array): void;
  resized(size: RawTerminalSize): void;
  /** The terminal has gone. */
  ended(): void;
}

export interface RawTerminal {
  write(bytes: Uint8Array): void;
  /** Somebody else reads what is typed, until `resume`. */
  suspend(): void;
  resume(): void;
  /** Plain lines again, whatever a program on the other side had switched on. Safe to call twice. */
  restore(): void;
}

/** Throws `NO_TERMINAL`. */
export function terminalSize({ stdout }: Pick<CliWorld, 'stdout'>): RawTerminalSize {
  if (stdout.isTTY !== true) throw noTerminal();
  const { columns, rows } = stdout;
  const within = (value: number, least: number) => Math.min(1000, Math.max(least, value || least));
  return { columns: within(columns, 2), rows: within(rows, 1) };
}

/** In raw mode from now on: Ctrl-C too is a key then. Throws `NO_TERMINAL`. */
export function openRawTerminal({ stdout }: Pick<CliWorld, 'stdout'>, use: RawTerminalUse): RawTerminal {
  const read = () => {
    const input = openInput();
    input.on('data', (bytes: Buffer) => use.typed(bytes));
    input.on('end', () => use.ended());
    input.on('error', () => use.ended());
    return input;
  };
  let input: ReadStream | undefined = read();
  // Not by pause(): what is typed next would still be read, and given to `use` later. It may be a PIN.
  const suspend = () => {
    if (input !== undefined && !input.destroyed) input.setRawMode(false);
    input?.destroy();
    input = undefined;
  };
  const resized = () => use.resized(terminalSize({ stdout }));
  stdout.on('resize', resized);
  let isRestored = false;
  return {
    write: (bytes) => void stdout.write(bytes),
    suspend,
    resume() {
      if (!isRestored) input ??= read();
    },
    restore() {
      if (isRestored) return;
      isRestored = true;
      stdout.off('resize', resized);
      suspend();
      stdout.write(RESTORED_TERMINAL);
    },
  };
}

function openInput(): ReadStream {
  try {
    const input = new ReadStream(openTerminalFor('reading'));
    input.setRawMode(true);
    return input;
  } catch {
    throw noTerminal();
  }
}

function noTerminal(): GlasskeyError {
  return new GlasskeyError({
    code: 'NO_TERMINAL',
    message: 'There is no terminal to show the session on.',
    remedy: 'Run it in a terminal.',
  });
}
