import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Database,
  openDatabase,
  randomHex,
  transaction,
  transactionUnlessBusy,
} from '../../../main/storage/database.ts';
import { withoutSqliteWarning } from '../../../main/storage/load-sqlite.ts';
import { MIGRATIONS } from '../../../main/storage/migrations.ts';

let folder: string;
let file: string;
const opened: Database[] = [];
const open = (...rest: [] | [typeof MIGRATIONS]) => {
  const database = openDatabase(file, ...rest);
  opened.push(database);
  return database;
};
const mode = async (name: string) => (await stat(name)).mode & 0o777;
const code = (expected: string) => expect.objectContaining({ code: expected });
const value = (database: Database, pragma: string) =>
  Object.values(database.sqlite.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  file = join(folder, 'data', 'glasskey.db');
});
afterEach(async () => {
  for (const database of opened.splice(0)) database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the database', () => {
  it('is made 0600 in a folder of 0700, with WAL, foreign keys, and the version of the last migration', async () => {
    const database = open();
    transaction(database, () => database.sqlite.exec(`INSERT INTO settings VALUES ('a', '1')`));
    expect(await mode(file)).toBe(0o600);
    expect(await mode(`${file}-wal`)).toBe(0o600);
    expect(await mode(join(folder, 'data'))).toBe(0o700);
    expect(value(database, 'journal_mode')).toBe('wal');
    expect(value(database, 'foreign_keys')).toBe(1);
    expect(value(database, 'user_version')).toBe(MIGRATIONS.length);
  });

  it('draws random names', () => {
    const drawn = Array.from({ length: 100 }, () => randomHex(open(), 9));
    expect(new Set(drawn).size).toBe(100);
    for (const name of drawn) expect(name).toMatch(/^[0-9a-f]{18}$/);
  });

  it('keeps what was written over closing and opening', () => {
    const first = open();
    transaction(first, () => first.sqlite.exec(`INSERT INTO settings VALUES ('a', '1')`));
    first.close();
    opened.pop();
    expect(open().sqlite.prepare('SELECT value FROM settings').all()).toEqual([{ value: '1' }]);
  });

  it('written by a newer Glasskey is refused and left as it is', async () => {
    const newer = open([...MIGRATIONS, { name: 'of the future', sql: 'CREATE TABLE future (a)' }]);
    newer.close();
    opened.pop();
    const before = await readFile(file);
    expect(() => open()).toThrow(code('DATABASE_TOO_NEW'));
    expect(await readFile(file)).toEqual(before);
  });

  it('of an older Glasskey is brought up to date, keeping its rows', () => {
    const old = open();
    transaction(old, () => old.sqlite.exec(`INSERT INTO settings VALUES ('a', '1')`));
    old.close();
    opened.pop();
    const more = [
      ...MIGRATIONS,
      { name: 'more', sql: 'CREATE TABLE more (a) STRICT; ALTER TABLE settings ADD COLUMN b TEXT' },
    ];
    // STRICT wants types: the first statement fails, so nothing of the migration may stay.
    expect(() => open(more)).toThrow();
    expect(value(open(), 'user_version')).toBe(MIGRATIONS.length);
    const right = [
      ...MIGRATIONS,
      { name: 'more', sql: 'CREATE TABLE more (a TEXT) STRICT; ALTER TABLE settings ADD COLUMN b TEXT' },
    ];
    const updated = open(right);
    expect(updated.sqlite.prepare('SELECT * FROM settings').all()).toEqual([{ key: 'a', value: '1', b: null }]);
    expect(value(updated, 'user_version')).toBe(MIGRATIONS.length + 1);
  });

  it('of another program is refused and left as it is', async () => {
    const folderMade = open();
    folderMade.close();
    opened.pop();
    await rm(file);
    const foreign = new DatabaseSync(file);
    foreign.exec('CREATE TABLE theirs (a)');
    foreign.close();
    const before = await readFile(file);
    expect(() => open()).toThrow(code('DATABASE_FOREIGN'));
    expect(await readFile(file)).toEqual(before);
  });

  it('that is no database, or whose place cannot be used, gives a typed error', async () => {
    open();
    opened.pop()?.close();
    await writeFile(file, 'x'.repeat(5000));
    expect(() => open()).toThrow(code('DATABASE_DAMAGED'));
    expect(() => openDatabase('/proc/glasskey/db')).toThrow(code('DATA_FOLDER_UNUSABLE'));
    expect(() => openDatabase(join(folder, 'data'))).toThrow(code('DATABASE_UNUSABLE'));
  });

  it('rolls back what throws, and can be used afterwards', () => {
    const database = open();
    const insert = () => database.sqlite.exec(`INSERT INTO settings VALUES ('a', '1')`);
    expect(() =>
      transaction(database, () => {
        insert();
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    transaction(database, insert);
    expect(database.sqlite.prepare('SELECT count(*) AS n FROM settings').get()).toEqual({ n: 1 });
  });

  it('writes what stores write within a transaction with it, or not at all', () => {
    const database = open();
    const other = open();
    const count = () => other.sqlite.prepare('SELECT count(*) AS n FROM settings').get()?.n;
    const insert = (key: string) => () => database.sqlite.exec(`INSERT INTO settings VALUES ('${key}', '1')`);
    const both = () => {
      transaction(database, insert('a'));
      transactionUnlessBusy(database, insert('b'));
      expect(count()).toBe(0);
    };
    transaction(database, both);
    expect(count()).toBe(2);
    expect(() =>
      transaction(database, () => {
        transaction(database, insert('c'));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(count()).toBe(2);
    expect(value(database, 'busy_timeout')).toBe(5000);
  });

  it('undoes of a transaction within another one what failed, and that alone', () => {
    const database = open();
    const insert = (key: string) => database.sqlite.exec(`INSERT INTO settings VALUES ('${key}', '1')`);
    transaction(database, () => {
      insert('before');
      expect(() =>
        transaction(database, () => {
          insert('half of it');
          throw new Error('the other half did not work');
        }),
      ).toThrow('the other half');
      transaction(database, () => insert('after'));
    });
    expect(database.sqlite.prepare('SELECT key FROM settings ORDER BY rowid').all()).toEqual([
      { key: 'before' },
      { key: 'after' },
    ]);
  });

  it('that is full gives a typed error and loses nothing that was there', () => {
    const database = open();
    const pages = Number(value(database, 'page_count'));
    database.sqlite.exec(`PRAGMA max_page_count = ${pages + 1}`); // SQLite's own SQLITE_FULL
    const fill = () =>
      transaction(database, () =>
        database.sqlite.prepare('INSERT INTO settings VALUES (?, ?)').run('big', JSON.stringify('x'.repeat(100_000))),
      );
    expect(fill).toThrow(code('DATABASE_UNUSABLE'));
    expect(database.sqlite.prepare('SELECT count(*) AS n FROM settings').get()).toEqual({ n: 0 });
    expect(value(database, 'integrity_check')).toBe('ok');
  });

  it('opens in under 50 ms once it exists', () => {
    open();
    const start = performance.now();
    open();
    expect(performance.now() - start).toBeLessThan(50);
  });

  it('whose file others may read is closed to them at the next migration', async () => {
    open();
    opened.pop()?.close();
    await chmod(file, 0o644);
    open([...MIGRATIONS, { name: 'more', sql: 'CREATE TABLE more (a TEXT) STRICT' }]);
    expect(await mode(file)).toBe(0o600);
  });
});

describe('the warning about SQLite', () => {
  it('is left out while the module loads, and no other warning is', () => {
    const original = process.emitWarning;
    const heard: string[] = [];
    process.emitWarning = ((warning: string) => heard.push(warning)) as typeof process.emitWarning;
    const stub = process.emitWarning;
    try {
      const result = withoutSqliteWarning(() => {
        process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
        process.emitWarning('Something else is experimental', 'ExperimentalWarning');
        process.emitWarning('SQLite is about to be removed', 'DeprecationWarning');
        return 'loaded';
      });
      expect(result).toBe('loaded');
      expect(process.emitWarning).toBe(stub);
      process.emitWarning('SQLite is an experimental feature', 'ExperimentalWarning');
    } finally {
      process.emitWarning = original;
    }
    expect(heard).toEqual([
      'Something else is experimental',
      'SQLite is about to be removed',
      'SQLite is an experimental feature',
    ]);
  });
});
