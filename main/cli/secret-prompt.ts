/**
 * A secret typed at the terminal without echo. The bytes go into one buffer that the caller owns; nothing becomes a string.
 */
import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const MAX_SECRET_BYTES = 1024;
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const CTRL_U = 0x15;
const ESCAPE = 0x1b;

/** Opens the terminal of this process even where standard input is something else. Throws `NO_TERMINAL`. */
export function openTerminal(): { readonly input: ReadStream; readonly output: WriteStream; close(): void } {
  try {
    const input = new ReadStream(openSync(process.platform === 'win32' ? 'CONIN$' : '/dev/tty', 'r'));
    const output = new WriteStream(openSync(process.platform === 'win32' ? 'CONOUT$' : '/dev/tty', 'w'));
    return {
      input,
      output,
      close() {
        input.destroy();
        output.destroy();
      },
    };
  } catch (cause) {
    throw new GlasskeyError({
      code: 'NO_TERMINAL',
      message: 'There is no terminal to ask for the PIN at.',
      remedy: 'Run it in a terminal, or give the PIN on standard input with --pin-stdin.',
      cause,
    });
  }
}

/**
 * Shows `prompt`, reads until Enter, echoes nothing. Backspace and Ctrl-U work; Ctrl-C, Ctrl-D and Escape reject with
 * `CANCELLED`, as does the signal. The terminal is left as it was found.
 */
export async function promptSecret(prompt: string, signal: AbortSignal): Promise<Uint8Array> {
  const terminal = openTerminal();
  const { input, output } = terminal;
  const typed = Buffer.alloc(MAX_SECRET_BYTES);
  let length = 0;
  try {
    // Before the prompt is shown: what is typed the moment it appears must not be echoed.
    input.setRawMode(true);
    output.write(prompt);
    return await new Promise<Uint8Array>((resolve, reject) => {
      const stop = () => reject(cancelled('The prompt'));
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      input.on('error', reject);
      input.on('end', stop);
      input.on('data', (chunk: Buffer) => {
        for (const byte of chunk) {
          if (byte === 0x0d || byte === 0x0a) {
            signal.removeEventListener('abort', stop);
            resolve(Uint8Array.from(typed.subarray(0, length)));
            break;
          }
          if (byte === CTRL_C || byte === CTRL_D || byte === ESCAPE) {
            signal.removeEventListener('abort', stop);
            stop();
            break;
          }
          length = edited(typed, length, byte);
        }
        chunk.fill(0);
      });
    });
  } finally {
    typed.fill(0);
    if (!input.destroyed) input.setRawMode(false);
    output.write('\n');
    terminal.close();
  }
}

function edited(typed: Buffer, length: number, byte: number): number {
  if (byte === 0x7f || byte === 0x08) return beforeLastCharacter(typed, length);
  if (byte === CTRL_U) return 0;
  if (length === typed.length) return length;
  typed[length] = byte;
  return length + 1;
}

/** A character of UTF-8 is one byte and its continuation bytes. */
function beforeLastCharacter(typed: Buffer, length: number): number {
  let at = length - 1;
  while (at > 0 && ((typed[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return Math.max(at, 0);
}

/** One line of standard input, without its line end, for scripts (`--pin-stdin`). Throws `NO_PIN_ON_STDIN`. */
export async function readSecretLine(input: NodeJS.ReadableStream): Promise<Uint8Array> {
  const typed = Buffer.alloc(MAX_SECRET_BYTES);
  let length = 0;
  for await (const piece of input) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    const end = chunk.indexOf(0x0a);
    const part = end < 0 ? chunk : chunk.subarray(0, end);
    length += part.copy(typed, length);
    chunk.fill(0);
    if (end >= 0) break;
  }
  if (length > 0 && typed[length - 1] === 0x0d) length -= 1;
  const secret = Uint8Array.from(typed.subarray(0, length));
  typed.fill(0);
  if (secret.length > 0) return secret;
  throw new GlasskeyError({
    code: 'NO_PIN_ON_STDIN',
    message: 'Standard input held no PIN.',
    remedy: 'Give the PIN as the first line of standard input, or leave --pin-stdin out and type it.',
  });
}

/** A yes-or-no question at the terminal; Enter alone means no. */
export async function promptYesNo(question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = openTerminal();
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (cause) {
    throw cancelled('The question', cause);
  } finally {
    lines.close();
    terminal.close();
  }
}
