/**
 * How the last logins were started that a script gives the PIN to: so that the next one by the same words need not wait for its plan
 * (docs/decisions/0037-a-repeated-login-has-a-head-start.md). A file of its own, because it is read before there is a database. What stands
 * behind `--`, the remote command, is not kept.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asJson, list, mapped, members, readIfOne, type Stored, text } from './stored-form.ts';

/** Those that were kept last come first; each takes some 4 kB. */
const KEPT = 16;
/** Some hundred times what they take; who reads it waits for it. */
const MOST_BYTES = 1024 * 1024;

const Environment = mapped(list(members({ name: text, value: text })), {
  read: (pairs): Readonly<Record<string, string>> =>
    Object.fromEntries(pairs.map(({ name, value }) => [name, value] as const)),
  write: (environment) => Object.entries(environment).map(([name, value]) => ({ name, value })),
});

const Login = members({
  /** What Glasskey was started with, up to `--`. */
  words: list(text),
  /** The path of ssh. */
  program: text,
  /** Those of ssh, up to its own `--`. */
  arguments: list(text),
  environment: Environment,
  configFile: text,
  configText: text,
  agentSocket: text,
  /** They tell ssh which keys to ask the agent for. */
  publicKeys: list(members({ file: text, line: text })),
});

const Logins = asJson(list(Login));

export type KeptLogin = Stored<typeof Login>;

export function keptLoginsFile(dataFolder: string): string {
  return join(dataFolder, 'connect', 'kept-logins.json');
}

/** None where there is no such file, or another. */
export function keptLogins(file: string): readonly KeptLogin[] {
  try {
    const stats = lstatSync(file);
    if (!stats.isFile() || stats.size > MOST_BYTES) return [];
    return readIfOne(Logins, readFileSync(file, 'utf8')) ?? [];
  } catch {
    // Nothing but speed is lost.
    return [];
  }
}

/** The one that was begun by these words. */
export function keptLoginOf(words: readonly string[], logins: readonly KeptLogin[]): KeptLogin | undefined {
  return logins.find((one) => isSameList(one.words, words));
}

/** Whether it is among those that go next: one that is in use is kept anew then. */
export function isAmongOldest(login: KeptLogin, logins: readonly KeptLogin[]): boolean {
  return logins.indexOf(login) >= KEPT / 2;
}

/** What the file is to hold then. */
export function withKeptLogin(login: KeptLogin, logins: readonly KeptLogin[]): string {
  const others = logins.filter(({ words }) => !isSameList(words, login.words));
  return String(Logins.write([login, ...others].slice(0, KEPT)));
}

export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
