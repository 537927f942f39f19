import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = new URL('../../../', import.meta.url);
const readJson = async (name: string): Promise<unknown> => JSON.parse(await readFile(new URL(name, root), 'utf8'));

const packageFile = z
  .object({
    scripts: z.record(z.string(), z.string()),
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(await readJson('package.json'));
const lock = z
  .object({ packages: z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() })) })
  .parse(await readJson('package-lock.json'));

// npm 11.16 and newer refuse what is not allowed, since .npmrc says strict-allow-scripts (arborist's lib/install-scripts.js).
describe('install scripts', () => {
  it('the project has none itself, or npx glasskey would refuse it: its build runs after npm ci as dependencies', () => {
    const refused = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in packageFile.scripts);
    expect(refused).toEqual([]);
    expect(packageFile.scripts).toHaveProperty('dependencies', 'npm run build');
  });

  it('allowScripts names every locked package that has an install script', () => {
    const unnamed = Object.entries(lock.packages)
      .filter(([path, { hasInstallScript }]) => path !== '' && hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
      .filter((name) => !(name in packageFile.allowScripts));
    expect(unnamed).toEqual([]);
  });
});
