/**
 * asciicast v2, the file format of recorded terminals (https://docs.asciinema.org/manual/asciicast/v2/): UTF-8 text, a JSON object
 * on the first line, then one JSON array a line: seconds since the start, a code, data. So a file that ends anywhere can be read up to
 * its last whole line.
 */
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { TerminalSize } from './pty.ts';

/** What was recorded, in a member of our own: the format lets readers pass over what they do not know. */
export interface CastSubject {
  readonly target: string;
  readonly device: string;
  readonly jumps: readonly string[];
}

export interface CastHeader {
  readonly size: TerminalSize;
  /** Milliseconds since the Unix epoch; the file has whole seconds. */
  readonly startedAt?: number;
  readonly title?: string;
  /** Only where Glasskey has recorded it. */
  readonly subject?: CastSubject;
}

/** `o` output, `i` input (which Glasskey never writes), `r` resize, `m` marker; others are for readers to pass over. */
export interface CastEvent {
  /** Seconds since the start. */
  readonly at: number;
  readonly code: string;
  readonly data: string;
}

export interface Cast {
  readonly header: CastHeader;
  readonly events: readonly CastEvent[];
  /** False: the last line is not whole, as after a crash. It was left out. */
  readonly isWhole: boolean;
}

/** A line of ours is far shorter: one read of a pty, each of its bytes escaped. */
const MOST_LINE_CHARACTERS = 4 * 1024 * 1024;
const MOST_CELLS = 100_000;

const cells = z.number().int().min(1).max(MOST_CELLS);
const headerSchema = z.looseObject({
  version: z.literal(2),
  width: cells,
  height: cells,
  timestamp: z.number().nonnegative().optional(),
  title: z.string().optional(),
  // Whatever another program put there is no subject of ours.
  glasskey: z
    .object({ target: z.string(), device: z.string(), jumps: z.array(z.string()) })
    .optional()
    .catch(undefined),
});
const eventSchema = z.tuple([z.number().nonnegative(), z.string(), z.string()]);

/** The first line, with its line feed. */
export function castHeaderLine({ size, startedAt, title, subject }: CastHeader): string {
  const header = {
    version: 2,
    width: size.columns,
    height: size.rows,
    ...(startedAt === undefined ? {} : { timestamp: Math.floor(startedAt / 1000) }),
    ...(title === undefined ? {} : { title }),
    env: { TERM: 'xterm-256color' },
    ...(subject === undefined ? {} : { glasskey: subject }),
  };
  return `${JSON.stringify(header)}\n`;
}

/** One event, with its line feed. Times are kept to the millisecond. */
export function castEventLine({ at, code, data }: CastEvent): string {
  return `[${Number(at.toFixed(3))},${JSON.stringify(code)},${JSON.stringify(data)}]\n`;
}

/** `80x24`, the data of a resize. */
export function castSize({ columns, rows }: TerminalSize): string {
  return `${columns}x${rows}`;
}

/** Undefined where it is none. */
export function parseCastSize(data: string): TerminalSize | undefined {
  const [, columns, rows] = /^(\d{1,5})x(\d{1,5})$/.exec(data) ?? [];
  if (columns === undefined || rows === undefined) return undefined;
  return { columns: Number(columns), rows: Number(rows) };
}

/** Reads a whole file's text. A last line that is not whole is left out. Throws `RECORDING_MALFORMED` with the number of the line. */
export function readCast(text: string): Cast {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const [first, ...others] = lines;
  if (first === undefined) throw malformed(1, 'it has no header');
  const header = readCastHeader(first);
  const events: CastEvent[] = [];
  for (const [index, line] of others.entries()) {
    if (line.trim() !== '') events.push(eventOf(line, index + 2));
  }
  return { header, events, isWhole: rest === '' };
}

/** Reads the first line. Throws `RECORDING_MALFORMED`. */
export function readCastHeader(line: string): CastHeader {
  const parsed = headerSchema.safeParse(jsonOf(line, 1));
  if (!parsed.success) throw malformed(1, 'it is no header of asciicast version 2');
  const { width, height, timestamp, title, glasskey } = parsed.data;
  return {
    size: { columns: width, rows: height },
    ...(timestamp === undefined ? {} : { startedAt: timestamp * 1000 }),
    ...(title === undefined ? {} : { title }),
    ...(glasskey === undefined ? {} : { subject: glasskey }),
  };
}

/** The last event of a file whose last bytes these are; undefined where they end within one that is longer than they are, or is none. */
export function lastCastEvent(tail: string): CastEvent | undefined {
  const line = tail.trimEnd().split('\n').at(-1) ?? '';
  try {
    return eventOf(line, 1);
  } catch {
    return undefined;
  }
}

function eventOf(line: string, number: number): CastEvent {
  const parsed = eventSchema.safeParse(jsonOf(line, number));
  if (!parsed.success) throw malformed(number, 'it is no event');
  const [at, code, data] = parsed.data;
  return { at, code, data };
}

function jsonOf(line: string, number: number): unknown {
  if (line.length > MOST_LINE_CHARACTERS) throw malformed(number, 'it is longer than any recording’s');
  try {
    return JSON.parse(line);
  } catch {
    throw malformed(number, 'it is not JSON');
  }
}

function malformed(line: number, why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'RECORDING_MALFORMED',
    message: `The recording cannot be read: of its line ${line}, ${why}.`,
    remedy: 'Give a file of asciicast version 2, as Glasskey and asciinema write it.',
    detail: { line },
  });
}
