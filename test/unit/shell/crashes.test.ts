import { expect, test } from 'vitest';
import { CRASH_AGAIN_WITHIN_MS, Crashes } from '../../../main/shell/crashes.ts';

test('A crash is one again only soon after the one before, however many there were', () => {
  let now = 1_000;
  const crashes = new Crashes({ now: () => now });
  const after = (ms: number) => {
    now += ms;
    return crashes.isAgain();
  };
  expect(after(0)).toBe(false);
  expect(after(CRASH_AGAIN_WITHIN_MS - 1)).toBe(true);
  expect(after(CRASH_AGAIN_WITHIN_MS - 1)).toBe(true);
  expect(after(CRASH_AGAIN_WITHIN_MS)).toBe(false);
});
