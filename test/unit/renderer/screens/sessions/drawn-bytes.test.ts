import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { drawnBytes } from '../../../../../renderer/screens/sessions/drawn-bytes.ts';

test('Every byte is told once, in fewer messages than there were chunks, and a full batch at once', () => {
  vi.useFakeTimers();
  try {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 50 }), (chunks) => {
        const told: number[] = [];
        const drawn = drawnBytes((bytes) => told.push(bytes));
        for (const chunk of chunks) drawn.add(chunk);
        const atOnce = told.length;
        vi.runAllTimers();
        const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
        expect(sum(told)).toBe(sum(chunks));
        expect(told.every((bytes) => bytes > 0)).toBe(true);
        expect(told.length - atOnce).toBeLessThanOrEqual(1);
        expect(atOnce).toBeLessThanOrEqual(sum(chunks) / 32_768);
      }),
    );
  } finally {
    vi.useRealTimers();
  }
});

test('Nothing is told after the end', () => {
  vi.useFakeTimers();
  try {
    const told: number[] = [];
    const drawn = drawnBytes((bytes) => told.push(bytes));
    drawn.add(10);
    drawn.stop();
    vi.runAllTimers();
    expect(told).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});
