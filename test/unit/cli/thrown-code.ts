import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';

/** The code of the GlasskeyError that `work` rejects with; undefined when it does not. */
export async function thrownCode(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof GlasskeyError) return error.code;
    throw error;
  }
}
