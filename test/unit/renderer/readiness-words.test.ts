import { describe, expect, test } from 'vitest';
import { isSameDay, timeLeft } from '../../../renderer/design/time-left.ts';
import { chosenKey, hasFewTries } from '../../../renderer/screens/enroll/chosen-key.ts';
import { keyState } from '../../../renderer/screens/readiness/key-state.ts';
import { leadOf } from '../../../renderer/screens/readiness/lead.ts';
import { ENROLLED, NOW, READINESS } from '../../window/sample-readiness.ts';

describe('The time that is left', () => {
  test('is given in hours, minutes and seconds', () => {
    expect(timeLeft(3 * 3_600_000 + 41 * 60_000 + 5_000)).toEqual({ hours: 3, minutes: 41, seconds: 5 });
  });

  test('is nothing only when nothing is left', () => {
    expect(timeLeft(1)).toEqual({ hours: 0, minutes: 0, seconds: 1 });
    expect(timeLeft(0)).toEqual({ hours: 0, minutes: 0, seconds: 0 });
  });

  test('is never negative', () => {
    expect(timeLeft(-5000)).toEqual({ hours: 0, minutes: 0, seconds: 0 });
  });
});

test('Two times are on one day by the calendar, not by hours', () => {
  const lateEvening = new Date(2026, 10, 4, 23, 50).getTime();
  expect(isSameDay(lateEvening, lateEvening + 20 * 60_000)).toBe(false);
  expect(isSameDay(lateEvening, lateEvening - 20 * 3_600_000)).toBe(true);
});

describe('The key that is enrolled', () => {
  const one = { path: 'a', product: 'One' };
  const two = { path: 'b', product: 'Two' };

  test('is the only one', () => expect(chosenKey([one], undefined)).toBe(one));
  test('is none where several are plugged in and none was chosen', () =>
    expect(chosenKey([one, two], undefined)).toBeUndefined());
  test('is the chosen one', () => expect(chosenKey([one, two], 'b')).toBe(two));
  test('is not a chosen one that was unplugged, while others are there', () =>
    expect(chosenKey([one, two], 'c')).toBeUndefined());
  test('has few tries left at three', () => {
    expect(hasFewTries({ ...one, pinTriesLeft: 3 })).toBe(true);
    expect(hasFewTries({ ...one, pinTriesLeft: 4 })).toBe(false);
    expect(hasFewTries(one)).toBe(false);
  });
});

describe('An enrolled key stands', () => {
  test.each([
    ['published', ENROLLED, 'readiness.state-published', 'good'],
    [
      'published without its files, which a login does not need',
      { ...ENROLLED, filesPresent: false },
      'readiness.state-published',
      'good',
    ],
    ['replaced', { ...ENROLLED, replacedAt: NOW }, 'readiness.state-replaced', 'unknown'],
    ['not published', { ...ENROLLED, state: 'written' }, 'readiness.state-written', 'todo'],
    ['without files', { ...ENROLLED, state: 'written', filesPresent: false }, 'readiness.state-files-missing', 'bad'],
    ['unfinished', { ...ENROLLED, state: 'made' }, 'readiness.state-unfinished', 'todo'],
    ['as a backup', { ...ENROLLED, state: 'written', backup: true }, 'readiness.state-backup', 'neutral'],
    ['as a backup that was switched to', { ...ENROLLED, backup: true }, 'readiness.state-published', 'good'],
    [
      'unknown where nobody has looked at the profile',
      { ...ENROLLED, state: 'written', profileKnown: false },
      'readiness.state-profile-unknown',
      'unknown',
    ],
  ] as const)('%s', (_, enrollment, text, badge) => {
    expect(keyState(enrollment)).toEqual({ text, badge });
  });
});

describe('Below the verdict', () => {
  test('it is said that the key works after a login to the device with it, and not before', () => {
    const { verdict, chain } = READINESS.ready;
    expect(leadOf({ verdict, chain })).toBe('readiness.lead-proven');
    const untried = chain.map((one) => (one.link === 'device' ? { ...one, state: 'unknown' as const } : one));
    expect(leadOf({ verdict, chain: untried })).toBe('readiness.lead-ready');
  });

  test('a login that once worked does not cover what is missing now', () => {
    expect(leadOf({ verdict: 'files-missing', chain: READINESS.ready.chain })).toBe('readiness.lead-files-missing');
  });
});
