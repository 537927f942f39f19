import { expect, test } from 'vitest';
import { parseHostSpec } from '../../../../main/connect/host-spec.ts';
import { crossedError } from '../../../../main/ipc/crossed-error.ts';
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

test('What the main process refuses is shown at the field that holds it', () => {
  const refusal = (text: string) => {
    try {
      parseHostSpec(text);
    } catch (error) {
      return crossedError(error, textsFor(['en']));
    }
    throw new Error('it was not refused');
  };
  const long = `alice@${'x'.repeat(300)}`;
  expect(fieldOfError(refusal('alice@-o'), { ...draft, device: 'alice@-o' })).toBe('device');
  expect(fieldOfError(refusal(long), withJump(draft, long))).toEqual({ jump: 3 });
  expect(fieldOfError(refusal('b@two words'), withJump(draft, 'b@two words'))).toEqual({ jump: 3 });
  expect(fieldOfError(refusal('bad;host'), withJump(draft, ' bad;host '))).toEqual({ jump: 3 });
  const named = (code: string) => ({ code, message: '', remedy: '', kind: 'expected' as const });
  expect(fieldOfError(named('TARGET_EXISTS'), draft)).toBe('name');
  expect(fieldOfError(named('TARGET_NAME_INVALID'), draft)).toBe('name');
  expect(fieldOfError(named('STORAGE_FULL'), draft)).toBeUndefined();
});
