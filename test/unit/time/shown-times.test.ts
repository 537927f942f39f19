import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { howLong, timeOfDay } from '../../../time/shown-times.ts';

const zoneBefore = process.env.TZ;
beforeEach(() => {
  process.env.TZ = 'Asia/Kolkata'; // five and a half hours ahead of UTC, all year
});
afterEach(() => {
  if (zoneBefore === undefined) delete process.env.TZ;
  else process.env.TZ = zoneBefore;
});

describe('a time of day', () => {
  it('is in the zone of this computer, with the date only where it is another day there', () => {
    const now = Date.parse('2026-11-23T20:00:00Z'); // 01:30 on the 24th in Kolkata
    expect(timeOfDay(Date.parse('2026-11-23T19:35:00Z'), now)).toBe('01:05');
    expect(timeOfDay(Date.parse('2026-11-23T18:00:00Z'), now)).toBe('2026-11-23 23:30');
    expect(timeOfDay(Date.parse('2026-11-24T18:00:00Z'), now)).toBe('23:30');
  });
});

it('a duration is in hours and minutes', () => {
  const minute = 60_000;
  expect([0, 29_000, minute, 59 * minute, 60 * minute, 220 * minute].map(howLong)).toEqual([
    'less than a minute',
    'less than a minute',
    '1 min',
    '59 min',
    '1 h',
    '3 h 40 min',
  ]);
});
