/** The terminal as a file: opening it, and emptying the queue in which the system keeps what was typed and not read yet. */
import { closeSync, constants, openSync, readSync } from 'node:fs';

const PIECE_BYTES = 4096;
/** Far beyond any terminal's queue: a program that types without end must not keep this one. */
const MAX_PIECES = 256;

/** A descriptor of this process's terminal. Throws what the system says where there is none. */
export function openTerminalFor(use: 'reading' | 'writing'): number {
  if (process.platform === 'win32')
    return openSync(use === 'reading' ? 'CONIN$' : 'CONOUT$', use === 'reading' ? 'r' : 'w');
  return openSync('/dev/tty', use === 'reading' ? 'r' : 'w');
}

/**
 * Takes everything out of the queue that was typed until now. Returns the last piece of it, which the caller wipes; empty where
 * there was nothing, or no way to read without waiting (Windows). Raw mode first: before it, only whole lines can be read.
 */
export function discardPendingInput(): Uint8Array {
  const piece = Buffer.alloc(PIECE_BYTES);
  if (process.platform === 'win32') return piece.subarray(0, 0);
  let last = 0;
  let terminal: number | undefined;
  try {
    // A file of its own: O_NONBLOCK holds for an open file, and the shell's must not get it.
    terminal = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    for (let pieces = 0; pieces < MAX_PIECES; pieces += 1) {
      const length = readSync(terminal, piece);
      if (length === 0) break;
      last = length;
    }
  } catch {
    // EAGAIN: it is empty. Where it is anything worse, reading the answer fails and says so.
  } finally {
    if (terminal !== undefined) closeSync(terminal);
  }
  return piece.subarray(0, last);
}
