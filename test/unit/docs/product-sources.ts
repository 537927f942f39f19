/** The product's own source, as text: what the documentation is compared with. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNTRUSTED } from '../../../main/entra/network-failure.ts';
import { ROOT } from './pages.ts';

export interface SourceFile {
  /** From the repository's root. */
  readonly path: string;
  /** Without the lines that are comments. */
  readonly code: string;
}

/** All that runs on somebody's computer. */
export const EVERYWHERE = ['main', 'native', 'diagnostics', 'time', 'renderer'] as const;

const FOLDERS = ['main', 'native', 'diagnostics', 'time'];

/** Of the main process and what it serves; with `renderer`, of the windows too, their HTML included. */
export function productSources(folders: readonly string[] = FOLDERS): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /(?<!\.d)\.(tsx?|html)$/.test(name))
        .map((name) => join(folder, name)),
    )
    .map((path) => ({ path, code: withoutComments(readFileSync(join(ROOT, path), 'utf8')) }));
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
    .join('\n');
}

/** Names of other people's errors, which the source compares with and never gives out as its own. */
const NOT_OURS: readonly string[] = [...UNTRUSTED, 'SSH_AUTH_SOCK', 'ERR_DLOPEN_FAILED'];

/**
 * The error codes that a piece of source can give out. Codes reach GlasskeyError by tables, tuples, parameters and
 * ternaries as well as by `code: '…'`, so every literal in SCREAMING_SNAKE counts as one, unless it is known to be
 * somebody else's; a word without an underscore counts where it is written as a code.
 */
export function errorCodesIn(code: string): string[] {
  const literals = [...code.matchAll(/['"`]([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)['"`]/g)].map((match) => match[1] ?? '');
  const words = [...code.matchAll(/\bcode(?::\s*|\()['"`]([A-Z][A-Z0-9]+)['"`]/g)].map((match) => match[1] ?? '');
  return [...new Set([...literals, ...words])].filter((name) => !NOT_OURS.includes(name));
}

/** Codes put together from pieces, which no search could find: there must be none. */
export function composedCodesIn(code: string): string[] {
  return [...code.matchAll(/\bcode(?::\s*|\()`[^`]*\$\{[^`]*`/g)].map((match) => match[0]);
}

/** The environment variables that a piece of source reads, as a member or taken apart. */
export function environmentVariablesIn(code: string): string[] {
  const members = [...code.matchAll(/\benv(?:ironment)?(?:\.|\[')([A-Z][A-Z0-9_]+)\b/g)].map((match) => match[1] ?? '');
  const takenApart = [...code.matchAll(/\{([^{}=]*)\} = [\w.#]*\benv(?:ironment)?\b/g)].flatMap((match) =>
    (match[1] ?? '').split(',').map((name) => name.trim()),
  );
  return [...members, ...takenApart.filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name))];
}

export { NOT_OURS };
