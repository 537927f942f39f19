import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countUntil, recordedSize, timelineOf } from '../../../../../renderer/screens/recordings/timeline.ts';

const output = (at: number, data = 'x') => ({ at, code: 'o', data });

test('Pauses are cut to the longest wanted, and what comes after moves with them', () => {
  const { events, duration } = timelineOf([output(1), output(61), output(61.5)], 2);
  expect(events.map(({ at }) => at)).toEqual([1, 3, 3.5]);
  expect(duration).toBe(3.5);
});

test('What shows nothing takes its time and is left out', () => {
  const { events, duration } = timelineOf([
    output(1),
    { at: 2, code: 'm', data: 'here' },
    { at: 3, code: 'i', data: 'y' },
  ]);
  expect(events).toEqual([output(1)]);
  expect(duration).toBe(3);
});

test('No file makes times fall or a recording without end', () => {
  const absurd = timelineOf([output(5), output(3), output(Number.MAX_VALUE), output(0)]);
  expect(absurd.events.map(({ at }) => at)).toEqual([5, 5, 5 + 86_400, 5 + 86_400]);
});

test('As many events have happened by a moment as have come until then', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      (times, seconds) => {
        const timeline = timelineOf(times.map((at) => output(at)));
        const before = timeline.events.filter(({ at }) => at <= seconds).length;
        expect(countUntil(timeline, seconds)).toBe(before);
      },
    ),
  );
});

test('A size stays within what a terminal may be; one that is none is passed over', () => {
  expect(recordedSize('132x43')).toEqual({ columns: 132, rows: 43 });
  expect(recordedSize('99999x99999')).toEqual({ columns: 500, rows: 200 });
  expect(recordedSize('0x0')).toEqual({ columns: 2, rows: 1 });
  for (const none of ['', 'x', '80', '80x', '-1x5', '80x24x3', '1e9x2', '999999x1']) {
    expect(recordedSize(none)).toBeUndefined();
  }
});
