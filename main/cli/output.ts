/**
 * What a command prints. Results go to standard output, progress to standard error; with `--json`, one object is the whole
 * of standard output, errors included, and progress stays away unless `--verbose` asks for it.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

export interface OutputStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export class Output {
  readonly json: boolean;
  readonly #streams: OutputStreams;
  readonly #verbose: boolean;
  #transient = false;

  constructor(streams: OutputStreams, options: { readonly json: boolean; readonly verbose: boolean }) {
    this.#streams = streams;
    this.json = options.json;
    this.#verbose = options.verbose;
  }

  /** A line of the result. Nothing with `--json`: the object says it. */
  line(text = ''): void {
    if (!this.json) this.#streams.stdout.write(`${this.#plainUnlessTerminal(text, this.#streams.stdout)}\n`);
  }

  /** The whole result for `--json`. */
  object(value: unknown): void {
    if (this.json) this.#streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** A step that was done. */
  step(text: string): void {
    this.#progress(`${style('green', '✓')} ${text}`, `- ${text}`);
  }

  /** Something a person should know, and nothing went wrong. */
  note(text: string): void {
    this.#progress(`${style('yellow', '!')} ${text}`, `- ${text}`);
  }

  /**
   * What is wanted or going on now. On a terminal it is one line that the next step replaces; elsewhere a plain line.
   * Shown with `--json` too when a person must act (`urgent`).
   */
  waiting(text: string, urgent = false): void {
    const { stderr } = this.#streams;
    if (this.json && !urgent) return;
    if (!stderr.isTTY) {
      stderr.write(`- ${text}\n`);
      return;
    }
    this.settle();
    stderr.write(`${style('cyan', '…')} ${style('bold', text)}`);
    this.#transient = true;
  }

  /** Takes the transient line away. */
  settle(): void {
    if (this.#transient) this.#streams.stderr.write('\r\x1b[K');
    this.#transient = false;
  }

  error(error: GlasskeyError): void {
    this.settle();
    const { code, message, remedy, detail } = error;
    this.object({ error: { code, message, remedy, detail } });
    if (this.json) return;
    const { stderr } = this.#streams;
    const head = stderr.isTTY ? style('red', 'Error:') : 'Error:';
    stderr.write(`${head} ${printable(message)} [${code}]\n${printable(remedy)}\n`);
    if (this.#verbose && error.kind === 'bug') stderr.write(`${error.stack ?? ''}\n${String(error.cause ?? '')}\n`);
  }

  readonly log: Log = (level, event, facts = {}) => {
    if (!this.#verbose) return;
    this.settle();
    const text = Object.entries(facts).map(([name, value]) => `${name}=${String(value)}`);
    this.#streams.stderr.write(`[${level}] ${event} ${printable(text.join(' '))}\n`);
  };

  #progress(styled: string, plain: string): void {
    if (this.json && !this.#verbose) return;
    this.settle();
    const { stderr } = this.#streams;
    stderr.write(`${stderr.isTTY ? styled : plain}\n`);
  }

  #plainUnlessTerminal(text: string, stream: NodeJS.WriteStream): string {
    return stream.isTTY ? text : stripVTControlCharacters(text);
  }
}

export function style(name: Style, text: string): string {
  return styleText(name, text, { validateStream: false });
}

/** What others wrote (a device's name, a profile's text) may steer the terminal: it is shown without control characters. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => (character === '\n' ? '\n' : '\ufffd'));
}
