/** Host keys, composed for glasskey.ts: the files that a team pins them in, what is known of a target, and forgetting one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertReadable, hostKeysUnusable, type PinnedFile, type PinnedHostKeys } from './connect/pinned-host-keys.ts';
import type { Settings } from './storage/settings.ts';

/**
 * The files of the setting `connect.pinnedHostKeys`, read now. Throws `HOST_KEYS_UNUSABLE`, also where it cannot be known what is pinned:
 * a pin that is not understood is not taken for none.
 */
export function pinnedHostKeys(settings: Pick<Settings, 'get' | 'problems'>, homeFolder: string): PinnedHostKeys {
  // A file of settings that cannot be read as a whole is named by its path, and may hold pins.
  const fault = settings
    .problems()
    .find(({ source, what }) => what === 'connect.pinnedHostKeys' || (source === 'file' && /[\\/]/.test(what)));
  if (fault !== undefined) throw hostKeysUnusable(fault.what, fault.why);
  return settings.get('connect.pinnedHostKeys').value.map((path): PinnedFile => {
    const file = { path: path.startsWith('~/') ? join(homeFolder, path.slice(2)) : path, text: '' };
    const read = { ...file, text: textOf(file.path) };
    assertReadable(read);
    return read;
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw hostKeysUnusable(path, code === 'ENOENT' ? 'there is no such file' : 'it cannot be read', error);
  }
}
