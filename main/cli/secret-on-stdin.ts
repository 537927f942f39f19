/** A secret as the first line of standard input, for scripts (`--pin-stdin`). */
import { read, readSync } from 'node:fs';
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
  const line = new LineOnStdin();
  try {
    while (!line.isFull) {
      assertNotCancelled(signal, 'Reading the PIN');
      try {
        const { bytesRead } = await readFrom(fd, line.bytes, line.length, 1, null);
        if (!line.took(bytesRead)) break;
      } catch (error) {
        if (line.isOver(error)) break;
        await new Promise((resolve) => setTimeout(resolve, NOTHING_YET_MS));
      }
    }
    return line.secret();
  } finally {
    line.bytes.fill(0);
  }
}

/** The same before this call returns, while nothing else happens in this process: for whoever has nothing else to do. Throws `NO_PIN_ON_STDIN`. */
export function readSecretLineAtOnce(fd: number): Uint8Array {
  const line = new LineOnStdin();
  try {
    while (!line.isFull) {
      try {
        if (!line.took(readSync(fd, line.bytes, line.length, 1, null))) break;
      } catch (error) {
        if (line.isOver(error)) break;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, NOTHING_YET_MS);
      }
    }
    return line.secret();
  } finally {
    line.bytes.fill(0);
  }
}

class LineOnStdin {
  readonly bytes = Buffer.alloc(MAX_SECRET_BYTES);
  length = 0;

  get isFull(): boolean {
    return this.length === this.bytes.length;
  }

  /** A byte was read behind the last one, or none was left. False: the line is at its end. */
  took(bytesRead: number): boolean {
    if (bytesRead !== 1 || this.bytes[this.length] === LF) return false;
    this.length += 1;
    return true;
  }

  /** What reading threw: the end of the input (true), or that nothing is there yet (false). Throws `NO_PIN_ON_STDIN`. */
  isOver(error: unknown): boolean {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EOF') return true; // Windows: the other end of the pipe is closed
    if (code !== 'EAGAIN') throw nothingThere(error);
    return false;
  }

  /** Throws `NO_PIN_ON_STDIN`. */
  secret(): Uint8Array {
    const end = this.length > 0 && this.bytes[this.length - 1] === CR ? this.length - 1 : this.length;
    if (end === 0) throw nothingThere();
    return Uint8Array.from(this.bytes.subarray(0, end));
  }
}

/** `NO_PIN_ON_STDIN` */
export function nothingThere(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'NO_PIN_ON_STDIN',
    message: 'Standard input held no PIN.',
    remedy: 'Give the PIN as the first line of standard input, or leave --pin-stdin out and type it.',
    cause,
  });
}
