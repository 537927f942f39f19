/** C for Windows, compiled here. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireProgram } from '../lab/fabric/programs.ts';

const run = promisify(execFile);

/** `source`: a file of this folder. `to`: an .exe, or a .dll with `-shared` among the options. Warnings are errors. */
export async function compile(source: string, to: string, options: readonly string[] = []): Promise<void> {
  const compiler = await requireProgram('x86_64-w64-mingw32-gcc');
  await run(compiler, ['-O1', '-Wall', '-Wextra', '-Werror', join(import.meta.dirname, source), '-o', to, ...options]);
}
