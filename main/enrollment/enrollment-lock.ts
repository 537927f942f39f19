/** One enrollment at a time on this computer, whichever window, command or process runs it. */
import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { loadSqlite } from '../storage/load-sqlite.ts';

const FILE_MODE = 0o600;
const SQLITE_BUSY = 5;

/**
 * Runs `work` with the lock on `lockFile`, whose folder must exist. The lock is an empty SQLite file's exclusive one: the
 * operating system releases it when the process dies, however it dies, so that none is ever left behind. Throws
 * `ENROLLMENT_RUNNING` when somebody else has it, `ENROLLMENT_LOCK_FAILED` when the file cannot be used.
 */
export async function withEnrollmentLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  const lock = take(lockFile);
  try {
    return await work();
  } finally {
    lock.close();
  }
}

function take(lockFile: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    // SQLite makes files by the umask: so the file comes first.
    closeSync(openSync(lockFile, 'a', FILE_MODE));
    lock = new (loadSqlite().DatabaseSync)(lockFile, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock?.close();
    throw isBusy(cause) ? running() : lockFailed(lockFile, cause);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}

function running(): GlasskeyError {
  return new GlasskeyError({
    code: 'ENROLLMENT_RUNNING',
    message: 'Another Glasskey on this computer is enrolling, publishing or deleting a key now.',
    remedy: 'Finish or stop it (Ctrl-C, or close its window), then repeat the command.',
  });
}

function lockFailed(lockFile: string, cause: unknown): unknown {
  if (cause instanceof GlasskeyError) return cause;
  return new GlasskeyError({
    code: 'ENROLLMENT_LOCK_FAILED',
    message: `${lockFile} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}.`,
    remedy: 'Check that it and its folder are yours and writable, then repeat the command.',
    detail: { path: lockFile },
    cause,
  });
}
