/**
 * The one line of the user's own ssh_config(5) that is Glasskey's: `Include` of the fragment, before every `Host` and `Match`, because
 * there it holds for all hosts, and ssh takes the first value that it meets. Pure text; every other character of the file stays.
 */
import { quotePath, unusablePath } from './ssh-config-text.ts';

/**
 * The line, without its end. Throws `CONNECT_PATH_UNUSABLE`, also for what Include would take for a pattern (glob(7)) or, since 9.9,
 * for a token.
 */
export function includeLine(fragmentFile: string): string {
  const what = 'Glasskey’s ssh_config';
  const special = /[*?[\]{}%]/.exec(fragmentFile)?.[0];
  if (special !== undefined) throw unusablePath(fragmentFile, what, `holds ${special}, which Include gives a meaning`);
  // Windows' ssh takes both slashes, and glob(7) takes one of them for a quote.
  quotePath(fragmentFile, what);
  return `Include "${fragmentFile.replaceAll('\\', '/')}"`;
}

/** Whether ssh meets the line on its way to every host: nothing narrows down where it holds. */
export function isIncluded(text: string, line: string): boolean {
  for (const one of text.split('\n')) {
    if (isLine(one, line)) return true;
    if (/^\s*(host|match)[\s=]/i.test(one)) return false;
  }
  return false;
}

/** The file with the line at its top, in the file's own line ends; the same text where it is included already. */
export function withInclude(text: string, line: string): string {
  if (isIncluded(text, line)) return text;
  const end = /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
  return `${line}${end}${withoutInclude(text, line)}`;
}

/** The file without the line, wherever it stands. */
export function withoutInclude(text: string, line: string): string {
  return text
    .split(/(?<=\n)/)
    .filter((one) => !isLine(one, line))
    .join('');
}

function isLine(raw: string, line: string): boolean {
  return raw.trim() === line;
}
