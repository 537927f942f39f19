/** Glasskey's command line as an installation has it: bin/ and a dist/ built just now, in a folder of their own. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCommandLine } from '../../../scripts/build.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface InstalledGlasskey {
  /** bin/glasskey.js */
  readonly program: string;
  readonly dist: string;
}

/** Installs into `folder`, which must be there. The checkout's own dist/ is not touched. */
export async function installGlasskey(folder: string): Promise<InstalledGlasskey> {
  const dist = join(folder, 'dist');
  await mkdir(folder, { recursive: true });
  await buildCommandLine(dist);
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type": "module"}\n');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { program: join(folder, 'bin', 'glasskey.js'), dist };
}
