/**
 * Questions at the terminal, secrets above all: no echo, and the bytes go into one buffer that the caller owns; nothing of a
 * secret becomes a string. What is typed belongs to the question that stands at that moment: what was typed before it was meant
 * for something else (a shell, an older question), and as a PIN it would cost a try.
 */
import { ReadStream, WriteStream } from 'node:tty';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Clock, pause } from '../../time/clock.ts';
import { SecretLine } from './secret-line.ts';
import { discardPendingInput, openTerminalFor } from './terminal-input-queue.ts';

/** The terminal of this process, in raw mode: what is typed is not shown, and comes byte by byte. */
interface RawTerminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

type TakeBytes = (bytes: Uint8Array) => void;

export class TerminalPrompts {
  readonly #clock: Clock;
  readonly #onInterrupt: () => void;
  #terminal: RawTerminal | undefined;
  /** What was typed while no question stood: nothing, whole lines, or the beginning of one that may be going on. */
  #ahead: 'nothing' | 'whole-lines' | 'begun-line' = 'nothing';
  #take: TakeBytes | undefined;
  #ended: ((error: unknown) => void) | undefined;
  /** While a line that nobody asks for any more is thrown away. */
  #swallowing: Promise<void> | undefined;
  #releaseWhenSwallowed = false;

  /** `onInterrupt`: Ctrl-C was pressed while no question was open. In raw mode no signal comes of it. */
  constructor(clock: Clock, onInterrupt: () => void = () => process.kill(process.pid, 'SIGINT')) {
    this.#clock = clock;
    this.#onInterrupt = onInterrupt;
  }

  /**
   * From now on nothing that is typed is echoed, so that a PIN which is typed before its prompt appears is not shown. No
   * prompt takes it either. Until `release`. Where there is no terminal, nothing happens.
   */
  hush(): void {
    try {
      this.#open();
    } catch {
      // The prompt will say it, if there is to be one.
    }
  }

  /**
   * Gives the terminal back as it was found. Safe to call twice. After a question that was taken back it does so when the
   * person has stopped typing, and not before: the rest of a PIN would be shown.
   */
  release(): void {
    if (this.#swallowing === undefined) this.#giveBack();
    else this.#releaseWhenSwallowed = true;
  }

  /** `release`, done when this resolves, so that no rest of a PIN reaches the shell. At once where the signal fires. */
  async end(signal: AbortSignal): Promise<void> {
    if (this.#swallowing !== undefined) {
      await settledOrAborted(this.#swallowing, signal);
      discardPendingInput();
    }
    this.#giveBack();
  }

  /**
   * Shows `prompt` and reads until Enter. Backspace and Ctrl-U work; Ctrl-C, Ctrl-D and Escape reject with `CANCELLED`, as
   * does the signal. Throws `NO_TERMINAL`. The terminal stays hushed: `release` it.
   */
  async secret(prompt: string, signal: AbortSignal): Promise<Uint8Array> {
    const terminal = await this.#standReady(signal);
    const line = new SecretLine();
    terminal.output.write(prompt);
    try {
      return await this.#ask(signal, (bytes, answer, giveUp) => {
        const end = line.take(bytes);
        if (end === undefined) return;
        if (end.kind === 'entered') answer(line.secret());
        else giveUp();
      });
    } finally {
      line.wipe();
      terminal.output.write('\n');
    }
  }

  /** A yes-or-no question; anything but y or yes means no. Rejects like `secret`. */
  async yesNo(question: string, signal: AbortSignal): Promise<boolean> {
    return /^y(es)?$/i.test(await this.line(`${question} [y/N]`, signal));
  }

