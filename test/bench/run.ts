/**
 * `npm run bench -- <name> [--json]`: runs one benchmark. It prints tables, or with `--json` exactly one object
 * `{"name", "figures"}` on standard output, and everything else on standard error. Without a name, or with `--help`, it lists
 * the benchmarks.
 * Exit codes: 0 done, 1 the benchmark failed, 2 no such benchmark or option.
 */
import { parseArgs } from 'node:util';
import { assertFigures, type Benchmark, type Figures, unitOf } from './benchmark.ts';
import { BENCHMARKS } from './benchmarks.ts';
import { table } from './table.ts';

/** Where the runner prints, and what it may run: the tests put their own here. */
export interface RunnerWorld {
  readonly benchmarks: Readonly<Record<string, () => Promise<Benchmark>>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs one command line (without `node` and the script) and returns the exit code. */
export async function runBench(words: readonly string[], world: RunnerWorld): Promise<number> {
  const { benchmarks, out, err } = world;
  const parsed = parse(words);
  if (typeof parsed === 'string') {
    err(`${parsed}\n${await list(benchmarks)}`);
    return 2;
  }
  const { name, json, help } = parsed;
  if (help || name === undefined) {
    out(await list(benchmarks));
    return 0;
  }
  const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (load === undefined) {
    err(`There is no benchmark "${name}".\n${await list(benchmarks)}`);
    return 2;
  }
  try {
    const benchmark = await load();
    const figures = await benchmark.run((line) => (json ? err : out)(`${line}\n`));
    assertFigures(figures);
    out(json ? `${JSON.stringify({ name, figures })}\n` : `\n${figureTable(figures)}\n`);
    return 0;
  } catch (error) {
    err(`The benchmark "${name}" failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

interface Parsed {
  readonly name: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

function parse(words: readonly string[]): Parsed | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    if (positionals.length > 1) return 'One benchmark at a time.';
    return { name: positionals[0], json: values.json, help: values.help };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function list(benchmarks: RunnerWorld['benchmarks']): Promise<string> {
  const all = await Promise.all(Object.values(benchmarks).map((load) => load()));
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map(({ name, summary }) => `  ${name.padEnd(width)}   ${summary}`);
  return `npm run bench -- <name> [--json], where <name> is one of:\n${lines.join('\n')}\n`;
}

/** Counts are whole; the rest is rounded to what can be told apart. */
function figureTable(figures: Figures): string {
  const rows = Object.entries(figures).map(([name, value]) => {
    const unit = unitOf(name) ?? '';
    const digits = unit === 'ratio' ? 2 : 1;
    return [name, Number.isInteger(value) && unit !== 'ratio' ? String(value) : value.toFixed(digits), unit];
  });
  return table([['figure', 'value', 'unit'], ...rows]);
}

if (import.meta.main) {
  process.exitCode = await runBench(process.argv.slice(2), {
    benchmarks: BENCHMARKS,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
