import { expect } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';

/** Calls, and gives the code of the GlasskeyError that came; fails where none came or another error did. */
export function thrownCode(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(GlasskeyError);
    if (error instanceof GlasskeyError) return error.code;
  }
  throw new Error('nothing was thrown');
}

/** The same of a promise. */
export async function rejectedCode(call: Promise<unknown>): Promise<string> {
  const outcome = await call.then(
    () => null,
    (error: unknown) => error,
  );
  return thrownCode(() => {
    if (outcome !== null) throw outcome;
  });
}
