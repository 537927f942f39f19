/**
 * Recordings of sessions: one file each (0600) in a folder of their own (0700). They are written as they come, so that a crash
 * leaves what there was; a file is never written over.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { ensureDataFolder } from './data-folder.ts';
import { writeWholeFile } from './whole-file.ts';

const FILE_MODE = 0o600;
const SUFFIX = '.cast';
/** Names that this store makes: nothing that leads out of its folder, or hides in it. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.cast$/;
const MOST_TARGET_CHARACTERS = 60;
const MOST_SAME_NAMES = 1000;
/** More than any of ours; the file may be another's. */
const MOST_READ_BYTES = 256 * 1024 * 1024;

export interface StoredRecording {
  /** The file's name in the folder. */
  readonly name: string;
  readonly bytes: number;
  /** When something was last written to it. */
  readonly writtenAt: number;
}

export interface OpenRecordingFile {
  readonly path: string;
  /** All of the text, or none of it: what was begun is taken back. Throws `RECORDING_WRITE_FAILED`. */
  append(text: string): void;
  close(): void;
}

export interface RecordingStore {
  readonly folder: string;
  /** A new file, named by date and target. Throws `RECORDING_WRITE_FAILED`. */
  create(target: string, startedAt: number): OpenRecordingFile;
  /** By name, which is by date; the newest first. */
  list(): readonly StoredRecording[];
  /** Throws `RECORDING_UNKNOWN`. */
  assertThere(name: string): void;
  /** The first and the last bytes of a file, `length` at most of each. Throws `RECORDING_UNKNOWN`. */
  ends(name: string, length: number): { readonly head: string; readonly tail: string };
  /** Throws `RECORDING_UNKNOWN`. */
  read(name: string): Uint8Array<ArrayBuffer>;
  /** False: there is none of that name. Throws `RECORDING_UNKNOWN` for what can be no name of one. */
  remove(name: string): boolean;
  /** A copy (0600). Throws `RECORDING_UNKNOWN`, `FILE_WRITE_FAILED`, and `FILE_EXISTS` without `overwrite`. */
  exportTo(name: string, destination: string, overwrite: boolean): Promise<void>;
}

/** Nothing is made before something is recorded. */
export function recordingStore(folder: string): RecordingStore {
  const read = (name: string): Uint8Array<ArrayBuffer> => {
    const file = openForReading(folder, name);
    try {
      return readFrom(file, 0, fstatSync(file).size);
    } finally {
      closeSync(file);
    }
  };
  return {
    folder,
    create(target, startedAt) {
      try {
        ensureDataFolder(folder);
      } catch (error) {
        throw writeFailed(folder, error);
      }
      return createFile(folder, `${stampOf(startedAt)}-${plainName(target)}`);
    },
    list() {
      return namesIn(folder)
        .flatMap((name): StoredRecording[] => {
          const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
          if (stats === undefined || !stats.isFile()) return [];
          return [{ name, bytes: stats.size, writtenAt: stats.mtimeMs }];
        })
        .toSorted((a, b) => BY_DATE.compare(stemOf(b.name), stemOf(a.name)));
    },
    assertThere: (name) => closeSync(openForReading(folder, name)),
    ends(name, length) {
      const file = openForReading(folder, name);
      try {
        const { size } = fstatSync(file);
        const text = (from: number) => new TextDecoder().decode(readFrom(file, from, length));
        return { head: text(0), tail: text(Math.max(0, size - length)) };
      } finally {
        closeSync(file);
      }
    },
    read,
    remove(name) {
      const path = pathOf(folder, name);
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
      rmSync(path);
      return true;
    },
    exportTo: (name, destination, overwrite) => writeWholeFile(destination, read(name), { mode: FILE_MODE, overwrite }),
  };
}

/** One file of the caller's own choice. Throws `FILE_EXISTS`, and `RECORDING_WRITE_FAILED`. */
export function createRecordingFile(path: string): OpenRecordingFile {
  try {
    return openFile(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw writeFailed(path, error);
    throw new GlasskeyError({
      code: 'FILE_EXISTS',
      message: `${path} exists already, and Glasskey does not replace it.`,
      remedy: 'Choose another file name, or move that file away if you do not need it.',
      detail: { path },
    });
  }
}

function createFile(folder: string, stem: string): OpenRecordingFile {
  for (let count = 1; count <= MOST_SAME_NAMES; count += 1) {
    const path = join(folder, `${stem}${count === 1 ? '' : `-${count}`}${SUFFIX}`);
    try {
      return openFile(path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw writeFailed(path, error);
    }
  }
  throw writeFailed(join(folder, stem), new Error('there are too many of that name'));
}

/** Only where nothing is: throws EEXIST else. */
function openFile(path: string): OpenRecordingFile {
  let file: number | undefined = openSync(path, 'wx', FILE_MODE);
  chmodSync(path, FILE_MODE);
  let length = 0;
  return {
    path,
    append(text) {
      if (file === undefined) throw writeFailed(path, new Error('it is closed'));
      const bytes = Buffer.from(text);
      let written = 0;
      try {
        while (written < bytes.length)
          written += writeSync(file, bytes, written, bytes.length - written, length + written);
        length += bytes.length;
      } catch (error) {
        takeBack(file, length);
        throw writeFailed(path, error);
      }
    },
    close() {
      if (file === undefined) return;
      const open = file;
      file = undefined;
      try {
        closeSync(open);
      } catch {
        // What was appended stands, or its append has said that it does not.
      }
    },
  };
}

/** Half a line at the end would be read by nobody. */
function takeBack(file: number, length: number): void {
  try {
    ftruncateSync(file, length);
  } catch {
    // Readers leave out a last line that is not whole.
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return []; // nothing was ever recorded
  }
}

function pathOf(folder: string, name: string): string {
  if (!NAME.test(name)) throw unknown(name);
  return join(folder, name);
}

function openForReading(folder: string, name: string): number {
  const path = pathOf(folder, name);
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch {
    throw unknown(name);
  }
}

function readFrom(file: number, from: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.min(length, MOST_READ_BYTES));
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(file, bytes, filled, bytes.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.slice(0, filled);
}

/** `2026-11-30T05-40-12Z`: sorts by time, and is a name on every file system. */
function stampOf(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}

/** Two that began in the same second are told apart by a number, of which `-10` comes after `-2`, and none first. */
const BY_DATE = new Intl.Collator('en', { numeric: true });

function stemOf(name: string): string {
  return name.slice(0, -SUFFIX.length);
}

/** A target's name may have any letters; a file's has those that every file system and shell takes as they are. */
function plainName(target: string): string {
  const plain = target
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, MOST_TARGET_CHARACTERS);
  return plain === '' ? 'session' : plain;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function unknown(name: string): GlasskeyError {
  return new GlasskeyError({
    code: 'RECORDING_UNKNOWN',
    message: 'There is no recording of that name.',
    remedy: 'See which there are with glasskey sessions recordings: it may have been removed.',
    detail: { name: name.slice(0, 200) },
  });
}

function writeFailed(path: string, cause: unknown): GlasskeyError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new GlasskeyError({
    code: 'RECORDING_WRITE_FAILED',
    message: `The recording cannot be written to ${path}: ${why}.`,
    remedy: 'Check that the disk is not full and the folder is yours. The session itself goes on.',
    detail: { path, errno: codeOf(cause) },
    cause,
  });
}
