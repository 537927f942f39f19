/** How much JavaScript the documents load, as it is built, each file compressed by itself as a server would. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface ScriptSize {
  /** In bytes: what the document loads before anybody asks for another screen. */
  readonly atStart: number;
  /** All there is. */
  readonly inAll: number;
}

/** Of one built document: the folder that holds its index.html. */
export async function scriptSize(folder: string): Promise<ScriptSize> {
  const assets = join(folder, 'assets');
  const files = new Map<string, Buffer>();
  for (const name of await readdir(assets)) {
    if (name.endsWith('.js')) files.set(name, await readFile(join(assets, name)));
  }
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const loaded = new Set<string>();
  const load = (name: string) => {
    if (loaded.has(name)) return;
    const text = files.get(name);
    if (text === undefined) throw new Error(`${folder} loads ${name}, which is not there`);
    loaded.add(name);
    for (const imported of importsOf(text.toString('utf8'))) load(imported);
  };
  for (const [, source = ''] of html.matchAll(/<script\b[^>]*\bsrc="([^"]+)"/g)) load(basename(source));
  const sum = (names: Iterable<string>) =>
    [...names].reduce((bytes, name) => bytes + gzipSync(files.get(name) ?? Buffer.alloc(0), { level: 9 }).length, 0);
  return { atStart: sum(loaded), inAll: sum(files.keys()) };
}

/** What a module imports outright, as the bundler writes it; `import(...)` is for later. */
function importsOf(code: string): readonly string[] {
  const outright = /(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{][^'"`;()]*from\s*)?["']\.\/([^"']+\.js)["']/g;
  return [...code.matchAll(outright)].map(([, name = '']) => name);
}
