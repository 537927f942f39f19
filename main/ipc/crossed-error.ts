/** Errors as the windows get them: code, sentence and remedy, no stack, no cause, of the details only the place in the input, and no command line in the remedy. */
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { TextKey } from '../texts/catalogue.ts';
import type { Texts } from '../texts/texts.ts';
import type { CrossedError } from './contract.ts';

/** A remedy that tells somebody to type something. */
export const NAMES_A_COMMAND =
  /\bglasskey [a-z]|(^|\s)--(algorithm|device|file|force|new|no-publish|overwrite|replace|save|verbose)\b/;

/** What was thrown, for a window. What is not ours becomes INTERNAL, whose sentence may quote it. */
export function crossedError(thrown: unknown, texts: Pick<Texts, 'catalogue'>): CrossedError {
  const { code, message, remedy, kind, detail } = asGlasskeyError(thrown);
  const key = `remedy.${code}`;
  const isForWindow = !NAMES_A_COMMAND.test(remedy) || !Object.hasOwn(texts.catalogue, key);
  // Who clicks has repeated no command.
  const words = isForWindow ? remedy.replaceAll('repeat the command', 'try again') : texts.catalogue[key as TextKey];
  const { field, index, part } = detail;
  return {
    code,
    message,
    remedy: words,
    kind,
    ...(typeof field === 'string' ? { field } : {}),
    ...(typeof index === 'number' ? { index } : {}),
    ...(typeof part === 'number' || part === 'device' ? { part } : {}),
  };
}
