/**
 * Files that are there whole or not at all: written beside their place, flushed, then put there in one step. Readers
 * and crashes see the old file or the new one, never half of one.
 */
import { link, lstat, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Clock, pause, systemClock } from '../../time/clock.ts';

export interface WholeFileOptions {
  /** For example 0o600; not narrowed by the umask. Windows has none: there the folder's access list counts. */
  readonly mode: number;
  /** False: an existing file (or link) of that name is never replaced, whoever made it and whenever. */
  readonly overwrite: boolean;
}

/** The steps that can fail, as an interface so that tests make them fail. */
export interface FileSteps {
  writeFlushed(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  flushFolder(path: string): Promise<void>;
}

/**
 * Writes `bytes` to `path`, whose folder must exist. Throws `FILE_EXISTS` (only without `overwrite`) and
 * `FILE_WRITE_FAILED`; then nothing has changed and nothing lies around, but for one case: when the folder cannot be
 * flushed after a replacement, the new file stands, and may be the old one again after a power cut.
 */
export async function writeWholeFile(
  path: string,
  bytes: Uint8Array,
  options: WholeFileOptions,
  steps: FileSteps = fileSteps,
): Promise<void> {
  await withFileErrors(path, async () => {
    const beside = besideName(path);
    try {
      await steps.writeFlushed(beside, bytes, options.mode);
      await putInPlace(beside, path, options.overwrite, steps);
    } finally {
      // Tidying must not hide why the write failed.
      await steps.remove(beside).catch(() => {});
    }
    await flushName(path, options.overwrite, steps);
  });
}

/** A private key file and its `.pub`. */
export interface FilePair {
  readonly privatePath: string;
  readonly privateBytes: Uint8Array;
  readonly publicPath: string;
  readonly publicBytes: Uint8Array;
}

/** What lies where a pair should be, compared with what the caller would write. */
export type PairState =
  /** Neither file. */
  | 'absent'
  /** One of the two, and ours: a run was stopped between them. `writeFilePair` finishes it. */
  | 'half-written'
  /** Both, and ours. */
  | 'complete'
  /** Something that is not ours is in the way: nothing may be touched. */
  | 'foreign';

/**
 * Writes both files, never over others. The public one comes first and the private one last: ssh uses a pair by its
 * private file, so the pair exists from the moment the private file does, and a crash before leaves a lone `.pub` that
 * `filePairState` knows again by its content. Calling it once more with the same bytes finishes such a run, and does
 * nothing where it had finished. Throws `FILE_EXISTS`, `FILE_WRITE_FAILED`.
 */
export async function writeFilePair(pair: FilePair, steps: FileSteps = fileSteps): Promise<void> {
  const publicFile = await compared(pair.publicPath, pair.publicBytes);
  const privateFile = await compared(pair.privatePath, pair.privateBytes);
  if (publicFile === 'other') throw fileExists(pair.publicPath);
  if (privateFile === 'other') throw fileExists(pair.privatePath);
  if (publicFile === 'absent') {
    await writeWholeFile(pair.publicPath, pair.publicBytes, { mode: 0o644, overwrite: false }, steps);
  }
  if (privateFile === 'same') return;
  try {
    await writeWholeFile(pair.privatePath, pair.privateBytes, { mode: 0o600, overwrite: false }, steps);
  } catch (error) {
    // A failure is not a crash: it can still tidy up, so that nothing is left of a pair that was not made.
    if (publicFile === 'absent') await steps.remove(pair.publicPath).catch(() => {});
    throw error;
  }
}

/** Looks, and changes nothing. Throws `FILE_WRITE_FAILED` where it cannot look. */
export async function filePairState(pair: FilePair): Promise<PairState> {
  const publicFile = await compared(pair.publicPath, pair.publicBytes);
  const privateFile = await compared(pair.privatePath, pair.privateBytes);
  if (publicFile === 'other' || privateFile === 'other') return 'foreign';
  if (publicFile === privateFile) return publicFile === 'same' ? 'complete' : 'absent';
  return 'half-written';
}

const systemSteps: FileSteps = {
  async writeFlushed(path, bytes, mode) {
    // 'wx': never through a link or into a file that somebody has put there.
    const file = await open(path, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  link,
  rename,
  remove: (path) => rm(path, { force: true }),
  async flushFolder(path) {
    if (process.platform === 'win32') return; // folders cannot be opened there; NTFS journals the rename itself
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

/** What Windows says of a file that a virus scanner or an indexer has open for a moment. */
const HELD_OPEN = ['EPERM', 'EBUSY', 'EACCES'];
/** In milliseconds, one after another: about two seconds in all, as long as a scanner takes for a small file. */
const PATIENCE_MS = [10, 20, 40, 80, 160, 320, 640, 640];

/** The same steps, which wait for whoever has the file open; whatever else is wrong is said at once, and that too in the end. */
export function patientSteps(steps: FileSteps, clock: Clock): FileSteps {
  const patiently = async (step: () => Promise<void>): Promise<void> => {
    for (const ms of PATIENCE_MS) {
      try {
        return await step();
      } catch (error) {
        if (!HELD_OPEN.includes(codeOf(error))) throw error;
      }
      await pause(clock, ms);
    }
    return step();
  };
  return {
    ...steps,
    link: (from, to) => patiently(() => steps.link(from, to)),
    rename: (from, to) => patiently(() => steps.rename(from, to)),
    remove: (path) => patiently(() => steps.remove(path)),
  };
}

/** The real steps. */
export const fileSteps: FileSteps = process.platform === 'win32' ? patientSteps(systemSteps, systemClock) : systemSteps;

async function putInPlace(beside: string, path: string, overwrite: boolean, steps: FileSteps): Promise<void> {
  // link() fails where the name exists: the one call that puts a file in place and cannot replace another in a race.
  if (overwrite) await steps.rename(beside, path);
  else await steps.link(beside, path);
}

/** The new name survives a power cut only once the folder is flushed. */
async function flushName(path: string, overwrite: boolean, steps: FileSteps): Promise<void> {
  try {
    await steps.flushFolder(dirname(path));
  } catch (error) {
    if (!overwrite) await steps.remove(path);
    throw error;
  }
}

function besideName(path: string): string {
  // Loaded when it is first needed: it takes longer than planning a login does.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

async function compared(path: string, bytes: Uint8Array): Promise<'absent' | 'same' | 'other'> {
  return withFileErrors(path, async () => {
    const stats = await lstat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (stats === undefined) return 'absent';
    if (!stats.isFile() || stats.size !== bytes.length) return 'other';
    return Buffer.compare(await readFile(path), bytes) === 0 ? 'same' : 'other';
  });
}

async function withFileErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GlasskeyError) throw error;
    throw codeOf(error) === 'EEXIST' ? fileExists(path) : writeFailed(path, error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function fileExists(path: string): GlasskeyError {
  return new GlasskeyError({
    code: 'FILE_EXISTS',
    message: `${path} exists already, and Glasskey does not replace it.`,
    remedy: 'Choose another file name, or move that file away if you do not need it.',
    detail: { path },
  });
}

function writeFailed(path: string, cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'FILE_WRITE_FAILED',
    message: `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: 'Check that the folder exists and is yours, and that the disk is not full; then run it again.',
    detail: { path, errno: codeOf(cause) },
    cause,
  });
}
