/**
 * Tables as text: RFC 4180, and what spreadsheets make of it (a byte order mark, semicolons or tabs, `sep=;`, UTF-16 from Excel's
 * "Unicode Text").
 *
 * A cell that begins with = + - @, a tab or a carriage return is run as a formula by spreadsheets that open the file. Such a cell is
 * written with an apostrophe before it, which spreadsheets show as text, and which is taken away again when it is read.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export interface CsvRow {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const MOST_BYTES = 32 * 1024 * 1024;
/** Ten times what is ever saved; a file of nothing but line ends has millions. */
const MOST_ROWS = 100_000;

/** Rows without any text are left out. Throws `TARGET_FILE_INVALID` with the line. */
export function readCsv(bytes: Uint8Array): CsvRow[] {
  let text = textOf(bytes);
  let line = 1;
  let delimiter: string | undefined;
  const chosen = /^sep=([,;\t|])\r?\n/i.exec(text);
  if (chosen !== null) {
    delimiter = chosen[1];
    text = text.slice(chosen[0].length);
    line = 2;
  }
  return rowsOf(text, delimiter ?? delimiterOf(text), line);
}

/** With a byte order mark, by which Excel knows UTF-8, and lines that end as RFC 4180 has them. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return `\u{FEFF}${rows.map((cells) => `${cells.map(written).join(',')}\r\n`).join('')}`;
}

const FORMULA = /^'*[=+\-@\t\r]/;

function written(cell: string): string {
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function plain(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > MOST_BYTES) throw invalid('it is larger than 32 MiB');
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes); // takes the byte order mark away
  } catch {
    throw invalid('it is not UTF-8 text: save it as “CSV UTF-8”');
  }
}

/** The one that divides the first line most often, outside quotes. */
function delimiterOf(text: string): string {
  const counts = new Map([',', ';', '\t'].map((delimiter) => [delimiter, 0]));
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '\n' || character === '\r')) break;
    else if (!isQuoted && counts.has(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const [[best] = [',']] = [...counts].toSorted(([, a], [, b]) => b - a);
  return best;
}

function rowsOf(text: string, delimiter: string, firstLine: number): CsvRow[] {
  const rows: CsvRow[] = [];
  let line = firstLine;
  let at = 0;
  while (at < text.length) {
    const begins = line;
    const cells: string[] = [];
    for (;;) {
      const cell = cellAt(text, at, delimiter, line);
      cells.push(plain(cell.text));
      line += cell.lines;
      at = cell.end;
      if (text[at] !== delimiter) break;
      at += 1;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    if (cells.every((cell) => cell === '')) continue;
    if (rows.length === MOST_ROWS) throw invalid(`it has more than ${MOST_ROWS} rows`);
    rows.push({ line: begins, cells });
  }
  return rows;
}

/** `end`: at the delimiter, the end of the line or of the text. `lines`: how many the cell goes on for. */
function cellAt(text: string, from: number, delimiter: string, line: number) {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && text[end] !== delimiter && text[end] !== '\r' && text[end] !== '\n') end += 1;
    return { text: text.slice(from, end).trim(), end, lines: 0 };
  }
  let cell = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw invalid(`line ${line} has a quotation mark that is not closed`);
    cell += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    cell += '"';
    at += 1;
  }
  const next = text[at];
  if (next !== undefined && next !== delimiter && next !== '\r' && next !== '\n') {
    throw invalid(`line ${line} has text behind a closing quotation mark`);
  }
  return { text: cell, end: at, lines: cell.split('\n').length - 1 };
}

function invalid(why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_FILE_INVALID',
    message: `The table cannot be read: ${why}.`,
    remedy: 'Save it again as CSV; glasskey targets export --csv shows the form.',
  });
}
