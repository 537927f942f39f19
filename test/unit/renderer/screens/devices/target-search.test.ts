import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TargetView } from '../../../../../main/ipc/contract.ts';
import {
  filterTargets,
  indexTargets,
  searchTargets,
  tagsOf,
  typedDestination,
} from '../../../../../renderer/screens/devices/target-search.ts';
import { manyTargets, sampleTarget } from '../../../../window/window-samples.ts';
import { threadMs } from '../../../thread-time.ts';

const target = (name: string, more: Partial<TargetView> = {}): TargetView => ({
  ...sampleTarget(name, `admin@${name}.example`, []),
  ...more,
});
const through = (jump: string): Partial<TargetView> => ({ ways: [{ kind: 'jump', jumps: [jump] }] });
const names = (targets: readonly TargetView[]) => targets.map(({ name }) => name);
const search = (targets: readonly TargetView[], query: string) => names(searchTargets(indexTargets(targets), query));

test('Without a query every device is shown, the last used first, then by name as people count', () => {
  const targets = [
    target('leaf10'),
    target('leaf2'),
    target('old', { lastUsedAt: 1 }),
    target('new', { lastUsedAt: 2 }),
  ];
  expect(search(targets, '')).toEqual(['new', 'old', 'leaf2', 'leaf10']);
  expect(search(targets, '   ')).toEqual(['new', 'old', 'leaf2', 'leaf10']);
});

test('Words may come in any order, from the name, the device and the jump hosts', () => {
  const targets = [target('ce1-rack4', through('jumper@jump-east')), target('ce2-rack4', through('jumper@jump-west'))];
  expect(search(targets, 'east rack4')).toEqual(['ce1-rack4']);
  expect(search(targets, 'RACK4 admin@ce2')).toEqual(['ce2-rack4']);
  expect(search(targets, 'rack5')).toEqual([]);
});

test('The name itself comes first, then names that begin with the query, though others were used later', () => {
  const targets = [target('spine-leaf1', { lastUsedAt: 9 }), target('leaf10', { lastUsedAt: 5 }), target('leaf1')];
  expect(search(targets, 'leaf1')).toEqual(['leaf1', 'leaf10', 'spine-leaf1']);
});

test('No word is found across two fields', () => {
  expect(search([target('leaf1', { device: 'ada@host' })], 'leaf1ada')).toEqual([]);
});

test('It finds exactly what a plain reading of the rule finds, once each, and leaves nothing out', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '1', '-', '.'), minLength: 1, maxLength: 5 });
  const anyTarget = fc
    .tuple(letters, letters, fc.array(letters, { maxLength: 2 }), fc.option(fc.nat(5)))
    .map(([name, device, jumps, lastUsedAt]): TargetView => ({ ...sampleTarget(name, device, jumps), lastUsedAt }));
  const anyTargets = fc.uniqueArray(anyTarget, { selector: ({ name }) => name, maxLength: 25 });
  fc.assert(
    fc.property(anyTargets, fc.array(letters, { maxLength: 3 }), (targets, words) => {
      const found = search(targets, words.join('  '));
      const fits = ({ name, device, ways }: TargetView) =>
        words.every((word) =>
          [name, device, ...ways.flatMap(({ jumps }) => jumps)].some((field) =>
            field.toLowerCase().includes(word.toLowerCase()),
          ),
        );
      expect(found.toSorted()).toEqual(names(targets.filter(fits)).toSorted());
      // Whoever begins with the whole query is before whoever does not.
      const whole = words.join('  ').toLowerCase();
      const begins = found.map((name) => name.toLowerCase().startsWith(whole));
      expect(begins.lastIndexOf(true)).toBeLessThanOrEqual(begins.filter(Boolean).length - 1);
    }),
  );
});

