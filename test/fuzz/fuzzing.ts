/** Gives readers mutated inputs for a time, and collects what no reader may do with them. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { FuzzedReader } from './fuzzed-reader.ts';
import { mutated } from './mutations.ts';
import { SeededRandom } from './seeded-random.ts';

/** Processor time that one input may take. */
const LIMIT_MS = 250;
/** A reader's turn. */
const SLICE_MS = 25;
/** After so many findings a reader is left alone: the rest says the same. */
const ENOUGH = 5;

export interface Finding {
  readonly reader: string;
  /** With the seed and the reader's name, what repeats it. */
  readonly execution: number;
  readonly input: Uint8Array;
  readonly what: string;
}

export interface FuzzReport {
  readonly executions: ReadonlyMap<string, number>;
  /** Inputs that were taken, not refused: a fuzzer that is refused at the door tests the door. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

export interface FuzzTime {
  /** Milliseconds that pass. */
  readonly now: () => number;
  /** Milliseconds that this process computed. */
  readonly cpu: () => number;
}

/** The input of one execution, the same whenever and wherever it is made. */
export function inputOf(seed: number, reader: FuzzedReader, execution: number): Uint8Array {
  return mutated(new SeededRandom(seed, `${reader.name} ${execution}`), reader.seeds, reader.shape);
}

/** Runs one execution; undefined: the reader did as it should. */
export async function execute(seed: number, reader: FuzzedReader, execution: number, time: FuzzTime): Promise<Outcome> {
  const input = inputOf(seed, reader, execution);
  const outcome = await attempt(reader, input, time);
  // Once more before it is told: a collection of garbage is nobody's fault.
  const slow = outcome.cpuMs > LIMIT_MS && (await attempt(reader, input, time)).cpuMs > LIMIT_MS;
  const what = outcome.what ?? (slow ? `it took ${Math.round(outcome.cpuMs)} ms of processor time` : undefined);
  return {
    accepted: outcome.accepted,
    finding: what === undefined ? undefined : { reader: reader.name, execution, input, what },
  };
}

export interface Outcome {
  readonly accepted: boolean;
  readonly finding: Finding | undefined;
}

/** All readers in turns of equal time, until `ms` have passed. `onSlice` is told between the turns. */
export async function fuzz(
  seed: number,
  readers: readonly FuzzedReader[],
  ms: number,
  time: FuzzTime,
  onSlice: (passedMs: number) => void = () => {},
): Promise<FuzzReport> {
  const executions = new Map(readers.map(({ name }) => [name, 0]));
  const accepted = new Map(readers.map(({ name }) => [name, 0]));
  const findings: Finding[] = [];
  const from = time.now();
  while (time.now() - from < ms) {
    for (const reader of readers) {
      if (findings.filter((finding) => finding.reader === reader.name).length >= ENOUGH) continue;
      const sliceFrom = time.now();
      do {
        const execution = executions.get(reader.name) ?? 0;
        const outcome = await execute(seed, reader, execution, time);
        executions.set(reader.name, execution + 1);
        if (outcome.accepted) accepted.set(reader.name, (accepted.get(reader.name) ?? 0) + 1);
        if (outcome.finding) findings.push(outcome.finding);
      } while (time.now() - sliceFrom < SLICE_MS);
      await new Promise(setImmediate); // so that Ctrl-C is heard
    }
    onSlice(time.now() - from);
  }
  return { executions, accepted, findings };
}

async function attempt(
  reader: FuzzedReader,
  input: Uint8Array,
  time: FuzzTime,
): Promise<{ readonly accepted: boolean; readonly cpuMs: number; readonly what: string | undefined }> {
  const from = time.cpu();
  let accepted = false;
  let what: string | undefined;
  try {
    await reader.read(Uint8Array.from(input));
    accepted = true;
  } catch (error) {
    what = faultOf(error);
  }
  return { accepted, cpuMs: time.cpu() - from, what };
}

/** Undefined for a refusal in words: an error with a code that is no bug. */
function faultOf(error: unknown): string | undefined {
  if (error instanceof GlasskeyError && error.kind === 'expected') return undefined;
  if (error instanceof GlasskeyError) return `${error.code} of kind ${error.kind}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? String(error)) : `it threw ${String(error)}`;
}
