/** Text as one word of a shell, for a line that a person copies. */

const PLAIN = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** Of a POSIX shell: as it is where that reads nothing into it, else quoted. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : quotedWord(text);
}

/** In quotes, whatever it is; csh and fish read it alike as long as it has no backslashes. */
export function quotedWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** To PowerShell a comma makes a list and a percent sign is a command. */
const PLAIN_TO_POWERSHELL = /^[A-Za-z0-9_./:@+-]+$/;

/** Of PowerShell: as it is where that reads nothing into it, else in its quotes. */
export function powerShellWord(text: string): string {
  return PLAIN_TO_POWERSHELL.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
