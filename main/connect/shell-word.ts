/** Text as one word of a POSIX shell. */

const PLAIN = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** As it is where a shell reads nothing into it, else quoted: for a line that a person copies. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : quotedWord(text);
}

/** In quotes, whatever it is; csh and fish read it alike as long as it has no backslashes. */
export function quotedWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
