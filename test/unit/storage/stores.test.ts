import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase, transaction } from '../../../main/storage/database.ts';
import { enrollmentStore } from '../../../main/storage/enrollment-store.ts';
import { MIGRATIONS } from '../../../main/storage/migrations.ts';
import { openSettings } from '../../../main/storage/settings.ts';
import { plainTarget, type TargetEntry, targetStore } from '../../../main/storage/target-store.ts';

const RACK4: TargetEntry = {
  name: 'rack4',
  role: 'ce',
  device: 'alice@ce1-rack4',
  ways: [
    { kind: 'jump', jumps: ['alice@jump-east', 'inner'] },
    { kind: 'password', jumps: [], device: 'telco@ce1-rack4:2222' },
  ],
  tags: ['row4', 'east'],
  notes: 'Door code\nat the desk',
  isFavourite: true,
};
const RACK1 = plainTarget('rack1', 'ce1-rack1', []);

let folder: string;
let database: Database;
let now = 1000;
const clock = { now: () => now, after: () => () => {} };
const code = (expected: string) => expect.objectContaining({ code: expected });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  now = 1000;
});
afterEach(async () => {
  database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the enrollment store', () => {
  it('keeps an enrollment with its state, times and data', () => {
    const store = enrollmentStore(database, clock);
    const row = store.insert({ id: 'e1', state: 'started', data: { device: 'x', nested: { a: [1] } } });
    expect(row).toEqual({
      id: 'e1',
      state: 'started',
      createdAt: 1000,
      updatedAt: 1000,
      data: { device: 'x', nested: { a: [1] } },
    });
    now = 2000;
    expect(store.update('e1', 'started', 'made', { done: true })).toMatchObject({
      state: 'made',
      createdAt: 1000,
      updatedAt: 2000,
    });
    expect(store.get('e1')).toMatchObject({ state: 'made', data: { done: true } });
    expect(store.get('e2')).toBeUndefined();
  });

  it('refuses a second one of the same id', () => {
    const store = enrollmentStore(database, clock);
    store.insert({ id: 'e1', state: 'started', data: {} });
    expect(() => store.insert({ id: 'e1', state: 'other', data: {} })).toThrow(code('ENROLLMENT_EXISTS'));
    expect(store.get('e1')?.state).toBe('started');
  });

  it('changes only what is in the expected state', () => {
    const store = enrollmentStore(database, clock);
    store.insert({ id: 'e1', state: 'started', data: {} });
    expect(() => store.update('e1', 'made', 'published', {})).toThrow(code('ENROLLMENT_STATE_CHANGED'));
    expect(() => store.update('e9', 'started', 'made', {})).toThrow(code('ENROLLMENT_STATE_CHANGED'));
    expect(store.get('e1')?.state).toBe('started');
  });

  it('lists the unfinished, oldest first', () => {
    const store = enrollmentStore(database, clock);
    for (const [id, state] of [
      ['c', 'started'],
      ['a', 'done'],
      ['b', 'made'],
    ] as const) {
      store.insert({ id, state, data: {} });
      now += 1;
    }
    expect(store.unfinished(['done', 'abandoned']).map(({ id }) => id)).toEqual(['c', 'b']);
    expect(store.list().map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });

  it('keeps a journal per enrollment, numbered from 1, that nothing can change', () => {
    const store = enrollmentStore(database, clock);
    for (const id of ['e1', 'e2']) store.insert({ id, state: 'started', data: {} });
    store.appendStep('e1', 'key chosen', { serial: 7 });
    store.appendStep('e2', 'key chosen', {});
    now = 1500;
    store.appendStep('e1', 'credential made', {});
    expect(store.steps('e1')).toEqual([
      { enrollmentId: 'e1', seq: 1, step: 'key chosen', at: 1000, data: { serial: 7 } },
      { enrollmentId: 'e1', seq: 2, step: 'credential made', at: 1500, data: {} },
    ]);
    for (const sql of [
      `UPDATE enrollment_steps SET step = 'x'`,
      'DELETE FROM enrollment_steps',
      'DELETE FROM enrollments',
    ]) {
      expect(() => transaction(database, () => database.sqlite.exec(sql)), sql).toThrow();
    }
    expect(store.steps('e1')).toHaveLength(2);
    expect(() => store.appendStep('e9', 'x', {})).toThrow(code('ENROLLMENT_STATE_CHANGED'));
  });

  it('gives the last step of a name for each enrollment that has one', () => {
    const store = enrollmentStore(database, clock);
    for (const id of ['e1', 'e2', 'e3']) store.insert({ id, state: 'published', data: {} });
    for (const device of ['leaf1', 'leaf2']) store.appendStep('e2', 'proven', { device });
    store.appendStep('e2', 'published', {});
    store.appendStep('e3', 'proven', { device: 'leaf3' });
    expect(store.lastSteps('proven').map(({ enrollmentId, seq, data }) => [enrollmentId, seq, data])).toEqual([
      ['e2', 2, { device: 'leaf2' }],
      ['e3', 1, { device: 'leaf3' }],
    ]);
  });
});

describe('the target store', () => {
  it('keeps names unique, puts the last used first, and forgets on demand', () => {
    const store = targetStore(database);
    store.add(RACK4);
    store.add(RACK1);
    expect(() => store.add(plainTarget('rack4', 'elsewhere', []))).toThrow(code('TARGET_EXISTS'));
    expect(store.get('rack4')).toEqual({ ...RACK4, lastUsedAt: null });
    store.markUsed('rack4', 5);
    const moved = { ...RACK4, device: 'bob@ce1-rack4', isFavourite: false };
    store.change([{ kind: 'replace', name: 'rack4', target: moved }]);
    expect(store.list()).toEqual([
      { ...moved, lastUsedAt: 5 },
      { ...RACK1, lastUsedAt: null },
    ]);
    store.change([{ kind: 'remove', name: 'rack4' }]);
    expect(store.get('rack4')).toBeUndefined();
  });

  it('makes all changes or none', () => {
    const store = targetStore(database);
    store.add(RACK4);
    for (const [last, expected] of [
      [{ kind: 'add', target: RACK4 }, 'TARGET_EXISTS'],
      [{ kind: 'remove', name: 'gone' }, 'TARGET_UNKNOWN'],
      [{ kind: 'replace', name: 'gone', target: { ...RACK1, name: 'gone' } }, 'TARGET_UNKNOWN'],
      [{ kind: 'replace', name: 'rack1', target: { ...RACK1, name: 'rack4' } }, 'TARGET_EXISTS'],
    ] as const) {
      expect(() => store.change([{ kind: 'add', target: RACK1 }, last])).toThrow(code(expected));
      expect(store.list().map(({ name }) => name)).toEqual(['rack4']);
    }
  });

  it('marks favourites', () => {
    const store = targetStore(database);
    store.add(RACK1);
    expect(store.setFavourite('rack1', true)).toBe(true);
    expect(store.get('rack1')?.isFavourite).toBe(true);
    expect(store.setFavourite('gone', true)).toBe(false);
  });

  it('turns the jump hosts of before into a way, and what was a bare host into one that no name can mean', () => {
    const before = openDatabase(join(folder, 'before.db'), MIGRATIONS.slice(0, 1));
    const insert = before.sqlite.prepare('INSERT INTO targets (name, device, jumps, last_used_at) VALUES (?, ?, ?, ?)');
    insert.run('rack4', 'alice@ce1-rack4', '["ops@east","inner","10.0.0.1","::1","east:2200"]', 7);
    insert.run('rack1', 'ce1-rack1', '[]', null);
    before.close();
    const after = openDatabase(join(folder, 'before.db'));
    try {
      expect(targetStore(after).list()).toEqual([
        {
          ...plainTarget('rack4', 'alice@ce1-rack4', ['ops@east', 'inner:22', '10.0.0.1', '::1', 'east:2200']),
          lastUsedAt: 7,
        },
        { ...plainTarget('rack1', 'ce1-rack1', []), lastUsedAt: null },
      ]);
    } finally {
      after.close();
    }
  });

  it('takes a name that is SQL for what it is: a name', () => {
    const store = targetStore(database);
    const name = `'); DROP TABLE targets; --`;
    store.add(plainTarget(name, 'd', []));
    expect(store.get(name)?.device).toBe('d');
  });
});

describe('settings', () => {
  const file = () => join(folder, 'settings.json');

  it('have defaults, which the file overrides, which the user overrides', async () => {
    expect(openSettings(database, file()).get('reconcile.everyMinutes')).toEqual({ value: 240, source: 'default' });
    await writeFile(file(), JSON.stringify({ 'reconcile.everyMinutes': 0.05, entra: { tenant: 't' } }));
    const settings = openSettings(database, file());
    expect(settings.get('reconcile.everyMinutes')).toEqual({ value: 0.05, source: 'file' });
    expect(settings.get('entra')).toEqual({ value: { tenant: 't' }, source: 'file' });
    settings.set('reconcile.everyMinutes', 60);
    expect(settings.get('reconcile.everyMinutes')).toEqual({ value: 60, source: 'user' });
    settings.reset('reconcile.everyMinutes');
    expect(settings.get('reconcile.everyMinutes').source).toBe('file');
    expect(settings.problems()).toEqual([]);
  });

  it('report a bad value and use the next source', async () => {
    await writeFile(
      file(),
      JSON.stringify({ 'reconcile.everyMinutes': 'often', 'connect.defaultJump': 'alice@jump', typo: 1 }),
    );
    const settings = openSettings(database, file());
    transaction(database, () => database.sqlite.exec(`INSERT INTO settings VALUES ('connect.defaultJump', '17')`));
    expect(settings.get('reconcile.everyMinutes')).toEqual({ value: 240, source: 'default' });
    expect(settings.get('connect.defaultJump')).toEqual({ value: 'alice@jump', source: 'file' });
    expect(settings.problems().map(({ source, what }) => [source, what])).toEqual([
      ['file', 'typo'],
      ['user', 'connect.defaultJump'],
      ['file', 'reconcile.everyMinutes'],
    ]);
    expect(JSON.stringify(settings.problems())).not.toContain('often');
  });

  it.each(['{', '[]', '"x"', 'null'])('with the file holding %s are the defaults, and say so', async (text) => {
    await writeFile(file(), text);
    const settings = openSettings(database, file());
    expect(settings.get('connect.defaultJump')).toEqual({ value: null, source: 'default' });
    expect(settings.problems()).toMatchObject([{ source: 'file', what: file() }]);
  });

  it.skipIf(process.platform === 'win32')('come from no file that others may write to', () => {
    writeFileSync(file(), JSON.stringify({ 'reconcile.everyMinutes': 5 }), { mode: 0o600 });
    expect(openSettings(database, file()).get('reconcile.everyMinutes').value).toBe(5);
    chmodSync(file(), 0o666);
    const settings = openSettings(database, file());
    expect(settings.get('reconcile.everyMinutes').value).toBe(240);
    expect(settings.problems()).toEqual([expect.objectContaining({ why: expect.stringContaining('chmod 600') })]);
  });

  it('leave ~/ to whoever knows whose home it is', () => {
    const settings = openSettings(database, file());
    expect(settings.get('ssh.keyFile').value).toBe('~/.ssh/id_ed25519_sk');
    settings.set('ssh.keyFile', '~/.ssh/other');
    expect(settings.get('ssh.keyFile')).toEqual({ value: '~/.ssh/other', source: 'user' });
  });

  it('refuse to store a bad value', () => {
    const settings = openSettings(database, file());
    expect(() => settings.set('reconcile.everyMinutes', -1)).toThrow();
    expect(settings.get('reconcile.everyMinutes').source).toBe('default');
  });
});
