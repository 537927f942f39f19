/** What a command of `glasskey` is: its words, and what it does with them. */
import { parseArgs } from 'node:util';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CliWorld } from './cli-world.ts';
import type { Output } from './output.ts';
import { dividedWords } from './own-words.ts';

/** An option: `value` names what follows it (`--file PATH`); without it the option is a switch. */
export interface OptionSpec {
  readonly value?: string;
  readonly short?: string;
  readonly summary: string;
  /** May be given several times. */
  readonly multiple?: boolean;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** One line for each command, so that `glasskey --help` loads none of them. */
export interface CommandSummary {
  readonly name: string;
  readonly summary: string;
}

export interface Command {
  /** What follows the name: `<target> [-- command]`. */
  readonly usage: string;
  /** A short paragraph: what it does, and when it is wanted. */
  readonly about: string;
  readonly options: OptionSpecs;
  readonly examples: readonly (readonly [commandLine: string, meaning: string])[];
  /** Returns the exit code. Throws GlasskeyError. */
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  readonly options: ParsedOptions;
  readonly positionals: readonly string[];
  /** What stands behind `--`; undefined when there is none. */
  readonly rest: readonly string[] | undefined;
  /** All words as they were given, from the command's name up to `--`. */
  readonly words: readonly string[];
  readonly world: CliWorld;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/** Reads parsed options by name. */
export class ParsedOptions {
  readonly #values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

  constructor(values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>) {
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values[name] === true;
  }

  value(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  values(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }
}

/** Options that every command has. */
export const COMMON_OPTIONS: OptionSpecs = {
  json: { summary: 'Print one JSON object instead of text' },
  verbose: { short: 'v', summary: 'Tell on standard error what happens underneath' },
  help: { short: 'h', summary: 'Show this help' },
};

export interface ParsedCommandLine {
  readonly options: ParsedOptions;
  readonly positionals: readonly string[];
  readonly rest: readonly string[] | undefined;
}

/** Throws `CLI_USAGE` for options that the command does not have, or that lack their value. */
export function parseCommandLine(name: string, words: readonly string[], specs: OptionSpecs): ParsedCommandLine {
  const { own, rest } = dividedWords(words);
  try {
    const { values, positionals } = parseArgs({
      args: [...own],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries({ ...specs, ...COMMON_OPTIONS }).map(([option, { value, short, multiple }]) => [
          option,
          {
            type: value === undefined ? 'boolean' : 'string',
            ...(short ? { short } : {}),
            multiple: multiple ?? false,
          } as const,
        ]),
      ),
    });
    return { options: new ParsedOptions(values), positionals, rest };
  } catch (cause) {
    throw usageError(name, faultOf(cause, specs));
  }
}

/** Node's message of an option that it does not take, as a sentence of ours. https://nodejs.org/api/errors.html#err_parse_args_unknown_option */
function faultOf(cause: unknown, specs: OptionSpecs): string {
  if (!(cause instanceof Error)) return String(cause);
  const unknown = /^Unknown option '(-.*?)'(\. |$)/s.exec(cause.message)?.[1];
  if (unknown !== undefined) return `There is no option ${unknown}`;
  const option = /'(?:-\w, )?--([\w-]+)[^']*'/.exec(cause.message)?.[1];
  if (option === undefined) return cause.message;
  const { value } = { ...specs, ...COMMON_OPTIONS }[option] ?? {};
  if (value === undefined) return `--${option} takes no value`;
  return cause.message.includes('ambiguous')
    ? `--${option} needs a value: ${value}. One that begins with a dash is written --${option}=${value}`
    : `--${option} needs a value: ${value}`;
}

export function usageError(command: string, fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CLI_USAGE',
    message: fault.endsWith('.') ? fault : `${fault}.`,
    remedy: `Run glasskey ${command} --help for how it is used.`,
  });
}
