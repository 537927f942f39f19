/** The project in a folder of its own, tagged as a release, so that a packaging run writes nothing into the working tree. */
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const SOURCES = [
  'diagnostics',
  'main',
  'native',
  'packaging',
  'renderer',
  'scripts',
  'time',
  'LICENSE',
  'forge.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.main.config.ts',
  'vite.preload.config.ts',
  'vite.prompt.config.ts',
  'vite.window.config.ts',
];

const manifestSchema = z.looseObject({ version: z.string() });

export interface ProjectCopy extends AsyncDisposable {
  readonly folder: string;
  readonly version: string;
}

export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'glasskey-packaging-'));
  for (const name of SOURCES) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'package.json');
  const manifest = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  git(folder, 'init', '--quiet');
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@test.invalid'];
  git(folder, ...author, 'commit', '--quiet', '--allow-empty', '-m', 'Release');
  git(folder, 'tag', `v${manifest.version}`);
  return {
    folder,
    version: manifest.version,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function git(folder: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr}`);
}
