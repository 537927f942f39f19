import { describe, expect, it } from 'vitest';
import type { KeyStep } from '../../../../../main/ipc/contract.ts';
import { rotationStages } from '../../../../../renderer/screens/rotation/rotation-stages.ts';
import { pinBadge, takesPin } from '../../../../../renderer/screens/security-keys/key-words.ts';
import { resetStages } from '../../../../../renderer/screens/security-keys/reset-stages.ts';
import { sampledShare } from '../../../../../renderer/screens/security-keys/sampled-share.ts';

const sample = (feedback: 'good' | 'too-fast', left: number): KeyStep => ({ kind: 'sample', feedback, left });
const statesOf = (stages: readonly { readonly state: string }[]) => stages.map(({ state }) => state);

describe('a reset', () => {
  it('is at the step that was told last, and goes back to none', () => {
    expect(statesOf(resetStages([{ kind: 'unplug-wanted' }]))).toEqual(['active', 'todo', 'todo', 'todo']);
    const wrongKey: KeyStep[] = [
      { kind: 'unplug-wanted' },
      { kind: 'plug-in-wanted' },
      { kind: 'other-key', product: 'Solo' },
    ];
    expect(statesOf(resetStages(wrongKey))).toEqual(['done', 'active', 'todo', 'todo']);
    const touched: KeyStep[] = [
      ...wrongKey,
      { kind: 'reset-touch-wanted', endsAt: 1, isHeld: false },
      { kind: 'touched' },
    ];
    expect(statesOf(resetStages(touched))).toEqual(['done', 'done', 'done', 'active']);
  });
});

describe('a new fingerprint', () => {
  it('is drawn by its good samples alone', () => {
    expect(sampledShare([])).toBe(0);
    expect(sampledShare([sample('too-fast', 5)])).toBe(0);
    expect(sampledShare([sample('good', 4), sample('too-fast', 4)])).toBe(0.2);
    expect(sampledShare([4, 3, 2, 1, 0].map((left) => sample('good', left)))).toBe(1);
  });
});

describe('a rotation', () => {
  it('counts a login that came before the devices had reconciled', () => {
    const stages = rotationStages({ stage: 'waiting', leaving: 'old', proven: true });
    expect(stages.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'make done',
      'publish done',
      'wait active',
      'prove done',
      'retire todo',
    ]);
  });

  it('that was given up makes nothing', () => {
    expect(rotationStages({ stage: 'to-publish', leaving: 'new', proven: false })[0]).toEqual({
      name: 'publish',
      state: 'active',
    });
  });
});

describe('the PIN of a key', () => {
  it('is no good sign while few tries are left', () => {
    expect(pinBadge({ state: 'set', triesLeft: 8, minLength: 4 })).toBe('good');
    expect(pinBadge({ state: 'set', triesLeft: 3, minLength: 4 })).toBe('todo');
    expect(pinBadge({ state: 'blocked', triesLeft: 0, minLength: 4 })).toBe('bad');
  });

  it('is asked for only where the key takes one now', () => {
    const states = ['unsupported', 'not-set', 'set', 'change-forced', 'replug-needed', 'blocked'] as const;
    expect(states.filter((state) => takesPin({ state, minLength: 4 }))).toEqual(['set']);
    expect(takesPin(undefined)).toBe(false);
  });
});
