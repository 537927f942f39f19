/**
 * Windows: Squirrel starts the app with one of its own switches while it installs, updates or removes it. The app then makes or
 * removes its shortcuts by Update.exe, which lies beside its folder, and ends: no window, no agent.
 * (Squirrel.Windows, docs/using/custom-squirrel-events-non-cs.md)
 */
import { spawn } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';

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

/** True: this start is Squirrel's; `quit` is called once Update.exe has been started. */
export function handledSquirrelStart(quit: () => void): boolean {
  const words = squirrelAction(process.argv, process.platform, process.execPath);
  if (words === undefined) return false;
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
