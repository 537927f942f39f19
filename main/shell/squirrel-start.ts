/**
 * Windows: Squirrel starts the app with one of its own switches while it installs, updates or removes it. The app then makes or
 * removes its shortcuts by Update.exe, which lies beside its folder, and ends: no window, no agent.
 * (Squirrel.Windows, docs/using/custom-squirrel-events-non-cs.md)
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve, win32 } from 'node:path';

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
      return [`--createShortcut=${basename(executable)}`];
    case '--squirrel-uninstall':
      return [`--removeShortcut=${basename(executable)}`];
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

/**
 * True: this start is Squirrel's; `quit` is called once Update.exe has been started. `forget` is called before the app is removed: what
 * Windows starts by itself must not point at a program that is gone.
 */
export function handledSquirrelStart(quit: () => void, forget: () => void): boolean {
  const words = squirrelAction(process.argv, process.platform, process.execPath);
  if (words === undefined) return false;
  if (process.argv[1] === '--squirrel-uninstall') forget();
  if (words.length === 0) {
    quit();
    return true;
  }
  const update = resolve(dirname(process.execPath), '..', 'Update.exe');
  const child = spawn(update, words, { detached: true, stdio: 'ignore' });
  child.once('error', quit);
  child.once('close', quit);
  return true;
}
