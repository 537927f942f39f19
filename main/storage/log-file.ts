/**
 * The log as JSON lines in a file (0600) of bounded size: one older file is kept beside it. Facts are plain values by
 * type; keeping secrets out is the caller's duty, and bytes, which are the likeliest to be one, are refused here.
 */
import { chmodSync, closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import type { Log, LogLevel } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';

export interface LogFileOptions {
  readonly path: string;
  /** The least level that is written. */
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Size at which the file becomes `<path>.1` (replacing the one before) and a new one begins. */
  readonly maxBytes?: number;
}

export interface LogFile {
  readonly log: Log;
  close(): void;
}

const FILE_MODE = 0o600;
const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
/** A fact longer than this is cut: one runaway message must not push all others out of the file. */
const MAX_TEXT = 4_096;
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * Opens the log; throws what the file system throws, so that the caller may go on without one. Afterwards `log` never
 * throws for the disk's sake: what cannot be written is lost. It throws a TypeError for bytes among the facts.
 */
export function openLogFile(options: LogFileOptions): LogFile {
  const { path, clock, maxBytes = DEFAULT_MAX_BYTES } = options;
  const least = LEVELS.indexOf(options.level);
  let file: number | undefined = openForAppend(path);

  const rotateIfFull = () => {
    if (file === undefined) return;
    const { size, ino } = fstatSync(file);
    if (size < maxBytes) return;
    closeSync(file);
    file = undefined;
    // Another process may have done it already; then this one only follows to the new file.
    if (statSync(path, { throwIfNoEntry: false })?.ino === ino) renameSync(path, `${path}.1`);
    file = openForAppend(path);
  };

  const log: Log = (level, event, facts = {}) => {
    const entries = Object.entries(facts).map(([key, value]) => [key, writable(key, value)] as const);
    if (LEVELS.indexOf(level) < least) return;
    const time = new Date(clock.now()).toISOString();
    const line = `${JSON.stringify({ time, level, event, ...Object.fromEntries(entries) })}\n`;
    try {
      rotateIfFull();
      // One write of one whole line in append mode: lines of several processes do not mix.
      if (file !== undefined) writeSync(file, line);
    } catch {
      // A full disk must not stop a login.
    }
  };

  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return { log, close };
}

function openForAppend(path: string): number {
  const file = openSync(path, 'a', FILE_MODE);
  chmodSync(path, FILE_MODE);
  return file;
}

/** The type allows plain values only; what comes past the type checker is looked at again. */
function writable(key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (value === null || typeof value !== 'object') return value;
  throw new TypeError(`The log fact ${key} is an object or bytes; the log takes plain values only.`);
}
