import { describe, expect, it } from 'vitest';
import { assertFigures, unitOf } from '../../bench/benchmark.ts';
import { BENCHMARKS } from '../../bench/benchmarks.ts';

describe('figures', () => {
  it.each([
    'enroll.out_packets',
    'sign.first.ctap_commands',
    'status.wall_ms',
    'status.peak_mib',
    'status_to_az_ratio',
  ])('may be called %s', (name) => {
    expect(() => assertFigures({ [name]: 1 })).not.toThrow();
    expect(name).toMatch(new RegExp(`_${unitOf(name)}$`));
  });

  it.each([
    'enroll',
    'enroll.packets',
    'packets',
    'enroll.out_bytes',
    'Enroll.out_packets',
    'a..b_ms',
    '_ms',
    'a b_ms',
  ])('may not be called %j', (name) => {
    expect(() => assertFigures({ [name]: 1 })).toThrow(name);
  });

  it.each([
    ['a_ms', Number.NaN],
    ['a_ms', -1],
    ['a_ratio', Number.POSITIVE_INFINITY],
    ['a_packets', 1.5],
    ['a_commands', 0.1],
  ])('may not give %s the value %d', (name, value) => {
    expect(() => assertFigures({ [name]: value })).toThrow(name);
  });
});

describe('the table of benchmarks', () => {
  it('lists each one under its own name', async () => {
    for (const [name, load] of Object.entries(BENCHMARKS)) expect((await load()).name).toBe(name);
    expect(Object.keys(BENCHMARKS)).toEqual(expect.arrayContaining(['packets', 'cli']));
  });
});
