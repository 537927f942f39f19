import { describe, expect, it } from 'vitest';
import type { Benchmark, Figures } from '../../bench/benchmark.ts';
import { runBench } from '../../bench/run.ts';

function benchmark(name: string, figures: Figures | Error): Benchmark {
  return {
    name,
    summary: `measures ${name}`,
    async run(say) {
      say('how it went');
      if (figures instanceof Error) throw figures;
      return figures;
    },
  };
}

/** Runs the runner over benchmarks that measure nothing. */
async function bench(words: readonly string[], figures: Figures | Error = { 'enroll.out_packets': 12 }) {
  const printed = { out: '', err: '' };
  const exitCode = await runBench(words, {
    benchmarks: { one: async () => benchmark('one', figures), two: async () => benchmark('two', figures) },
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
  });
  return { exitCode, ...printed };
}

describe('npm run bench', () => {
  it('lists the benchmarks when none is named', async () => {
    const { exitCode, out } = await bench([]);
    expect(exitCode).toBe(0);
    expect(out).toContain('one   measures one');
    expect(out).toContain('two   measures two');
  });

  it.each([[['--help']], [['-h']], [['one', '--help']]])('lists them for %j too, and runs none', async (words) => {
    const { exitCode, out, err } = await bench(words);
    expect(exitCode).toBe(0);
    expect(out).toContain('two   measures two');
    expect(out).not.toContain('how it went');
    expect(err).toBe('');
  });

  it.each([[['three']], [['one', 'two']], [['one', '--yaml']], [['constructor']]])(
    'exits with 2 and the list for %j, and prints nothing on standard output',
    async (words) => {
      const { exitCode, out, err } = await bench(words);
      expect(exitCode).toBe(2);
      expect(out).toBe('');
      expect(err).toContain('measures one');
    },
  );

  it('prints exactly one object on standard output with --json, and what else there is to say on standard error', async () => {
    const figures = { 'enroll.out_packets': 12, 'enroll.total_ratio': 0.5, 'status.wall_ms': 41.25 } as const;
    const { exitCode, out, err } = await bench(['one', '--json'], figures);
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({ name: 'one', figures });
    expect(out.trimEnd()).not.toContain('\n');
    expect(err).toBe('how it went\n');
  });

  it('prints a table with each figure and its unit otherwise', async () => {
    const { out, err } = await bench(['one'], { 'enroll.out_packets': 12, 'status.peak_mib': 41.25 });
    expect(out).toMatch(/^how it went$/m);
    expect(out).toMatch(/^enroll\.out_packets +12 +packets$/m);
    expect(out).toMatch(/^status\.peak_mib +41\.3 +mib$/m);
    expect(err).toBe('');
  });

  it('fails with 1 when the benchmark fails, without an object', async () => {
    const { exitCode, out, err } = await bench(['one', '--json'], new Error('no key'));
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('no key');
  });

  it('fails with 1 when a figure has no unit', async () => {
    const nameless = { 'enroll.out': 3 } as unknown as Figures;
    const { exitCode, out, err } = await bench(['one', '--json'], nameless);
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('enroll.out');
  });
});
