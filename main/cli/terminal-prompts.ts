/**
 * Questions at the terminal, secrets above all: no echo, and the bytes go into one buffer that the caller owns; nothing of a
 * secret becomes a string.
 */
import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { SecretLine } from './secret-line.ts';

/** The terminal of this process, in raw mode: what is typed is not shown, and comes byte by byte. */
interface RawTerminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

type TakeBytes = (bytes: Uint8Array) => void;

export class TerminalPrompts {
  readonly #onInterrupt: () => void;
  #terminal: RawTerminal | undefined;
  /** What was typed and not asked for yet. */
  #ahead: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #take: TakeBytes | undefined;
  #ended: ((error: unknown) => void) | undefined;

  /** `onInterrupt`: Ctrl-C was pressed while no question was open. In raw mode no signal comes of it. */
  constructor(onInterrupt: () => void = () => process.kill(process.pid, 'SIGINT')) {
    this.#onInterrupt = onInterrupt;
  }

  /**
   * From now on nothing that is typed is echoed, so that a PIN which is typed before its prompt appears is not shown; the
   * prompt then takes it. Until `release`. Where there is no terminal, nothing happens.
   */
  hush(): void {
    try {
      this.#open();
    } catch {
      // The prompt will say it, if there is to be one.
    }
  }

  /** Gives the terminal back as it was found, and forgets what was typed. Safe to call twice. */
  release(): void {
    const terminal = this.#terminal;
    this.#terminal = undefined;
    this.#ahead.fill(0);
    this.#ahead = Buffer.alloc(0);
    if (terminal === undefined) return;
    if (!terminal.input.destroyed) terminal.input.setRawMode(false);
    terminal.input.destroy();
    terminal.output.destroy();
  }

  /**
   * Shows `prompt` and reads until Enter. Backspace and Ctrl-U work; Ctrl-C, Ctrl-D and Escape reject with `CANCELLED`, as
   * does the signal. Throws `NO_TERMINAL`. The terminal stays hushed: `release` it.
   */
  async secret(prompt: string, signal: AbortSignal): Promise<Uint8Array> {
    const terminal = this.#open();
    const line = new SecretLine();
    terminal.output.write(prompt);
    try {
      return await this.#ask(signal, (bytes, answer, giveUp) => {
        const end = line.take(bytes);
        if (end === undefined) return bytes.length;
        if (end.kind === 'entered') answer(line.secret());
        else giveUp();
        return end.taken;
      });
    } finally {
      line.wipe();
      terminal.output.write('\n');
    }
  }

  /** A yes-or-no question; anything but y or yes means no. Rejects like `secret`. */
  async yesNo(question: string, signal: AbortSignal): Promise<boolean> {
    const terminal = this.#open();
    const line = new SecretLine();
    terminal.output.write(`${question} [y/N] `);
    try {
      return await this.#ask(signal, (bytes, answer, giveUp) => {
        const end = line.take(bytes);
        // What is answered here is no secret: it is shown as it is typed, as everywhere else.
        terminal.output.write(`\r\x1b[K${question} [y/N] ${new TextDecoder().decode(line.secret())}`);
        if (end === undefined) return bytes.length;
        if (end.kind === 'entered') answer(/^y(es)?$/i.test(new TextDecoder().decode(line.secret()).trim()));
        else giveUp();
        return end.taken;
      });
    } finally {
      terminal.output.write('\n');
      this.release();
    }
  }

  /** Gives `read` what was typed ahead and what is typed from now on, until it answers or gives up. It says how much it took. */
  #ask<T>(
    signal: AbortSignal,
    read: (bytes: Uint8Array, answer: (value: T) => void, giveUp: () => void) => number,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let open = true;
      const close = () => {
        open = false;
        this.#take = undefined;
        this.#ended = undefined;
        signal.removeEventListener('abort', giveUp);
      };
      const answer = (value: T) => {
        close();
        resolve(value);
      };
      const giveUp = () => {
        close();
        reject(cancelled('The prompt'));
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.#ended = (error) => {
        close();
        reject(error === undefined ? cancelled('The prompt') : error);
      };
      this.#take = (bytes) => {
        const taken = read(bytes, answer, giveUp);
        if (!open) this.#keep(bytes.subarray(taken));
      };
      const ahead = this.#ahead;
      this.#ahead = Buffer.alloc(0);
      if (ahead.length > 0) this.#take(ahead);
      ahead.fill(0);
    });
  }

  #open(): RawTerminal {
    this.#terminal ??= openTerminal(
      (bytes) => this.#typed(bytes),
      (error) => this.#ended?.(error),
    );
    return this.#terminal;
  }

  #typed(bytes: Uint8Array): void {
    if (this.#take !== undefined) this.#take(bytes);
    else if (bytes.includes(CTRL_C)) this.#onInterrupt();
    else this.#keep(bytes);
  }

  #keep(bytes: Uint8Array): void {
    const kept = Buffer.concat([this.#ahead, bytes]).subarray(0, MAX_AHEAD_BYTES);
    this.#ahead.fill(0);
    this.#ahead = kept;
  }
}

const CTRL_C = 0x03;
const MAX_AHEAD_BYTES = 1024;

/** Opens it even where standard input is something else. Throws `NO_TERMINAL`. */
function openTerminal(take: TakeBytes, ended: (error: unknown) => void): RawTerminal {
  try {
    const input = new ReadStream(openSync(process.platform === 'win32' ? 'CONIN$' : '/dev/tty', 'r'));
    const output = new WriteStream(openSync(process.platform === 'win32' ? 'CONOUT$' : '/dev/tty', 'w'));
    // Before any prompt is shown: what is typed the moment it appears must not be echoed.
    input.setRawMode(true);
    input.on('data', (chunk: Buffer) => {
      take(chunk);
      chunk.fill(0);
    });
    input.on('error', ended);
    input.on('end', () => ended(undefined));
    return { input, output };
  } catch (cause) {
    throw new GlasskeyError({
      code: 'NO_TERMINAL',
      message: 'There is no terminal to ask at.',
      remedy: 'Run it in a terminal; enroll and connect also take the PIN from standard input with --pin-stdin.',
      cause,
    });
  }
}
