/**
 * The one SQLite file (design, decision 9): opened, checked, brought up to date. WAL, so that the desktop, the command
 * line and the agent can use it at once; each waits for another's write instead of failing.
 */
import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { ensureDataFolder } from './data-folder.ts';
import { loadSqlite } from './load-sqlite.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';

const FILE_MODE = 0o600;
/** How long a write waits for another process's. Glasskey's own transactions take milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** "gkey": other SQLite files in the folder are not taken for ours (SQLite's application_id). */
const APPLICATION_ID = 0x676b6579;

/** An open database. Stores take it; whoever opened it closes it. */
export interface Database {
  readonly sqlite: DatabaseSync;
  readonly file: string;
  close(): void;
}

/**
 * Opens `file`, making it (0600) and its folder (0700) where they are missing, and applies the migrations it lacks, all
 * or none of each. Throws `DATABASE_TOO_NEW` (a newer Glasskey has written it), `DATABASE_FOREIGN` (another program's),
 * `DATABASE_DAMAGED`, `DATABASE_UNUSABLE` (cannot be opened or written), `DATABASE_BUSY`.
 */
export function openDatabase(file: string, migrations: readonly Migration[] = MIGRATIONS): Database {
  ensureDataFolder(dirname(file));
  return withDatabaseErrors(file, () => {
    // SQLite makes files by the umask, and -wal and -shm with the mode of the file: so the file comes first.
    if (!existsSync(file)) closeSync(openSync(file, 'a', FILE_MODE));
    const sqlite = new (loadSqlite().DatabaseSync)(file, {
      timeout: BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: true,
    });
    try {
      if (version(sqlite) !== migrations.length || applicationId(sqlite) !== APPLICATION_ID) {
        assertUpdatable(sqlite, file, migrations.length);
        chmodSync(file, FILE_MODE);
        sqlite.exec('PRAGMA journal_mode = WAL'); // kept in the file: asked for once, before its first transaction
        migrate(sqlite, file, migrations);
      }
      // FULL: a journal step that was reported as written is there after a power cut (SQLite, "PRAGMA synchronous").
      sqlite.exec('PRAGMA synchronous = FULL');
    } catch (error) {
      sqlite.close();
      throw error;
    }
    return { sqlite, file, close: () => sqlite.close() };
  });
}

/**
 * Runs `work` in one transaction that takes the write lock at once, so that what it reads cannot change before it
 * writes. Rolled back when `work` throws; database errors become typed ones. What stores write within `work` is part of it: each
 * transaction of its own would wait for the disk.
 */
export function transaction<T>(database: Database, work: () => T): T {
  return withDatabaseErrors(database.file, () => inTransaction(database.sqlite, work));
}

/** The same for a write that must hold nothing up: where another process writes, it throws `DATABASE_BUSY` at once. */
export function transactionUnlessBusy<T>(database: Database, work: () => T): T {
  return withDatabaseErrors(database.file, () => {
    database.sqlite.exec('PRAGMA busy_timeout = 0');
    try {
      return inTransaction(database.sqlite, work);
    } finally {
      database.sqlite.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  });
}

/**
 * Another text each time that something was written, by this process or another: cheap, so that it can be asked often (sqlite.org,
 * "PRAGMA data_version", which tells of other connections alone).
 */
export function databaseVersion({ sqlite, file }: Database): string {
  return withDatabaseErrors(file, () => {
    const others = sqlite.prepare('PRAGMA data_version').get()?.data_version;
    const own = sqlite.prepare('SELECT total_changes() AS changes').get()?.changes;
    return `${others}/${own}`;
  });
}

/**
 * Moves what was written from SQLite's log into the file itself, which the close would do else, when somebody waits for the end. Where it cannot
 * be done now, it is done then.
 */
export function checkpoint({ sqlite }: Database): void {
  try {
    sqlite.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } catch {
    // What was written stands in the log, as safely.
  }
}

/**
 * Random bytes as hexadecimal digits, from SQLite's generator, which the operating system seeds: for whoever has a database open and does
 * not want to wait until node:crypto is loaded.
 */
export function randomHex(database: Database, bytes: number): string {
  return String(database.sqlite.prepare('SELECT lower(hex(randomblob(?))) AS drawn').get(bytes)?.drawn);
}

/** Turns what SQLite throws into a GlasskeyError; a GlasskeyError passes as it is. */
export function withDatabaseErrors<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw databaseError(file, error);
  }
}

