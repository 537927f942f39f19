/** The data folder on Windows, where a mode says nothing; composed for glasskey.ts. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { loadAccessLists } from '../native/windows/owner-only.ts';
import { loadProcesses } from '../native/windows/processes.ts';

/**
 * Before the database is first made in it: makes the folder where it is missing, and gives it, with all that will be made in it, to the
 * user alone, whatever the folder above hands down. Below %LOCALAPPDATA% that is the profile's list, but GLASSKEY_HOME may lie anywhere.
 * Later its owner's own changes stay. Throws `DATA_FOLDER_UNUSABLE`.
 */
export async function makeWindowsDataFolder(folder: string): Promise<void> {
  if (existsSync(join(folder, 'glasskey.db'))) return;
  try {
    const [lists, processes] = await Promise.all([loadAccessLists(), loadProcesses()]);
    await mkdir(folder, { recursive: true });
    lists.restrictFolder(folder, processes.ownAccount());
  } catch (cause) {
    throw new GlasskeyError({
      code: 'DATA_FOLDER_UNUSABLE',
      message: `Glasskey cannot make its data folder ${folder} your account's alone.`,
      remedy: 'Set GLASSKEY_HOME to a folder on a disk of this computer, or unset it.',
      detail: { folder, why: cause instanceof Error ? cause.message : String(cause) },
      cause,
    });
  }
}
