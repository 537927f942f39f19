/** Whose code is in the package: what Vite put into the bundles (it writes it down beside each), native packages, Electron. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { nativePackages, type Target } from './native-files.ts';

/** Where each of the four builds leaves the list that Vite's `build.license` makes, below the project's folder. */
export const LICENSE_LISTS: readonly string[] = [
  '.vite/build/licenses-main.json',
  '.vite/build/licenses-preload.json',
  'dist/window/licenses-window.json',
  'dist/prompt/licenses-prompt.json',
];

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, or what its author wrote instead. */
  readonly license: string;
  /** The licence itself, where the package brings it. */
  readonly text: string | undefined;
}

const bundledSchema = z.array(
  z.object({ name: z.string(), version: z.string(), identifier: z.string(), text: z.string().optional() }),
);
const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

const LICENSE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i;

/** Each package once, in the order of names. Throws when a build has left no list, and for a package without a licence. */
export async function shippedPackages(root: string, target: Target): Promise<readonly ShippedPackage[]> {
  const bundled = await Promise.all(LICENSE_LISTS.map((list) => bundledPackages(join(root, list))));
  const names = ['electron', ...nativePackages(target).map(({ name }) => name)];
  const copied = await Promise.all(names.map((name) => installedPackage(join(root, 'node_modules', name))));
  const each = new Map([...bundled.flat(), ...copied].map((one) => [`${one.name}@${one.version}`, one]));
  return [...each.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function bundledPackages(list: string): Promise<readonly ShippedPackage[]> {
  const read = bundledSchema.parse(JSON.parse(await readFile(list, 'utf8')));
  return read.map(({ name, version, identifier, text }) => ({ name, version, license: identifier, text }));
}

async function installedPackage(folder: string): Promise<ShippedPackage> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const file = (await readdir(folder)).find((name) => LICENSE_FILE.test(name));
  return { ...manifest, text: file && (await readFile(join(folder, file), 'utf8')).trim() };
}

/** One text for all of them: each asks to be kept with what is made of it. Electron's own and Chromium's lie beside the program. */
export function licenseTexts(packages: readonly ShippedPackage[]): string {
  const sections = packages.map(
    ({ name, version, license, text }) =>
      `${name} ${version}\nLicence: ${license}\n\n${text ?? '(The package brings no licence file.)'}\n`,
  );
  const head = 'Glasskey contains code of the packages below, each under its own licence.\n';
  return [head, ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}
