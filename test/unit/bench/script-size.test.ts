import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptSize } from '../../bench/window/script-size.ts';

const SCRIPTS = {
  'index.js': 'import{a as b}from"./shared.js";import"./effect.js";const later=()=>import("./later.js");b(later);',
  'shared.js': 'import{c}from"./deep.js";var a=c;export{a};',
  'deep.js': 'export const c="from \'./later.js\'";',
  'effect.js': 'export*from"./shared.js";',
  'later.js': 'import{a}from"./shared.js";import{d}from"./only-later.js";a(d);',
  'only-later.js': 'export const d=4;',
};
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-size-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<script type="module" crossorigin src="./assets/index.js"></script>');
  for (const [name, code] of Object.entries(SCRIPTS)) writeFileSync(join(folder, 'assets', name), code);
  writeFileSync(join(folder, 'assets', 'index.js.map'), 'x'.repeat(1000));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gzipped = (...names: (keyof typeof SCRIPTS)[]) =>
  names.reduce((sum, name) => sum + gzipSync(SCRIPTS[name], { level: 9 }).length, 0);

test('What a document loads at start is what its script imports outright, each file once; the rest comes later', async () => {
  expect(await scriptSize(folder)).toEqual({
    atStart: gzipped('index.js', 'shared.js', 'deep.js', 'effect.js'),
    inAll: gzipped('index.js', 'shared.js', 'deep.js', 'effect.js', 'later.js', 'only-later.js'),
  });
});

test('A script that is not there is an error, not a smaller size', async () => {
  rmSync(join(folder, 'assets', 'deep.js'));
  await expect(scriptSize(folder)).rejects.toThrow('deep.js, which is not there');
});
