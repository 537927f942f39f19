/**
 * Windows: Squirrel starts the app with one of its own switches while it installs, updates or removes it. The app then makes or
 * removes its shortcuts by Update.exe, which lies beside its folder, and ends: no window, no agent.
 * (Squirrel.Windows, docs/using/custom-squirrel-events-non-cs.md)
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { win32 } from 'node:path';

/** What to tell Update.exe; none: nothing to do but to end. Undefined: an ordinary start. */
export function squirrelAction(
  argv: readonly string[],
  platform: NodeJS.Platform,
  executable: string,
): readonly string[] | undefined {
  if (platform !== 'win32') return undefined;
  switch (argv[1]) {
    case '--squirrel-install':
    case '--squirrel-updated':
      return [`--createShortcut=${win32.basename(executable)}`];
    case '--squirrel-uninstall':
      return [`--removeShortcut=${win32.basename(executable)}`];
    case '--squirrel-obsolete':
      return [];
    default:
      return undefined;
  }
}

/**
 * The program by which the app is started from outside, at sign-in and by links: each version of it lies in a folder of its own, `app-1.2.3`,
 * which goes with the next one; the program of the same name above it is Squirrel's, and starts the newest.
 */
export function lastingProgram(
  executable: string,
  platform: NodeJS.Platform = process.platform,
  isThere: (path: string) => boolean = existsSync,
): string {
  if (platform !== 'win32') return executable;
  const folder = win32.dirname(executable);
  const above = win32.join(folder, '..', win32.basename(executable));
  return /^app-\d/.test(win32.basename(folder)) && isThere(above) ? above : executable;
}

export interface SquirrelStart {
  readonly argv: readonly string[];
  readonly platform: NodeJS.Platform;
  readonly executable: string;
  readonly quit: () => void;
  /** Before the app is removed: what Windows starts by itself must not point at a program that is gone. */
  readonly forget: () => Promise<void>;
  /** Starts Update.exe with its words, and waits for its end. */
  readonly update: (program: string, words: readonly string[]) => Promise<void>;
}

/** True: this start is Squirrel's; `quit` is called when all is done. Squirrel ends what takes longer than some 15 seconds. */
export function handledSquirrelStart({ argv, platform, executable, quit, forget, update }: SquirrelStart): boolean {
  const words = squirrelAction(argv, platform, executable);
  if (words === undefined) return false;
  const program = win32.resolve(win32.dirname(executable), '..', 'Update.exe');
  const work = [
    ...(words.length === 0 ? [] : [update(program, words)]),
    ...(argv[1] === '--squirrel-uninstall' ? [forget()] : []),
  ];
  void Promise.allSettled(work).then(quit);
  return true;
}

/** It outlives this process where that is ended before it. */
export function runUpdate(program: string, words: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}
