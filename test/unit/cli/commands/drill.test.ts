/** Which targets `glasskey drill` takes: where no key is enrolled it rehearses none, and says which it would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../../../main/storage/target-store.ts';
import { runInProcess } from '../run-in-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-drill-command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a data folder of its own, with these targets: their favourites are marked `*`, a tag stands behind a `#`. */
function drilling(...targets: readonly string[]) {
  const data = mkdtempSync(join(folder, 'data-'));
  const database = openDatabase(join(data, 'glasskey.db'));
  for (const target of targets) {
    const [, mark, name = '', tag] = /^(\*?)([^#]+)#?(.*)$/.exec(target) ?? [];
    targetStore(database).add({
      ...plainTarget(name, `alice@${name}`, []),
      isFavourite: mark === '*',
      tags: tag ? [tag] : [],
    });
  }
  database.close();
  return async (...words: readonly string[]) => {
    const ran = await runInProcess(['drill', '--json', ...words], { environment: { GLASSKEY_HOME: data } });
    const { code, message } = JSON.parse(ran.stdout).error;
    const [, named] = /rehearse the login to (.*)\.$/.exec(message) ?? [];
    return code === 'NOT_ENROLLED' ? named : code;
  };
}

it('takes the favourites unasked, and where there are none, all', async () => {
  expect(await drilling('leaf1', '*leaf2', '*leaf3')()).toBe('leaf2, leaf3');
  expect(await drilling('leaf1', 'leaf2')()).toBe('leaf1, leaf2');
});

it('takes those that are named, each once, and those chosen besides', async () => {
  const drill = drilling('*leaf1', 'leaf2#Row4', 'leaf3#row4', 'ce1');
  expect(await drill('leaf2')).toBe('leaf2');
  expect(await drill('--all')).toBe('ce1, leaf1, leaf2, leaf3');
  expect(await drill('--favourites')).toBe('leaf1');
  expect(await drill('ce1', 'leaf3', '--tag', 'ROW4')).toBe('ce1, leaf3, leaf2');
  expect(await drill('bob@10.0.0.8', 'ce1')).toBe('bob@10.0.0.8, ce1');
  expect(await drill('--tag', 'row5')).toBe('DRILL_NO_TARGET');
  expect(await drilling('leaf1')('--favourites')).toBe('DRILL_NO_TARGET');
  expect(await drilling('a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7')()).toBe('a1, a2, a3, a4, a5 and 2 more');
});

it.each([
  ['--all', '--tag', 'row4'],
  ['--all', '--favourites'],
  ['leaf1', '--way', 'jump', '--every-way'],
  ['leaf1', '--way', 'somehow'],
  ['leaf1', '--', 'show', 'version'],
])('does not take %s %s %s', async (...words) => {
  expect(await drilling('leaf1')(...words)).toBe('CLI_USAGE');
});
