/** The window as `npm run build` makes it, built once for each state of its sources: test files that run side by side share it. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDocument } from '../../scripts/build.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'glasskey-window');
/** Builds of sources that are no more; one that was read lately may be in use by a test. */
const STALE_AFTER_MS = 60 * 60_000;

/** The folder that holds index.html. */
export async function builtWindow(): Promise<string> {
  const folder = join(CACHE, await sourcesHash());
  if (await isThere(folder)) return folder;
  const own = `${folder}-${process.pid}`;
  await buildDocument('window', own);
  try {
    await rename(own, folder);
  } catch (error) {
    // Another test file was faster, with the same sources.
    await rm(own, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error;
  }
  await removeStale();
  return folder;
}

async function sourcesHash(): Promise<string> {
  const entries = await readdir(join(ROOT, 'renderer'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  const besides = ['vite.window.config.ts', 'package-lock.json', 'scripts/build.ts'].map((name) => join(ROOT, name));
  for (const file of [...files.toSorted(), ...besides]) {
    hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function removeStale(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const folder = join(CACHE, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > STALE_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}

async function isThere(folder: string): Promise<boolean> {
  return stat(join(folder, 'index.html')).then(
    () => true,
    () => false,
  );
}
