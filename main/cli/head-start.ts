/**
 * What bin/glasskey.js does of a login before it loads the command line, where the same words have logged in before: built into a file of its own,
 * which loads in a few milliseconds (docs/decisions/0037-a-repeated-login-has-a-head-start.md).
 */
import { homedir } from 'node:os';
import { beginHeadStart, type HeadStart } from '../glasskey-head-start.ts';
import { dataFolderPath } from '../storage/data-folder.ts';
import { keptLoginOf, keptLogins, keptLoginsFile } from '../storage/kept-logins.ts';
import { INTERRUPTS } from './interrupts.ts';
import { dividedWords } from './own-words.ts';
import { readSecretLineAtOnce } from './secret-on-stdin.ts';

/** A head start, and the PIN that was read before its ssh was given standard input. */
export interface BegunLogin {
  /** Undefined where it could not begin. */
  readonly headStart: HeadStart | undefined;
  /** The first line of standard input, for its new owner; undefined where there was none, and a second time. */
  takePinLine(): Uint8Array | undefined;
  /** Whether somebody has interrupted this process since; from now on the caller listens for it. */
  takeInterrupt(): boolean;
  /** Wipes the PIN where nobody took it, ends what has not ended. */
  end(): Promise<void>;
}

/** Undefined where these words (`process.argv`, without `node` and the script) are no login that was kept: nothing has been read then. */
export function beginLogin(
  words: readonly string[],
  { environment = process.env, stdin = 0 }: { environment?: NodeJS.ProcessEnv; stdin?: number } = {},
): BegunLogin | undefined {
  const { own, rest: command = [] } = dividedWords(words);
  // With no command behind it: the command line says so.
  if (process.platform === 'win32' || command.length === 0) return undefined;
  const dataFolder = dataFolderOf(environment);
  if (dataFolder === undefined) return undefined;
  const logins = keptLogins(keptLoginsFile(dataFolder));
  const kept = keptLoginOf(own, logins);
  if (kept === undefined) return undefined;
  let line = pinLine(stdin);
  // Not before: a read that waits for the PIN hears of none.
  const takeInterrupt = heedInterrupts();
  const headStart = line === undefined ? undefined : beginHeadStart(kept, command, { dataFolder, environment, logins });
  return {
    headStart,
    takePinLine() {
      const given = line;
      line = undefined;
      return given;
    },
    takeInterrupt,
    async end() {
      line?.fill(0);
      await headStart?.end();
    },
  };
}

/** What would end this process leaves an ssh and its folder behind: it waits until there is somebody who ends them. */
function heedInterrupts(): () => boolean {
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
  };
  for (const signal of INTERRUPTS) process.on(signal, interrupt);
  return () => {
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
    return isInterrupted;
  };
}

/** Undefined where there is none: the command says so. An error of this file's would be another one's to the rest of the program. */
function pinLine(stdin: number): Uint8Array | undefined {
  try {
    return readSecretLineAtOnce(stdin);
  } catch {
    return undefined;
  }
}

function dataFolderOf(env: NodeJS.ProcessEnv): string | undefined {
  try {
    return dataFolderPath({ platform: process.platform, env, home: homedir() });
  } catch {
    return undefined; // said when the command opens it
  }
}
