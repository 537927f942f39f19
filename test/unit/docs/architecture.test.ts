import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeRows, ROOT, readPage, section } from './pages.ts';

const page = readPage('docs/architecture.md');
const namesIn = (folder: string) => readdirSync(join(ROOT, folder), { withFileTypes: true });

describe('docs/architecture.md', () => {
  it('names every part that stands behind the front door, and none that is not there', () => {
    const parts = namesIn('main').flatMap(({ name }) => /^glasskey-(.+)\.ts$/.exec(name)?.[1] ?? []);
    const table = section(page, 'The front door, and what stands behind it').split('\n');
    const named = table
      .filter((line) => line.startsWith('|'))
      .flatMap((row) => [...row.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name));
    expect(named.toSorted()).toEqual(parts.toSorted());
  });

  it('has a row for every folder of main, native and test, and none for one that is not there', () => {
    const folders = ['main', 'native', 'test'].flatMap((parent) =>
      namesIn(parent)
        .filter((one) => one.isDirectory())
        .map(({ name }) => `${parent}/${name}/`),
    );
    const named = codeRows(section(page, 'Folders')).flatMap(
      (row) => /^\| `((?:main|native|test)\/[a-z0-9-]+\/)`/.exec(row)?.[1] ?? [],
    );
    expect(named.toSorted()).toEqual(folders.toSorted());
  });
});
