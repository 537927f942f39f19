/** What running a program costs, as the machine counts it. */
import { spawnSync } from 'node:child_process';

export interface CommandLine {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Exit codes that mean that it did its work. */
  readonly expected: readonly number[];
}

/** Milliseconds from starting the program to its end. Throws when it ends otherwise than expected. */
export function wallMs(command: CommandLine): number {
  const began = performance.now();
  const { status, error, stderr } = spawnSync(command.file, [...command.arguments], {
    env: { ...command.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const took = performance.now() - began;
  assertEnded(command, status, error, stderr);
  return took;
}

/** getrusage(2) by number: Perl has a `syscall`, and Node reports only itself. */
const GETRUSAGE: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 98, arm64: 165 };

/**
 * struct rusage of 64-bit Linux: two timevals, then ru_maxrss in KiB as the fifth 64-bit number. Perl is in the base system
 * of Debian and needed by git; GNU time, which would do the same, is in neither.
 */
const MEASURE = [
  'my $number = shift;',
  'my $ended = system { $ARGV[0] } @ARGV;',
  'my $usage = "\\0" x 144;',
  'syscall($number, -1, $usage) == 0 or die "getrusage: $!";', // -1: RUSAGE_CHILDREN
  'print STDERR "\\n", (unpack "q5", $usage)[4], "\\n";',
  'exit($ended >> 8);',
].join(' ');

/**
 * The program's largest resident size in MiB, as the kernel counted it; undefined on machines where nothing can tell. A
 * few MiB are the floor: the size of the perl that starts it.
 */
export function peakMib(command: CommandLine): number | undefined {
  const number = process.platform === 'linux' ? GETRUSAGE[process.arch] : undefined;
  if (number === undefined) return undefined;
  const words = ['-e', MEASURE, String(number), command.file, ...command.arguments];
  const { status, error, stderr } = spawnSync('perl', words, {
    env: { ...command.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return undefined;
  assertEnded(command, status, error, stderr);
  return Number(stderr.trimEnd().split('\n').at(-1)) / 1024;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured');
  return (lower + upper) / 2;
}

function assertEnded(command: CommandLine, status: number | null, error: Error | undefined, said: string): void {
  if (error !== undefined) throw error;
  if (status !== null && command.expected.includes(status)) return;
  throw new Error(`${command.file} ${command.arguments.join(' ')} ended with ${status}:\n${said}`);
}
