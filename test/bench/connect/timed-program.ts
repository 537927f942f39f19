/** A program's wall time, while this process goes on: the security key that it talks to is here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface TimedProgram {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Before each start, and not timed. */
  readonly prepare?: () => Promise<unknown>;
}

/** Milliseconds from its start to its end. Throws where it does not end with 0, with what it said. */
export async function timeProgram(program: TimedProgram): Promise<number> {
  const { file, arguments: words, environment, stdin = '' } = program;
  await program.prepare?.();
  const began = performance.now();
  const child = spawn(file, [...words], { env: { ...environment }, stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stdin.on('error', () => {}).end(stdin);
  const [code] = await once(child, 'exit');
  const took = performance.now() - began;
  if (code !== 0) throw new Error(`${file} ${words.join(' ')} ended with ${code}:\n${said}`);
  return took;
}
