/** One command line as a whole process: it ends when the command has, and not when the last idle timer or socket has. */
import type { CliWorld } from './cli-world.ts';
import { ExitCode } from './exit-codes.ts';
import { runCli } from './main.ts';

/** Never returns: ends the process with the command's exit code once everything that was printed has been handed over. */
export async function runProcess(words: readonly string[], world: CliWorld): Promise<never> {
  const { stdout, stderr } = world;
  // Until the command has said otherwise: should the process run dry before, that is no success.
  process.exitCode = ExitCode.BUG;
  // `glasskey keys --public | head -1`: whoever reads may stop reading. Nothing that is left to say would reach anybody.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const exitCode = await runCli(words, world);
  await Promise.all([flushed(stdout), flushed(stderr)]);
  process.exit(exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    stream.write('', () => resolve());
  });
}
