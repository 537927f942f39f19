import { readFile } from 'node:fs/promises';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** The text of a key file, either half; undefined when it is not there. Throws `FILE_READ_FAILED`. */
export async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new GlasskeyError({
      code: 'FILE_READ_FAILED',
      message: `${path} could not be read.`,
      remedy: 'Check that the file is yours and readable, then repeat the command.',
      detail: { path },
      cause,
    });
  }
}
