import { describe, expect, it } from 'vitest';
import { type CommandLine, median, peakMib, wallMs } from '../../bench/cli/process-cost.ts';

const node = (script: string, expected = 0): CommandLine => ({
  file: process.execPath,
  arguments: ['-e', script],
  environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
  expected: [expected],
});

const canTell = peakMib(node('0')) !== undefined;
if (!canTell) console.warn('SKIPPED: nothing on this machine tells the peak memory of a process');

describe('the cost of a process', () => {
  it('is its time from start to end', () => {
    expect(wallMs(node('setTimeout(() => {}, 200)'))).toBeGreaterThanOrEqual(200);
  });

  it('is not told of a process that failed', () => {
    expect(() => wallMs(node('process.exit(4)'))).toThrow('ended with 4');
    expect(wallMs(node('process.exit(4)', 4))).toBeGreaterThan(0);
  });

  it.skipIf(!canTell)('is the memory that it touched at its height, also when it was given back before the end', () => {
    const little = peakMib(node('0')) ?? 0;
    const much = peakMib(
      node('require("node:child_process"); { Buffer.alloc(200 * 1024 * 1024, 1) }; globalThis.gc?.()'),
    );
    expect(little).toBeGreaterThan(20);
    expect(much).toBeGreaterThan(little + 190);
  });

  it.skipIf(!canTell)('has no memory for a process that failed', () => {
    expect(() => peakMib(node('process.exit(4)'))).toThrow('ended with 4');
  });
});

describe('the median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
    expect(() => median([])).toThrow();
  });
});
