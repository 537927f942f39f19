/** The documentation as the tests read it: pages, their sections, and the rows of their tables. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Every page of documentation, as paths from the repository's root. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'CHANGELOG.md',
    'SECURITY.md',
    ...docs
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name))
      .sort(),
  ];
}

export function readPage(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** What stands under `## heading`, up to the next heading of the same level. Fails where there is no such heading. */
export function section(page: string, heading: string): string {
  const lines = page.split('\n');
  const from = lines.indexOf(`## ${heading}`);
  if (from < 0) throw new Error(`there is no section "## ${heading}"`);
  const length = lines.slice(from + 1).findIndex((line) => line.startsWith('## '));
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n');
}

/** The rows of all tables in `text` whose first cell is code, as written. */
export function codeRows(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('| `'));
}

/** The cells of a table row, trimmed; a `\|` inside a cell is not its end. */
export function cells(row: string): string[] {
  return row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** A cell's text without the backticks around it. */
export function codeOf(cell: string | undefined): string {
  return /^`([^`]*)`$/.exec(cell ?? '')?.[1] ?? '';
}

/** The page without its fenced blocks. */
export function withoutFences(page: string): string {
  return page.replaceAll(/^```[^\n]*\n[\s\S]*?^```$/gm, '');
}
