import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { saveTarget } from '../../../../main/glasskey-targets.ts';
import { errorSchema } from '../../../../main/ipc/contract.ts';
import { crossedError } from '../../../../main/ipc/crossed-error.ts';
import { openDatabase } from '../../../../main/storage/database.ts';
import { targetStore } from '../../../../main/storage/target-store.ts';
import { textsFor } from '../../../../main/texts/texts.ts';
import {
  draftOf,
  emptyField,
  fieldOfError,
  saveInput,
  withJump,
  withJumpMoved,
  withoutJump,
} from '../../../../renderer/screens/devices/target-draft.ts';

const JUMPS = ['a@one', 'b@two', 'c@three'];
const draft = draftOf({ name: 'leaf1', device: 'alice@leaf1', jumps: JUMPS, lastUsedAt: null }, '', null);
const TO_SAVE = { name: 'leaf1', device: 'alice@leaf1', jumps: JUMPS, replaces: undefined as string | undefined };
const texts = (of: typeof draft) => of.jumps.map(({ text }) => text);

test('A new device begins with the usual jump host, and with what was typed', () => {
  expect(saveInput(draftOf(undefined, 'ada@leaf9', 'jumper@jump-east'), undefined)).toEqual({
    name: '',
    device: 'ada@leaf9',
    jumps: ['jumper@jump-east'],
  });
  expect(draftOf(undefined, '', null).jumps).toEqual([]);
});

test('A device that is changed keeps its own jump hosts and says which one it replaces', () => {
  expect(saveInput(draft, 'leaf1')).toEqual({ name: 'leaf1', device: 'alice@leaf1', jumps: JUMPS, replaces: 'leaf1' });
});

test('Jump hosts move, go and come, each keeping its own id', () => {
  const moved = withJumpMoved(draft, 2, 0);
  expect(texts(moved)).toEqual(['c@three', 'a@one', 'b@two']);
  expect(moved.jumps.map(({ id }) => id)).toEqual([2, 0, 1]);
  const more = withJump(withoutJump(moved, 1), 'd@four');
  expect(texts(more)).toEqual(['c@three', 'b@two', 'd@four']);
  expect(new Set(more.jumps.map(({ id }) => id)).size).toBe(3);
});

test('The first empty field is named', () => {
  expect(emptyField(draft)).toBeUndefined();
  expect(emptyField({ ...draft, name: ' ' })).toBe('name');
  expect(emptyField({ ...draft, device: '' })).toBe('device');
  expect(emptyField(withJump(draft, ' '))).toEqual({ jump: 3 });
});

test('What the main process refuses is shown at the field that holds it, whatever else holds the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gk-draft-'));
  const database = openDatabase(join(folder, 'glasskey.db'));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const store = targetStore(database);
  const refusal = (wrong: Partial<typeof TO_SAVE>) => {
    try {
      saveTarget(store, { ...TO_SAVE, ...wrong });
    } catch (error) {
      return fieldOfError(errorSchema.parse(crossedError(error, textsFor(['en']))));
    }
    throw new Error('it was not refused');
  };
  expect(refusal({ name: '-x' })).toBe('name');
  expect(refusal({ device: 'alice@-o' })).toBe('device');
  expect(refusal({ jumps: [...JUMPS, `alice@${'x'.repeat(300)}`] })).toEqual({ jump: 3 });
  // The part that is wrong stands in the device, too, where nothing is wrong with it.
  expect(refusal({ device: 'alice@two', jumps: ['a@one', 'alice@two words'] })).toEqual({ jump: 1 });
  expect(refusal({ jumps: Array(9).fill('a@b') })).toEqual({ jump: 8 });
  expect(refusal({ replaces: 'gone' })).toBeUndefined();
  store.add({ name: 'leaf1', device: 'a@b', jumps: [] });
  expect(refusal({})).toBe('name');
});
