import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type RunProgress,
  type RunShape,
  runProgress,
  type Stage,
} from '../../../../../renderer/screens/enroll/run-progress.ts';
import { STEPS, stepsUntil } from '../../../../window/sample-enrollment.ts';

const ENROLLING: RunShape = { kind: 'enroll', publishes: true, phase: 'running' };

function drawn(stages: readonly Stage[]): string {
  return stages.map(({ name, state }) => `${name}:${state}`).join(' ');
}

describe('The stages of an enrollment', () => {
  test('begin with the key, all else to come', () => {
    expect(drawn(runProgress([], ENROLLING).stages)).toBe(
      'key:active pin:todo touch:todo attestation:todo files:todo sign-in:todo publish:todo',
    );
  });

  test('end at the files where nothing is published', () => {
    const { stages } = runProgress([], { ...ENROLLING, publishes: false });
    expect(stages.map(({ name }) => name)).toEqual(['key', 'pin', 'touch', 'attestation', 'files']);
  });

  test('are under way at the one that waits for a person', () => {
    expect(drawn(runProgress(stepsUntil('touch-wanted'), ENROLLING).stages)).toBe(
      'key:done pin:done touch:active attestation:todo files:todo sign-in:todo publish:todo',
    );
  });

  test('go on to the next one when one is done', () => {
    const { stages } = runProgress(stepsUntil('credential-made'), ENROLLING);
    expect(stages.find(({ state }) => state === 'active')?.name).toBe('attestation');
  });

  test('are without key and PIN where the system asks for both', () => {
    const asked: RunProgress = runProgress([{ kind: 'touch-wanted', systemAsks: true }], ENROLLING);
    expect(drawn(asked.stages)).toBe('touch:active attestation:todo files:todo sign-in:todo publish:todo');
    expect(asked).toMatchObject({ waiting: 'system', systemAsks: true });
  });

  test('show a PIN that was wrong as asked for again', () => {
    const steps = [...stepsUntil('pin-given'), { kind: 'pin-wanted', isNew: false } as const];
    expect(runProgress(steps, ENROLLING).stages[1]).toEqual({ name: 'pin', state: 'active' });
  });

  test('show as not needed what a later one was reached without', () => {
    const steps = STEPS.filter(({ kind }) => kind !== 'sign-in-wanted');
    expect(drawn(runProgress(steps, { ...ENROLLING, phase: 'done' }).stages)).toBe(
      'key:done pin:done touch:done attestation:done files:done sign-in:skipped publish:done',
    );
  });

  test('have behind them what an earlier run did', () => {
    const steps = [{ kind: 'resumed', state: 'made', createdAt: 0 } as const];
    expect(drawn(runProgress(steps, ENROLLING).stages)).toBe(
      'key:done pin:done touch:done attestation:active files:todo sign-in:todo publish:todo',
    );
  });

  test.each(['failed', 'stopped'] as const)('are %s at the one that was under way', (phase) => {
    const { stages } = runProgress(stepsUntil('touch-wanted'), { ...ENROLLING, phase });
    expect(stages.filter(({ state }) => state === phase).map(({ name }) => name)).toEqual(['touch']);
  });

  test('are never active when the run is over, and at most one is when it goes on', () => {
    const phases = fc.constantFrom('running', 'failed', 'stopped', 'done');
    fc.assert(
      fc.property(fc.subarray([...STEPS]), phases, (steps, phase) => {
        const active = runProgress(steps, { ...ENROLLING, phase }).stages.filter(({ state }) => state === 'active');
        expect(active.length).toBeLessThanOrEqual(phase === 'running' ? 1 : 0);
      }),
    );
  });
});

describe('What is waited for', () => {
  test.each([
    ['pin-wanted', 'pin'],
    ['pin-given', undefined],
    ['touch-wanted', 'touch'],
    ['touched', undefined],
    ['sign-in-wanted', 'sign-in'],
    ['publishing', undefined],
  ] as const)('after %s is %s', (kind, waiting) => {
    expect(runProgress(stepsUntil(kind), ENROLLING).waiting).toBe(waiting);
  });

  test('is a new PIN where the key has none', () => {
    expect(runProgress([{ kind: 'pin-wanted', isNew: true }], ENROLLING).waiting).toBe('new-pin');
  });

  test('is not changed by a remark', () => {
    const steps = [...stepsUntil('touch-wanted'), { kind: 'remark', text: 'The clock is off.' } as const];
    expect(runProgress(steps, ENROLLING)).toMatchObject({ waiting: 'touch', remarks: ['The clock is off.'] });
  });

  test('is nothing when the run is over', () => {
    expect(runProgress(stepsUntil('touch-wanted'), { ...ENROLLING, phase: 'stopped' }).waiting).toBeUndefined();
  });
});

describe('What a stop leaves', () => {
  test.each([
    ['touched', 'nothing'],
    ['credential-made', 'credential'],
    ['files-written', 'files'],
    ['sign-in-wanted', 'files'],
    ['publishing', 'perhaps-published'],
  ] as const)('after %s is %s', (kind, left) => {
    expect(runProgress(stepsUntil(kind), ENROLLING).leftBehind).toBe(left);
  });

  test('is a credential where an earlier run had made one', () => {
    const steps = [{ kind: 'resumed', state: 'attested', createdAt: 0 } as const];
    expect(runProgress(steps, ENROLLING).leftBehind).toBe('credential');
  });

  test('is the files where a key is published that was made before', () => {
    expect(runProgress([], { kind: 'publish', publishes: true, phase: 'running' }).leftBehind).toBe('files');
  });
});
