/** A secret as the first line of standard input, for scripts (`--pin-stdin`). */
import { read } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const MAX_SECRET_BYTES = 1024;
const LF = 0x0a;
const CR = 0x0d;
const NOTHING_YET_MS = 20;

const readFrom = promisify(read);

/**
 * Reads one byte after another and nothing behind the line end: what follows is the remote command's input. Throws
 * `NO_PIN_ON_STDIN`.
 */
export async function readSecretLine(fd: number, signal: AbortSignal): Promise<Uint8Array> {
  const typed = Buffer.alloc(MAX_SECRET_BYTES);
  let length = 0;
  try {
    while (length < typed.length && (await readByte(fd, typed, length, signal))) {
      if (typed[length] === LF) break;
      length += 1;
    }
    if (length > 0 && typed[length - 1] === CR) length -= 1;
    if (length === 0) throw nothingThere();
    return Uint8Array.from(typed.subarray(0, length));
  } finally {
    typed.fill(0);
  }
}

/** False at the end of the input. */
async function readByte(fd: number, into: Buffer, at: number, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    assertNotCancelled(signal, 'Reading the PIN');
    try {
      return (await readFrom(fd, into, at, 1, null)).bytesRead === 1;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EOF') return false; // Windows: the other end of the pipe is closed
      if (code !== 'EAGAIN') throw nothingThere(error);
      await wait(NOTHING_YET_MS);
    }
  }
}

function nothingThere(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'NO_PIN_ON_STDIN',
    message: 'Standard input held no PIN.',
    remedy: 'Give the PIN as the first line of standard input, or leave --pin-stdin out and type it.',
    cause,
  });
}
