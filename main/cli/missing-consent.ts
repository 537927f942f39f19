/** Consent that nobody is there to give: with --json none is asked for, and a script has no terminal to ask at. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Output } from './output.ts';

export interface MissingConsent {
  /** What was not done for want of it. */
  readonly message: string;
  /** Names the options that give it. */
  readonly remedy: string;
  readonly detail?: Readonly<Record<string, string | null>>;
}

/** What `ask` answers. Throws `CONSENT_NEEDED` with --json and without a terminal, with the words of `missing`. */
export async function askConsent<T>(output: Output, missing: MissingConsent, ask: () => Promise<T>): Promise<T> {
  if (output.json) throw consentNeeded(missing);
  try {
    return await ask();
  } catch (error) {
    throw error instanceof GlasskeyError && error.code === 'NO_TERMINAL' ? consentNeeded(missing, error) : error;
  }
}

export function consentNeeded({ message, remedy, detail = {} }: MissingConsent, cause?: GlasskeyError): GlasskeyError {
  return new GlasskeyError({ code: 'CONSENT_NEEDED', message, remedy, detail, cause });
}
