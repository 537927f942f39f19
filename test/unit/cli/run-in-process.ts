/** One command line in this process: for what needs no terminal, a twentieth of the time that a process of its own takes. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { CliWorld } from '../../../main/cli/cli-world.ts';
import { runCli } from '../../../main/cli/main.ts';
import { systemClock } from '../../../time/clock.ts';

export interface InProcess {
  readonly environment?: Readonly<Record<string, string>>;
  readonly homeFolder?: string;
  readonly hid?: CliWorld['hid'];
  readonly windows?: CliWorld['windows'];
  /** What standard input holds; undefined: there is none. */
  readonly stdin?: string;
}

export interface InProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runInProcess(words: readonly string[], over: InProcess = {}): Promise<InProcessResult> {
  const [stdout, stderr] = [new CollectedStream(), new CollectedStream()];
  const stdin = over.stdin === undefined ? undefined : openText(over.stdin);
  const exitCode = await runCli(words, {
    hid: over.hid ?? (async () => ({ list: async () => [] })),
    windows: over.windows,
    clock: systemClock,
    environment: over.environment ?? {},
    homeFolder: over.homeFolder ?? '/nonexistent',
    owner: 'alice@test',
    command: ['/opt/glasskey'],
    stdin: { fd: stdin ?? -1 },
    // A stream of a file or pipe: what a terminal has beyond it is absent.
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  if (stdin !== undefined) closeSync(stdin);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** A descriptor that reads `text`, as a pipe of it would. */
function openText(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'gk-stdin-'));
  const file = join(folder, 'stdin');
  writeFileSync(file, text, { mode: 0o600 });
  const descriptor = openSync(file, 'r');
  rmSync(folder, { recursive: true });
  return descriptor;
}

export class CollectedStream extends Writable {
  text = '';

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