test('A destination is offered where it is one, and not where a saved device is written just so', () => {
  const saved = [target('leaf1', { device: 'alice@leaf1' })];
  expect(typedDestination(' ada@leaf9 ', saved)).toBe('ada@leaf9');
  expect(typedDestination('ada@[2001:db8::1]:22', saved)).toBe('ada@[2001:db8::1]:22');
  expect(typedDestination('ada@contoso.example@leaf9', saved)).toBe('ada@contoso.example@leaf9');
  expect(typedDestination('ssh://ada@leaf9:2222/', saved)).toBe('ssh://ada@leaf9:2222/');
  expect(typedDestination('alice@leaf1', saved)).toBeUndefined();
  for (const typed of ['', 'leaf9', 'ada@', '@leaf9', 'ada @leaf9', 'ada@leaf9 x']) {
    expect(typedDestination(typed, saved), typed).toBeUndefined();
  }
});

test('Ten thousand devices are searched within a frame, whatever is typed', () => {
  const FRAME_MS = 1000 / 60;
  const index = indexTargets(manyTargets(10_000));
  for (const query of ['c', 'ce3', 'ce3-rack77', 'rack77 north', 'site9.example west ce1', 'nowhere']) {
    // Several: the time of a thread is counted in steps of milliseconds.
    const from = threadMs();
    for (let turn = 0; turn < 10; turn += 1) {
      searchTargets(filterTargets(index, { favourites: false, tags: [] }), query);
    }
    expect((threadMs() - from) / 10, query).toBeLessThan(FRAME_MS);
  }
});

test('A part of a name comes before the names that only contain what is searched', () => {
  const named = (name: string) => sampleTarget(name, 'a@b', []);
  const index = indexTargets(['ce1-rack429', 'ce1-rack42', 'xrack42'].map(named));
  expect(searchTargets(index, 'rack42').map(({ name }) => name)).toEqual(['ce1-rack42', 'ce1-rack429', 'xrack42']);
});

test('A part of a name counts wherever it stands, also with further words behind it', () => {
  const named = (name: string) => sampleTarget(name, 'a@b', ['ops@east']);
  const index = indexTargets(['ce1-rack420', 'ce1-rack42', 'rack42-rack421'].map(named));
  const found = searchTargets(index, 'rack42 east').map(({ name }) => name);
  expect(found).toEqual(['ce1-rack42', 'rack42-rack421', 'ce1-rack420']);
});

test('Favourites come first, and roles, tags, notes and further ways are searched', () => {
  const targets = [
    target('leaf1', { lastUsedAt: 9 }),
    target('leaf2', { isFavourite: true, role: 'ce', tags: ['row4'], notes: 'Behind\nthe door' }),
    target('leaf3', { ways: [...(target('x').ways ?? []), { kind: 'console', jumps: [], device: 'id@192.0.2.9' }] }),
  ];
  const index = indexTargets(targets, (role) => (role === 'ce' ? 'CE router' : role));
  const found = (query: string) => searchTargets(index, query).map(({ name }) => name);
  expect(found('')).toEqual(['leaf2', 'leaf1', 'leaf3']);
  expect(found('router row4')).toEqual(['leaf2']);
  expect(found('door')).toEqual(['leaf2']);
  expect(found('id@192')).toEqual(['leaf3']);
});

test('The list narrows to favourites and to what has all the tags that are pressed', () => {
  const index = indexTargets([
    target('leaf1', { tags: ['Row4', 'b'] }),
    target('leaf2', { tags: ['row4'], isFavourite: true }),
    target('leaf3'),
  ]);
  const narrowed = (favourites: boolean, ...tags: string[]) =>
    filterTargets(index, { favourites, tags }).map(({ name }) => name);
  expect(narrowed(false)).toEqual(['leaf2', 'leaf1', 'leaf3']);
  expect(narrowed(false, 'row4')).toEqual(['leaf2', 'leaf1']);
  expect(narrowed(false, 'row4', 'b')).toEqual(['leaf1']);
  expect(narrowed(true, 'row4')).toEqual(['leaf2']);
  expect(tagsOf(index.map(({ target: one }) => one))).toEqual(['row4', 'b']);
});
