/**
 * What a command prints. Results go to standard output, progress to standard error; with `--json`, one object is the whole
 * of standard output, errors included, and progress stays away unless `--verbose` asks for it.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

export interface OutputWorld {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export class Output {
  readonly json: boolean;
  readonly #world: OutputWorld;
  readonly #verbose: boolean;
  /** The transient line that is shown now, as it was written. */
  #transient: string | undefined;

  constructor(world: OutputWorld, options: { readonly json: boolean; readonly verbose: boolean }) {
    this.#world = world;
    this.json = options.json;
    this.#verbose = options.verbose;
  }

  /** A line of the result. Nothing with `--json`: the object says it. */
  line(text = ''): void {
    const { stdout } = this.#world;
    if (!this.json) stdout.write(`${this.#coloursOn(stdout) ? text : stripVTControlCharacters(text)}\n`);
  }

  /** A text that is the whole result as it stands, with `--json` too: an exported file. */
  text(text: string): void {
    this.#world.stdout.write(text);
  }

  /** The whole result for `--json`. */
  object(value: unknown): void {
    if (this.json) this.#world.stdout.write(`${plainJson(value)}\n`);
  }

  /** A step that was done. */
  step(text: string): void {
    this.#progress('green', '✓', text);
  }

  /** What begins now, or something a person should know. Nothing went wrong. `urgent` as in `waiting`. */
  note(text: string, urgent = false): void {
    this.#progress('cyan', '·', text, urgent);
  }

  /** What a person should look at before going on. `urgent` as in `waiting`. */
  warn(text: string, urgent = false): void {
    this.#progress('yellow', '!', text, urgent);
  }

  /**
   * What is wanted or going on now. On a terminal it is one line that the next step replaces; elsewhere a plain line.
   * Shown with `--json` too when a person must act (`urgent`).
   */
  waiting(text: string, urgent = false): void {
    if (this.json && !urgent) return;
    if (!this.isTerminal) {
      this.#tell(`- ${text}`);
      return;
    }
    this.settle();
    this.#transient = `… ${text}`;
    this.#world.stderr.write(`${this.#styled('cyan', '…')} ${this.#styled('bold', text)}`);
  }

  /** Takes the transient line away, on all the rows that it took. */
  settle(): void {
    if (this.#transient === undefined) return;
    const { stderr } = this.#world;
    const rows = Math.ceil([...this.#transient].length / (stderr.columns || Number.POSITIVE_INFINITY));
    this.#transient = undefined;
    stderr.write(`${rows > 1 ? `\x1b[${rows - 1}A` : ''}\r\x1b[J`);
  }

  error(error: GlasskeyError): void {
    this.settle();
    const { code, message, remedy, detail } = error;
    this.object({ error: { code, message, remedy, detail } });
    if (this.json) return;
    if (error.kind === 'cancelled') {
      this.#tell(`Cancelled. ${printableLines(remedy)}`);
      return;
    }
    this.#tell(`${this.#styled('red', 'Error:')} ${printableLines(message)} ${this.#styled('dim', `[${code}]`)}`);
    this.#tell(printableLines(remedy));
    if (this.#verbose && error.kind === 'bug')
      this.#tell(printableLines(`${error.stack ?? ''}\n${String(error.cause ?? '')}`));
  }

  readonly log: Log = (level, event, facts = {}) => {
    if (!this.#verbose) return;
    this.settle();
    const text = Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`);
    this.#tell(`[${level}] ${[event, printable(text.join(' '))].join(' ').trimEnd()}`);
  };

  #progress(color: Style, sign: string, text: string, urgent = false): void {
    if (this.json && !this.#verbose && !urgent) return;
    this.settle();
    this.#tell(this.isTerminal ? `${this.#styled(color, sign)} ${text}` : `- ${text}`);
  }

  /** A line on standard error. A session that ssh runs has the terminal in raw mode: there a line feed alone goes straight down. */
  #tell(text: string): void {
    const { stderr } = this.#world;
    stderr.write(stderr.isTTY ? `${text.replaceAll('\n', '\r\n')}\r\n` : `${text}\n`);
  }

  #styled(color: Style, text: string): string {
    return this.#coloursOn(this.#world.stderr) ? style(color, text) : text;
  }

  /** Whether lines can be taken back. */
  get isTerminal(): boolean {
    return this.#world.stderr.isTTY === true && this.#world.environment.TERM !== 'dumb';
  }

  /** https://no-color.org: any value but the empty one. */
  #coloursOn(stream: NodeJS.WriteStream): boolean {
    const { NO_COLOR, TERM } = this.#world.environment;
    return stream.isTTY === true && TERM !== 'dumb' && !NO_COLOR;
  }
}

/** With escape codes: `Output` takes them out where they are not wanted. */
export function style(name: Style, text: string): string {
  return styleText(name, text, { validateStream: false });
}

/**
 * What others wrote (a device's name, an account, a host's name) may neither steer the terminal nor pass for a line of ours:
 * one line, without control characters.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
}

/** The same for texts of our own that have several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** JSON in which nothing steers the terminal that shows it: JSON itself escapes no more than what is below U+0020. */
function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/[\u007f-\u009f\p{Cf}\u2028\u2029]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
