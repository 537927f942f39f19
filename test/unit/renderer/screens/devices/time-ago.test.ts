import { expect, test } from 'vitest';
import { timeAgo } from '../../../../../renderer/screens/devices/time-ago.ts';

const NOW = Date.UTC(2026, 10, 23, 4);
const HOUR = 3_600_000;

test.each([
  [0, 'now'],
  [-HOUR, 'now'],
  [59_999, 'now'],
  [60_000, '1 minute ago'],
  [HOUR - 1, '59 minutes ago'],
  [HOUR, '1 hour ago'],
  [24 * HOUR, 'yesterday'],
  [3 * 24 * HOUR, '3 days ago'],
  [400 * 24 * HOUR, 'last year'],
])('%d milliseconds are told as "%s"', (passed, words) => {
  expect(timeAgo(NOW - passed, NOW, 'en')).toBe(words);
});
