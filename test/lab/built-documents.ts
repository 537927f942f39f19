/** Both documents of the app as `npm run build` makes them, built once for each state of their sources: tests side by side share them. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDocument } from '../../scripts/build.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache', 'glasskey-documents');
const BESIDES = ['vite.window.config.ts', 'vite.prompt.config.ts', 'package-lock.json', 'scripts/build.ts'];
/** Builds of sources that are no more; one that was made lately may be in use. */
const STALE_AFTER_MS = 24 * 60 * 60_000;

/** The folder that holds `window` and `prompt`. */
export async function builtDocuments(): Promise<string> {
  const folder = join(CACHE, await sourcesHash());
  if (existsSync(folder)) return folder;
  const own = `${folder}-${process.pid}`;
  try {
    await mkdir(own, { recursive: true });
    for (const name of ['window', 'prompt'] as const) await buildDocument(name, join(own, name));
    await rename(own, folder);
    await removeStale();
  } catch (error) {
    // Another process may have been faster, with the same sources.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return folder;
}

async function sourcesHash(): Promise<string> {
  const entries = await readdir(join(ROOT, 'renderer'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const file of [...files.toSorted(), ...BESIDES.map((name) => join(ROOT, name))]) {
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
