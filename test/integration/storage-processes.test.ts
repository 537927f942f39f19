/** The database under several processes, kill signals and missing rights. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { MIGRATIONS } from '../../main/storage/migrations.ts';

const module = (path: string) => JSON.stringify(join(import.meta.dirname, '../../main/storage', path));
const NOBODY = 65534;
let folder: string;
let file: string;
const open: Database[] = [];

function node(script: string, as: { uid?: number; gid?: number } = {}): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'], ...as });
}

async function finished(child: ChildProcess): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  const [status] = await once(child, 'close');
  return { status, ...output };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  file = join(folder, 'glasskey.db');
});
afterEach(async () => {
  for (const database of open.splice(0)) database.close();
  await rm(folder, { recursive: true, force: true });
});

const opened = (...rest: [] | [typeof MIGRATIONS]) => {
  const database = openDatabase(file, ...rest);
  open.push(database);
  return database;
};

describe('the database', () => {
  it('made and written by six processes at once loses nothing and prints no warning', async () => {
    const script = (name: string) => `
      const { openDatabase } = await import(${module('database.ts')});
      const { enrollmentStore } = await import(${module('enrollment-store.ts')});
      const database = openDatabase(${JSON.stringify(file)});
      const store = enrollmentStore(database, { now: () => 1, after: () => () => {} });
      try { store.insert({ id: 'shared', state: 'started', data: {} }); } catch (error) { if (error.code !== 'ENROLLMENT_EXISTS') throw error; }
      for (let step = 0; step < 40; step += 1) store.appendStep('shared', ${JSON.stringify(name)}, { step });
      database.close();`;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const runs = await Promise.all(names.map((name) => finished(node(script(name)))));
    for (const run of runs) expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
    const rows = opened().sqlite.prepare('SELECT seq, step FROM enrollment_steps ORDER BY seq').all();
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 240 }, (_, index) => index + 1));
    for (const name of names) expect(rows.filter(({ step }) => step === name)).toHaveLength(40);
  });

  it('killed in the middle of a migration is as before it, and the next opening finishes', async () => {
    opened().close();
    open.pop();
    // The migration writes, says so, and then works on for ever: it is killed with its transaction open.
    const script = `
      const { openDatabase } = await import(${module('database.ts')});
      const { MIGRATIONS } = await import(${module('migrations.ts')});
      const sql = "CREATE TABLE half (a TEXT) STRICT; INSERT INTO half VALUES ('x');"
        + " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO half SELECT i FROM n";
      console.log('migrating');
      openDatabase(${JSON.stringify(file)}, [...MIGRATIONS, { name: 'endless', sql }]);`;
    const child = node(script);
    if (child.stdout) await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGKILL');
    await once(child, 'close');

    const before = opened();
    expect(before.sqlite.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length });
    expect(before.sqlite.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
    const after = opened([...MIGRATIONS, { name: 'finite', sql: 'CREATE TABLE half (a TEXT) STRICT' }]);
    expect(after.sqlite.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(after.sqlite.prepare('SELECT * FROM half').all()).toEqual([]);
  });

  it('in a folder that cannot be written gives a typed error', async () => {
    const isRoot = process.getuid?.() === 0;
    await chmod(folder, 0o500);
    if (isRoot) await chown(folder, NOBODY, NOBODY); // root may write anywhere: the child becomes nobody
    const script = `
      const { openDatabase } = await import(${module('database.ts')});
      try { openDatabase(${JSON.stringify(join(folder, 'data', 'glasskey.db'))}); } catch (error) { console.log(error.code); }`;
    const run = await finished(node(script, isRoot ? { uid: NOBODY, gid: NOBODY } : {}));
    await chmod(folder, 0o700);
    expect(run).toEqual({ status: 0, stdout: 'DATA_FOLDER_UNUSABLE\n', stderr: '' });
  });
});