  /** A line that is no secret: it is shown as it is typed, as everywhere else. Without the blanks around it. Rejects like `secret`. */
  async line(question: string, signal: AbortSignal): Promise<string> {
    try {
      const terminal = await this.#standReady(signal);
      const line = new SecretLine();
      terminal.output.write(`${question} `);
      try {
        return await this.#ask(signal, (bytes, answer, giveUp) => {
          const end = line.take(bytes);
          const text = new TextDecoder().decode(line.secret());
          terminal.output.write(`\r\x1b[K${question} ${text}`);
          if (end === undefined) return;
          if (end.kind === 'entered') answer(text.trim());
          else giveUp();
        });
      } finally {
        terminal.output.write('\n');
      }
    } finally {
      this.release();
    }
  }

  /**
   * The terminal, hushed, with nothing in it that was typed before now: a question may be shown at once. Somebody who is in the
   * middle of a line is let finish it first: its second half is no answer either.
   */
  async #standReady(signal: AbortSignal): Promise<RawTerminal> {
    if (signal.aborted) throw cancelled('The prompt');
    this.#releaseWhenSwallowed = false;
    let terminal = this.#open();
    // A console of Windows has no queue that can be read without waiting: what lies there arrives within a moment.
    if (process.platform === 'win32') await pause(this.#clock, WINDOWS_QUEUE_MS, signal);
    if (this.#swallowing === undefined) this.#setAside(discardPendingInput());
    if (this.#ahead === 'begun-line') this.#swallow();
    if (this.#swallowing !== undefined) {
      await settledOrAborted(this.#swallowing, signal);
      if (signal.aborted) throw cancelled('The prompt');
      terminal = this.#open();
      this.#setAside(discardPendingInput());
    }
    if (this.#ahead !== 'nothing') terminal.output.write('(What was typed before this question was not taken.)\n');
    this.#ahead = 'nothing';
    return terminal;
  }

  /** Gives `read` what is typed from now on, until it answers or gives up. */
  #ask<T>(
    signal: AbortSignal,
    read: (bytes: Uint8Array, answer: (value: T) => void, giveUp: () => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const close = () => {
        this.#take = undefined;
        this.#ended = undefined;
        signal.removeEventListener('abort', takeBack);
      };
      const answer = (value: T) => {
        close();
        resolve(value);
      };
      const giveUp = () => {
        close();
        reject(cancelled('The prompt'));
      };
      const takeBack = () => {
        giveUp();
        this.#swallow();
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', takeBack, { once: true });
      this.#ended = (error) => {
        close();
        reject(error === undefined ? cancelled('The prompt') : error);
      };
      this.#take = (bytes) => read(bytes, answer, giveUp);
    });
  }

  /** Throws away what is typed, up to Enter or until nothing was typed for a while. The terminal stays hushed meanwhile. */
  #swallow(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#swallowing ??= promise;
    if (this.#swallowing !== promise) return;
    const done = () => {
      stopWaiting();
      this.#take = undefined;
      this.#ended = undefined;
      this.#swallowing = undefined;
      if (this.#releaseWhenSwallowed) this.#giveBack();
      resolve();
    };
    let stopWaiting = this.#clock.after(SILENCE_MS, done);
    this.#ended = done;
    this.#take = (bytes) => {
      if (endsLine(bytes) || bytes.includes(CTRL_C)) {
        done();
        this.#setAside(bytes);
        return;
      }
      stopWaiting();
      stopWaiting = this.#clock.after(SILENCE_MS, done);
    };
  }

  #open(): RawTerminal {
    this.#terminal ??= openTerminal(
      (bytes) => this.#typed(bytes),
      (error) => this.#ended?.(error),
    );
    return this.#terminal;
  }

  #giveBack(): void {
    const terminal = this.#terminal;
    this.#terminal = undefined;
    this.#releaseWhenSwallowed = false;
    this.#ahead = 'nothing';
    if (terminal === undefined) return;
    if (!terminal.input.destroyed) terminal.input.setRawMode(false);
    terminal.input.destroy();
    terminal.output.destroy();
  }

  #typed(bytes: Uint8Array): void {
    if (this.#take !== undefined) this.#take(bytes);
    else this.#setAside(bytes);
  }

  /** What was typed while no question stood is not kept, but Ctrl-C counts at any time. */
  #setAside(bytes: Uint8Array): void {
    if (bytes.includes(CTRL_C)) this.#onInterrupt();
    else if (bytes.length > 0) this.#ahead = endsLine(bytes) ? 'whole-lines' : 'begun-line';
    bytes.fill(0);
  }
}

const CTRL_C = 0x03;
const LF = 0x0a;
const CR = 0x0d;
/** Nobody who is typing a PIN pauses for longer. */
const SILENCE_MS = 2_000;
const WINDOWS_QUEUE_MS = 50;

function endsLine(bytes: Uint8Array): boolean {
  const last = bytes.at(-1);
  return last === CR || last === LF;
}

function settledOrAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    promise.then(done, done);
  });
}

/** Opens it even where standard input is something else. Throws `NO_TERMINAL`. */
function openTerminal(take: TakeBytes, ended: (error: unknown) => void): RawTerminal {
  try {
    const input = new ReadStream(openTerminalFor('reading'));
    const output = new WriteStream(openTerminalFor('writing'));
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
      remedy: 'Run it in a terminal; commands that need the PIN also take it from standard input with --pin-stdin.',
      cause,
    });
  }
}
