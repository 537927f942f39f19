/** The licences of the packages in a bundle: each of them asks to be kept with what is made of it. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
});

const LICENSE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices)([.-].*)?$/i;

/**
 * One text for all packages that the modules (absolute paths) came from, in the order of their names: name, version, licence,
 * and the licence files as they are. Throws for a package that names no licence; one without a licence file is named with
 * the licence that its manifest states.
 */
export async function thirdPartyLicenses(modules: readonly string[]): Promise<string> {
  const folders = [...new Set(modules.flatMap((module) => packageFolder(module) ?? []))];
  const sections = await Promise.all(folders.map(section));
  const head = 'Glasskey contains code of the packages below, each under its own licence.\n';
  return [head, ...sections.toSorted()].join(`\n${'-'.repeat(80)}\n\n`);
}

/** `…/node_modules/@scope/name/lib/a.js` is in `…/node_modules/@scope/name`; undefined for our own modules. */
function packageFolder(module: string): string | undefined {
  const marker = `${sep}node_modules${sep}`;
  const at = module.lastIndexOf(marker);
  if (at < 0) return undefined;
  const [first = '', second = ''] = module.slice(at + marker.length).split(sep);
  return join(module.slice(0, at), 'node_modules', first.startsWith('@') ? join(first, second) : first);
}

async function section(folder: string): Promise<string> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const files = (await readdir(folder)).filter((name) => LICENSE_FILE.test(name)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const { name, version, license } = manifest;
  const body =
    texts.length > 0 ? texts.map((text) => text.trim()).join('\n\n') : `(${basename(folder)} brings no licence file.)`;
  return `${name} ${version}\nLicence: ${license}\n\n${body}\n`;
}
