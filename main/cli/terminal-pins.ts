/** PINs at the terminal: typed without echo, or given by a script on standard input, one line each. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import { keyReplugged } from '../../native/hid/which-key.ts';
import { triesLeftWords } from '../security-keys/tries-left.ts';
import type { CliWorld } from './cli-world.ts';
import { type Output, printable } from './output.ts';
import { nothingThere, readSecretLine } from './secret-on-stdin.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

export interface PresentPin {
  readonly product: string;
  readonly triesLeft?: number | undefined;
  readonly wasWrong?: boolean;
  /** The key was unplugged after its PIN was given: that one is not tried. */
  readonly wasReplugged?: boolean;
}

export interface NewPin {
  /** In code points. */
  readonly minLength: number;
  /** Why the one that was given just now was not taken. */
  readonly refused?: string | undefined;
}

export class TerminalPins {
  readonly #world: CliWorld;
  readonly #output: Output;
  readonly #prompts: TerminalPrompts;
  readonly #fromStdin: boolean;
  /** What standard input has given already. */
  readonly #given = { present: false, next: false };

  constructor(world: CliWorld, output: Output, prompts: TerminalPrompts, fromStdin: boolean) {
    this.#world = world;
    this.#output = output;
    this.#prompts = prompts;
    this.#fromStdin = fromStdin;
  }

  /**
   * The PIN that the key has. Throws `PIN_WRONG`, `KEY_REPLUGGED` or `PIN_ASKED_AGAIN` where a script has given it before,
   * `NO_PIN_ON_STDIN`, `CANCELLED`.
   */
  present(question: PresentPin, signal: AbortSignal): Promise<Pin> {
    if (this.#fromStdin) return this.#presentOnStdin(question, signal);
    if (question.wasWrong) this.#output.warn(wrongPin(question));
    if (question.wasReplugged) {
      this.#output.warn(
        'The security key was unplugged meanwhile. What was typed was not tried: this may be another key.',
      );
    }
    return this.#released(() => this.#typedPin(pinPrompt(question), signal));
  }

  /** The same where Enter alone goes on without it: undefined then. A script that gives none goes on without it too. */
  async presentOrNone(question: PresentPin, signal: AbortSignal): Promise<Pin | undefined> {
    if (this.#fromStdin) return this.#presentOnStdin(question, signal);
    if (question.wasWrong) this.#output.warn(wrongPin(question));
    return this.#released(async () => {
      for (;;) {
        this.#output.settle();
        const typed = await this.#prompts.secret(`${pinPrompt(question)}, or Enter alone: `, signal);
        if (typed.length === 0) return undefined;
        const pin = this.#asPin(typed);
        if (pin !== undefined) return pin;
      }
    });
  }

  /** A new one, typed twice alike; a script gives it once. Throws `PIN_POLICY` where a script's was not taken. */
  next({ minLength, refused }: NewPin, signal: AbortSignal): Promise<Pin> {
    if (this.#fromStdin) return this.#nextOnStdin(refused, signal);
    if (refused !== undefined) this.#output.warn(printable(refused));
    return this.#released(() => this.#typedTwice(minLength, signal));
  }

  async #presentOnStdin({ triesLeft, wasWrong, wasReplugged }: PresentPin, signal: AbortSignal): Promise<Pin> {
    // A script has one PIN to give: asking it again would spend the key's tries.
    if (this.#given.present) throw wasReplugged ? keyReplugged() : wasWrong ? wrongOnStdin(triesLeft) : askedAgain();
    this.#given.present = true;
    const { begunLogin, stdin } = this.#world;
    if (begunLogin === undefined) return new Pin(await readSecretLine(stdin.fd, signal));
    const line = begunLogin.takePinLine();
    if (line === undefined) throw nothingThere();
    return new Pin(line);
  }

  async #nextOnStdin(refused: string | undefined, signal: AbortSignal): Promise<Pin> {
    if (this.#given.next) throw refusedOnStdin(refused);
    this.#given.next = true;
    return new Pin(await readSecretLine(this.#world.stdin.fd, signal));
  }

  async #typedTwice(minLength: number, signal: AbortSignal): Promise<Pin> {
    for (;;) {
      const first = await this.#typedPin('New PIN', signal);
      if (first.codePoints < minLength) {
        first.wipe();
        this.#output.warn(`That is shorter than ${minLength} characters.`);
        continue;
      }
      const second = await this.#typedPin('The same PIN again', signal).catch((error: unknown) => {
        first.wipe();
        throw error;
      });
      const same = first.equals(second);
      second.wipe();
      if (same) return first;
      first.wipe();
      this.#output.warn('The two were not the same.');
    }
  }

  /** Asks again where what was typed can be no PIN: the key is not bothered with it. */
  async #typedPin(prompt: string, signal: AbortSignal): Promise<Pin> {
    for (;;) {
      this.#output.settle();
      const pin = this.#asPin(await this.#prompts.secret(`${prompt}: `, signal));
      if (pin !== undefined) return pin;
    }
  }

  #asPin(typed: Uint8Array): Pin | undefined {
    try {
      return new Pin(typed);
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.code !== 'PIN_FORM') throw error;
      this.#output.warn(printable(error.message));
      return undefined;
    }
  }

  async #released<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } finally {
      this.#prompts.release();
    }
  }
}

function pinPrompt({ product, triesLeft }: PresentPin): string {
  const name = `PIN of ${printable(product)}`;
  if (triesLeft === undefined) return name;
  return triesLeft === 1
    ? `${name} (LAST try before it is blocked for good; Ctrl-C to stop)`
    : `${name} (${triesLeft} tries left)`;
}

function wrongPin({ triesLeft }: PresentPin): string {
  if (triesLeft === undefined) return 'Wrong PIN.';
  const left = triesLeftWords(triesLeft);
  return `Wrong PIN. ${left.charAt(0).toUpperCase()}${left.slice(1)}.`;
}

function wrongOnStdin(triesLeft: number | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_WRONG',
    message: `The PIN on standard input is wrong${triesLeft === undefined ? '' : `; ${triesLeftWords(triesLeft)}`}.`,
    remedy: 'Check it before the next run: each wrong one brings the key nearer to being blocked.',
  });
}

/** It was not wrong: it is gone, with the key that it was for or a lock of the screen, or another key's is wanted. */
function askedAgain(): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_ASKED_AGAIN',
    message: 'The PIN is needed once more, and standard input gives it once.',
    remedy: 'Leave the security key plugged in and repeat the command, or leave --pin-stdin out and type it.',
  });
}

function refusedOnStdin(refused: string | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_POLICY',
    message: `The new PIN on standard input is not taken. ${refused ?? ''}`.trimEnd(),
    remedy: 'Give another one; glasskey pin status tells the rules of this key.',
  });
}
