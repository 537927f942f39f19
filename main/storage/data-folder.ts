/** Where Glasskey keeps its state on each platform, and that it is the user's alone. */
import { chmodSync, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, posix, win32 } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export interface DataFolderWorld {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder (`os.homedir()`). */
  readonly home: string;
}

const FOLDER_MODE = 0o700;

/**
 * The folder's path; nothing is made. `GLASSKEY_HOME` wins (tests, portable use); else Linux has
 * `$XDG_DATA_HOME/glasskey` (XDG Base Directory: a relative value counts as unset), macOS
 * `~/Library/Application Support/Glasskey`, Windows `%LOCALAPPDATA%\Glasskey` (local: keys and agents belong to one
 * machine). Throws `DATA_FOLDER_RELATIVE` where GLASSKEY_HOME is not absolute.
 */
export function dataFolderPath({ platform, env, home }: DataFolderWorld): string {
  const path = platform === 'win32' ? win32 : posix;
  const chosen = env.GLASSKEY_HOME;
  if (chosen) {
    if (!path.isAbsolute(chosen)) throw relativeFolder(chosen);
    return path.normalize(chosen);
  }
  if (platform === 'win32') return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'Glasskey');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Glasskey');
  const xdg = env.XDG_DATA_HOME;
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.local', 'share'), 'glasskey');
}

/**
 * Makes the folder (0700) where it is missing and takes other users' access away where it has crept in. Throws
 * `DATA_FOLDER_UNUSABLE`: it cannot be made, is no folder, or belongs to somebody else.
 */
export function ensureDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    const stats = lstatSync(folder);
    // Its parents are the user's choice, but the folder itself must not lead elsewhere behind the user's back.
    if (!stats.isDirectory()) throw unusable(folder, 'it is not a folder');
    const user = process.getuid?.();
    if (user === undefined) return; // Windows: access comes from the profile folder's own list
    if (stats.uid !== user) throw unusable(folder, `it belongs to user ${stats.uid}`);
    if ((stats.mode & 0o777) !== FOLDER_MODE) chmodSync(folder, FOLDER_MODE);
  } catch (error) {
    if (error instanceof GlasskeyError) throw error;
    throw unusable(folder, error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * With its parents. Not mkdir's `recursive`, which never returns where the kernel answers ENOENT below a folder that
 * exists (Node 24 upon /proc/x).
 */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (error) {
    // Another process may have been faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function relativeFolder(folder: string): GlasskeyError {
  return new GlasskeyError({
    code: 'DATA_FOLDER_RELATIVE',
    message: `GLASSKEY_HOME is not an absolute path: ${folder}`,
    remedy: 'Set GLASSKEY_HOME to a path that begins at the root, or unset it.',
  });
}

function unusable(folder: string, why: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'DATA_FOLDER_UNUSABLE',
    message: `Glasskey cannot use its data folder ${folder}: ${why}.`,
    remedy: 'Make it a folder of your own that you may write to, or set GLASSKEY_HOME to another one.',
    detail: { folder },
    cause,
  });
}
