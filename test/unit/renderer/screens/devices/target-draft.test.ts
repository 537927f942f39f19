import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { saveTarget, type TargetToSave } from '../../../../../main/glasskey-targets.ts';
import { errorSchema, type TargetView } from '../../../../../main/ipc/contract.ts';
import { crossedError } from '../../../../../main/ipc/crossed-error.ts';
import { openDatabase } from '../../../../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../../../../main/storage/target-store.ts';
import { textsFor } from '../../../../../main/texts/texts.ts';
import {
  draftOf,
  emptyField,
  fieldOfError,
  type JumpDraft,
  saveInput,
  type WayDraft,
  withJump,
  withJumpMoved,
  withoutJump,
  withoutWay,
  withWay,
  withWayChanged,
  withWayMoved,
} from '../../../../../renderer/screens/devices/target-draft.ts';
import { sampleTarget } from '../../../../window/window-samples.ts';

const JUMPS = ['a@one', 'b@two', 'c@three'];
const LEAF: TargetView = {
  ...sampleTarget('leaf1', 'alice@leaf1', JUMPS),
  role: 'tor',
  tags: ['rack4'],
  notes: 'In row 4.',
};
const draft = draftOf(LEAF, '', null);
const jump = (...jumps: string[]) => [{ kind: 'jump' as const, jumps }];
const TO_SAVE: TargetToSave = { ...plainTarget('leaf1', 'alice@leaf1', JUMPS), replaces: undefined };
const [way = { id: 0, kind: 'jump', jumps: [], device: '' } satisfies WayDraft] = draft.ways;
const texts = (jumps: readonly JumpDraft[]) => jumps.map(({ text }) => text);

test('A new device begins with the usual jump host, and with what was typed', () => {
  expect(saveInput(draftOf(undefined, 'ada@leaf9', 'jumper@jump-east'), undefined)).toEqual({
    name: '',
    role: 'other',
    device: 'ada@leaf9',
    ways: jump('jumper@jump-east'),
    tags: [],
    notes: '',
  });
  expect(draftOf(undefined, '', null).ways).toEqual([{ id: 0, kind: 'jump', jumps: [], device: '' }]);
});

test('A device that is changed keeps its own jump hosts and says which one it replaces', () => {
  const { isFavourite: _, lastUsedAt: __, ...leaf } = LEAF;
  expect(saveInput(draft, 'leaf1')).toEqual({ ...leaf, replaces: 'leaf1' });
});

test('Jump hosts move, go and come, each keeping its own id', () => {
  const moved = withJumpMoved(way.jumps, 2, 0);
  expect(texts(moved)).toEqual(['c@three', 'a@one', 'b@two']);
  expect(moved.map(({ id }) => id)).toEqual([2, 0, 1]);
  const more = withJump(withoutJump(moved, 1), 'd@four');
  expect(texts(more)).toEqual(['c@three', 'b@two', 'd@four']);
  expect(new Set(more.map(({ id }) => id)).size).toBe(3);
});

test('Ways move, go and come, each keeping its own id, and are saved in their order', () => {
  const console = { kind: 'console', jumps: [], device: ' id@192.0.2.9:2222 ' } as const;
  const two = withWay(draft, console);
  const first = withWayMoved(two, 1, 0);
  expect(first.ways.map(({ id, kind }) => [id, kind])).toEqual([
    [1, 'console'],
    [0, 'jump'],
  ]);
  const changed = withWayChanged(first, 1, { kind: 'forwarded' });
  expect(saveInput(changed, undefined).ways).toEqual([
    { kind: 'console', jumps: [], device: 'id@192.0.2.9:2222' },
    { kind: 'forwarded', jumps: JUMPS },
  ]);
  expect(withoutWay(changed, 0).ways.map(({ kind }) => kind)).toEqual(['forwarded']);
});

test('The first empty field is named', () => {
  expect(emptyField(draft)).toBeUndefined();
  expect(emptyField({ ...draft, name: ' ' })).toBe('name');
  expect(emptyField({ ...draft, device: '' })).toBe('device');
  const empty = withWayChanged(draft, 0, { jumps: withJump(way.jumps, ' ') });
  expect(emptyField(empty)).toEqual({ way: 0, part: 3 });
});

test('What the main process refuses is shown at the field that holds it, whatever else holds the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gk-draft-'));
  const database = openDatabase(join(folder, 'glasskey.db'));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const store = targetStore(database);
  const refusal = (wrong: Partial<TargetToSave>) => {
    try {
      saveTarget(store, { ...TO_SAVE, ...wrong });
    } catch (error) {
      return fieldOfError(errorSchema.parse(crossedError(error, textsFor(['en']))));
    }
    throw new Error('it was not refused');
  };
  expect(refusal({ name: '-x' })).toBe('name');
  expect(refusal({ device: 'alice@-o' })).toBe('device');
  expect(refusal({ ways: jump(...JUMPS, `alice@${'x'.repeat(300)}`) })).toEqual({ way: 0, part: 3 });
  // The part that is wrong stands in the device, too, where nothing is wrong with it.
  expect(refusal({ device: 'alice@two', ways: jump('a@one', 'alice@two words') })).toEqual({ way: 0, part: 1 });
  expect(refusal({ ways: jump(...Array(9).fill('a@b')) })).toEqual({ way: 0, part: 8 });
  expect(refusal({ ways: [...jump(), { kind: 'forwarded', jumps: [] }] })).toEqual({ way: 1 });
  expect(refusal({ ways: [{ kind: 'console', jumps: [], device: '192.0.2.9' }] })).toEqual({ way: 0, part: 'device' });
  expect(refusal({ tags: ['!'] })).toBe('tags');
  expect(refusal({ notes: 'x'.repeat(5000) })).toBe('notes');
  expect(refusal({ replaces: 'gone' })).toBeUndefined();
  store.add(plainTarget('leaf1', 'a@b', []));
  expect(refusal({})).toBe('name');
});
