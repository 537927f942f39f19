import { expect, test } from 'vitest';
import { recordingOf, shownBytes, shownSeconds } from '../../../../../renderer/screens/recordings/recording-words.ts';

test('Lengths are minutes and seconds, with hours where there are some', () => {
  expect([0, 5.9, 65, 3600, 36_125].map(shownSeconds)).toEqual(['0:00', '0:05', '1:05', '1:00:00', '10:02:05']);
});

test('Sizes are never nothing', () => {
  expect([0, 1_500, 48_200, 1_250_000, 64_000_000].map((bytes) => shownBytes(bytes, 'en'))).toEqual([
    '0.1 kB',
    '1.5 kB',
    '48 kB',
    '1.3 MB',
    '64 MB',
  ]);
});

test('A recording is of its target, or what its title or file says', () => {
  const subject = { target: 'leaf1', device: 'alice@leaf1', jumps: [] };
  expect(recordingOf({ name: 'a.cast', title: 'Demo', subject })).toBe('leaf1');
  expect(recordingOf({ name: 'a.cast', title: 'Demo' })).toBe('Demo');
  expect(recordingOf({ name: 'a.cast' })).toBe('a.cast');
});
