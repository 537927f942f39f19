/**
 * The few forms of ssh_config(5) that a plan writes: blocks of `Keyword value` lines, with paths quoted so that they
 * reach ssh as they are.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export interface ConfigBlock {
  /** The `Host` pattern. */
  readonly host: string;
  /** Keyword and finished value, in order; ssh takes the first value it meets for a keyword. */
  readonly settings: readonly (readonly [keyword: string, value: string])[];
}

/** The text of a configuration file: one block after another. */
export function configText(blocks: readonly ConfigBlock[]): string {
  return blocks
    .map(({ host, settings }) => [`Host ${host}`, ...settings.map(([keyword, value]) => `    ${keyword} ${value}`)])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/**
 * An absolute path as a value of IdentityFile, IdentityAgent, ForwardAgent or UserKnownHostsFile: in double quotes, with
 * `%` doubled (ssh expands % tokens in all four) and backslashes escaped.
 * @throws GlasskeyError CONNECT_PATH_UNUSABLE for what no form of ssh_config can say: a relative path (ssh would look for it
 *   in another folder), a quotation mark (before 8.7 it has no escape), a line break, or `${`, which ssh takes for a variable
 */
export function quotePath(path: string, what: string): string {
  if (!path.startsWith('/') && !/^([A-Za-z]:[\\/]|\\\\)/.test(path)) throw unusablePath(path, what, 'is not absolute');
  if (hasControlCharacter(path)) throw unusablePath(path, what, 'holds a control character');
  if (path.includes('"')) throw unusablePath(path, what, 'holds a double quotation mark');
  if (path.includes('${')) throw unusablePath(path, what, 'holds ${, which ssh would take for a variable');
  return `"${path.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
}

export function hasControlCharacter(text: string): boolean {
  return Array.from(text).some((character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 || code === 0x7f;
  });
}

/** `what` names the path in the sentence ("the agent's socket"), `fault` continues it. */
export function unusablePath(path: string, what: string, fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CONNECT_PATH_UNUSABLE',
    message: `ssh cannot be given the path of ${what}: it ${fault}.`,
    remedy: 'Move it to a folder with a short, plain path, and set that in the settings.',
    detail: { path },
  });
}
