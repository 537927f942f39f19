/**
 * The picture of a fingerprint that `ssh-keygen -lv` prints: the "drunken bishop" walk of sshkey.c,
 * fingerprint_randomart(). Two people can compare pictures over a telephone sooner than 43 characters of base64.
 */
import { createHash } from 'node:crypto';
import { skTypeName } from './fingerprint.ts';
import { formatSkPublicBlob, type SkPublicKey } from './sk-key.ts';

const COLUMNS = 17;
const ROWS = 9;
/** Index = visits of a cell; the last two mark where the walk starts and ends. */
const SYMBOLS = ' .o+=*BOX@%&#/^SE';
const START = SYMBOLS.length - 2;
const END = SYMBOLS.length - 1;
const MOST_VISITS = START - 1;

/** Eleven lines joined by newlines, none at the end. */
export function randomart(key: SkPublicKey): string {
  const digest = createHash('sha256').update(formatSkPublicBlob(key)).digest();
  const field = walk(digest);
  const rows = field.map((row) => `|${row.map((visits) => SYMBOLS[visits]).join('')}|`);
  return [border(`[${skTypeName(key)} 256]`), ...rows, border('[SHA256]')].join('\n');
}

function walk(digest: Uint8Array): number[][] {
  const field = Array.from({ length: ROWS }, () => new Array<number>(COLUMNS).fill(0));
  const middle = { x: (COLUMNS - 1) / 2, y: (ROWS - 1) / 2 };
  let { x, y } = middle;
  const mark = (atX: number, atY: number, change: (visits: number) => number) => {
    const row = field[atY];
    if (row) row[atX] = change(row[atX] ?? 0);
  };
  for (const byte of digest) {
    for (let pair = 0; pair < 4; pair += 1) {
      const step = byte >> (2 * pair);
      x = clamp(x + (step & 1 ? 1 : -1), COLUMNS);
      y = clamp(y + (step & 2 ? 1 : -1), ROWS);
      mark(x, y, (visits) => Math.min(visits + 1, MOST_VISITS));
    }
  }
  mark(middle.x, middle.y, () => START);
  mark(x, y, () => END);
  return field;
}

function clamp(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}

function border(title: string): string {
  const before = Math.floor((COLUMNS - title.length) / 2);
  return `+${'-'.repeat(before)}${title}${'-'.repeat(COLUMNS - title.length - before)}+`;
}
