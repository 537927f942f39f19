import { describe, expect, test } from 'vitest';
import { isSameDay, timeLeft } from '../../../../renderer/design/time-left.ts';

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