function migrate(sqlite: DatabaseSync, file: string, migrations: readonly Migration[]): void {
  const isDone = () => version(sqlite) >= migrations.length && applicationId(sqlite) === APPLICATION_ID;
  while (!isDone()) {
    inTransaction(sqlite, () => {
      // Another process may have done it while this one waited for the write lock: ask again inside.
      assertUpdatable(sqlite, file, migrations.length);
      const at = version(sqlite);
      const next = migrations[at];
      if (next) sqlite.exec(`${next.sql}; PRAGMA user_version = ${at + 1}`);
      sqlite.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    });
  }
}

/** Ours or empty, and not of the future; nothing is changed in any other. */
function assertUpdatable(sqlite: DatabaseSync, file: string, known: number): void {
  const at = version(sqlite);
  const id = applicationId(sqlite);
  if (id === APPLICATION_ID && at > known) throw tooNew(file, at, known);
  const isEmpty = id === 0 && at === 0 && sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (id === APPLICATION_ID || isEmpty) return;
  throw new GlasskeyError({
    code: 'DATABASE_FOREIGN',
    message: `${file} is a database of another program.`,
    remedy: 'Move it away, or set GLASSKEY_HOME to a folder of its own.',
    detail: { file },
  });
}

function inTransaction<T>(sqlite: DatabaseSync, work: () => T): T {
  // Within another one it is part of that, which ends it; what it wrote itself is undone where it fails.
  const [begin, end, undo] = sqlite.isTransaction
    ? ['SAVEPOINT inner_one', 'RELEASE inner_one', 'ROLLBACK TO inner_one; RELEASE inner_one']
    : ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'];
  sqlite.exec(begin);
  try {
    const result = work();
    sqlite.exec(end);
    return result;
  } catch (error) {
    // Some errors (disk full) have rolled back everything already; then there is nothing to undo.
    if (sqlite.isTransaction) sqlite.exec(undo);
    throw error;
  }
}

function version(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare('PRAGMA user_version').get()?.user_version);
}

function applicationId(sqlite: DatabaseSync): number {
  return Number(sqlite.prepare('PRAGMA application_id').get()?.application_id);
}

// SQLite result codes (sqlite.org/rescode.html); the low byte is the primary one.
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
/** Faults of the place: PERM, READONLY, IOERR, FULL, CANTOPEN, AUTH. */
const PLACE_FAULTS: readonly number[] = [3, 8, 10, 13, 14, 23];

function databaseError(file: string, error: unknown): unknown {
  if (error instanceof GlasskeyError || !(error instanceof Error)) return error;
  const detail = { file };
  const code = 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) {
    return new GlasskeyError({
      code: 'DATABASE_BUSY',
      message: `Another program has kept ${file} locked for ${BUSY_TIMEOUT_MS / 1000} seconds.`,
      remedy: 'Close other Glasskey windows and commands, or the program that holds it, and try again.',
      detail,
      cause: error,
    });
  }
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return new GlasskeyError({
      code: 'DATABASE_DAMAGED',
      message: `${file} is damaged: ${error.message}.`,
      remedy: 'Move it away and start again; keys and their files are not in it and stay usable with ssh.',
      detail,
      cause: error,
    });
  }
  const isSystemError = 'syscall' in error;
  if (!isSystemError && (code === undefined || !PLACE_FAULTS.includes(code))) return error;
  return new GlasskeyError({
    code: 'DATABASE_UNUSABLE',
    message: `${file} cannot be opened or written: ${error.message}.`,
    remedy: 'Check that it and its folder are yours and writable, and that the disk is not full.',
    detail,
    cause: error,
  });
}

function tooNew(file: string, found: number, known: number): GlasskeyError {
  return new GlasskeyError({
    code: 'DATABASE_TOO_NEW',
    message: `${file} was written by a newer Glasskey (version ${found} of the database, this one knows ${known}).`,
    remedy: 'Install the newer Glasskey again; this one changes nothing in it.',
    detail: { file, found, known },
  });
}
