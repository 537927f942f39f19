/** What a benchmark is, and what it may report. */

/** Every figure's name ends in one of these, so that a reader of the JSON needs no other documentation of what it counts. */
export const UNITS = ['packets', 'commands', 'prompts', 'ms', 'mib', 'kb', 'mb_per_s', 'ratio'] as const;
export type Unit = (typeof UNITS)[number];

/** `enroll.out_packets`: what was done, then what was measured, its unit last. */
export type FigureName = `${string}_${Unit}`;
export type Figures = Readonly<Record<FigureName, number>>;

/** What people should read beside the figures: how they came about, what is missing and why. */
export type Say = (line: string) => void;

export interface Benchmark {
  /** The word after `npm run bench --`. */
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly summary: string;
  run(say: Say): Promise<Figures>;
}

const NAME = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/;

/** The unit that a figure's name ends in; undefined when it ends in none. */
export function unitOf(name: string): Unit | undefined {
  return UNITS.find((unit) => name.endsWith(`_${unit}`));
}

/** Throws for a name without a unit, and for a value that no measurement gives. Counts must be whole. */
export function assertFigures(figures: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(figures)) {
    const unit = unitOf(name);
    if (!NAME.test(name) || unit === undefined) {
      throw new Error(`The figure "${name}" needs a flat name that ends in one of _${UNITS.join(', _')}.`);
    }
    const isCount = unit === 'packets' || unit === 'commands' || unit === 'prompts';
    if (!Number.isFinite(value) || value < 0 || (isCount && !Number.isInteger(value))) {
      throw new Error(`The figure "${name}" cannot be ${value}.`);
    }
  }
}
