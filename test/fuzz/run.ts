/**
 * `npm run fuzz -- [--seed N] [--seconds S] [--reader NAME] [--execution N]`: gives every reader of outside bytes (packets, CBOR,
 * CTAP replies, OpenSSH's files and agent messages, the sessions socket and recordings) recorded inputs with changes, and counts. The seed is printed; with it the
 * same inputs come again, with `--reader` and `--execution` too the single one of a finding.
 * Exit codes: 0 nothing found, 1 a finding, 2 the command line cannot be understood.
 */
import { parseArgs } from 'node:util';
import { threadMs } from '../unit/thread-time.ts';
import { CTAP_READERS } from './ctap-readers.ts';
import { execute, type Finding, type FuzzReport, type FuzzTime, fuzz } from './fuzzing.ts';
import { OPENSSH_READERS } from './openssh-readers.ts';
import { SESSION_READERS } from './session-readers.ts';

const READERS = [...CTAP_READERS, ...OPENSSH_READERS, ...SESSION_READERS];
const DEFAULT_SECONDS = 600;
const REPORT_EVERY_MS = 60_000;
const TIME: FuzzTime = { now: () => performance.now(), cpu: threadMs };

async function main(words: readonly string[]): Promise<number> {
  const options = parse(words);
  if (typeof options === 'string') {
    console.error(options);
    return 2;
  }
  const { seed, seconds, reader, execution } = options;
  const readers = reader === undefined ? READERS : READERS.filter(({ name }) => name === reader);
  if (readers.length === 0) {
    console.error(`There is no reader "${reader}". There are:\n${READERS.map(({ name }) => `  ${name}`).join('\n')}`);
    return 2;
  }
  const [only] = readers;
  if (execution !== undefined && only !== undefined) {
    const { finding } = await execute(seed, only, execution, TIME);
    console.log(finding === undefined ? 'The reader does as it should.' : describe(seed, finding));
    return finding === undefined ? 0 : 1;
  }
  console.log(`seed ${seed}, ${seconds} s, ${readers.length} readers`);
  let toldAt = 0;
  const report = await fuzz(seed, readers, seconds * 1000, TIME, (passed) => {
    if (passed - toldAt < REPORT_EVERY_MS) return;
    toldAt = passed;
    console.log(`${Math.round(passed / 1000)} s`);
  });
  print(seed, report);
  return report.findings.length === 0 ? 0 : 1;
}

interface Options {
  readonly seed: number;
  readonly seconds: number;
  readonly reader: string | undefined;
  readonly execution: number | undefined;
}

function parse(words: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        seed: { type: 'string' },
        seconds: { type: 'string' },
        reader: { type: 'string' },
        execution: { type: 'string' },
      },
    });
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
    const seconds = Number(values.seconds ?? DEFAULT_SECONDS);
    const execution = values.execution === undefined ? undefined : Number(values.execution);
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) return '--seed is a number below 2^32.';
    if (!(seconds > 0)) return '--seconds is a number above 0.';
    if (execution !== undefined && (!Number.isInteger(execution) || values.reader === undefined)) {
      return '--execution is a number, and --reader says of which reader.';
    }
    return { seed, seconds, reader: values.reader, execution };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function print(seed: number, { executions, accepted, findings }: FuzzReport): void {
  for (const [name, count] of executions) {
    const share = count === 0 ? 0 : Math.round((100 * (accepted.get(name) ?? 0)) / count);
    console.log(`${String(count).padStart(12)}  ${String(share).padStart(3)} % taken  ${name}`);
  }
  const total = [...executions.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${String(total).padStart(12)}  executions, ${findings.length} findings, seed ${seed}`);
  for (const finding of findings) console.log(`\n${describe(seed, finding)}`);
}

function describe(seed: number, { reader, execution, input, what }: Finding): string {
  const again = `npm run fuzz -- --seed ${seed} --reader "${reader}" --execution ${execution}`;
  return `FINDING in ${reader}: ${what}\ninput: ${Buffer.from(input).toString('hex')}\nagain: ${again}`;
}

process.exitCode = await main(process.argv.slice(2));
