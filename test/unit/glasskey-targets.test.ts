import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveTarget } from '../../main/glasskey-targets.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { type TargetStore, targetStore } from '../../main/storage/target-store.ts';

let folder: string;
let database: Database;
let store: TargetStore;

const LEAF = { name: 'leaf1', device: 'alice@10.0.0.7', jumps: ['ops@jump'], replaces: undefined };
const error = (code: string, detail = {}) => expect.objectContaining({ code, detail: expect.objectContaining(detail) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-targets-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  store = targetStore(database);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a target that is saved by hand', () => {
  it('is kept as connect would read it', () => {
    const saved = saveTarget(store, { ...LEAF, device: ' ssh://alice@10.0.0.7:2222/ ', jumps: ['ops@jump', ' '] });
    expect(saved).toEqual({ name: 'leaf1', device: 'alice@10.0.0.7:2222', jumps: ['ops@jump'], lastUsedAt: null });
  });

  it('never takes another one’s name', () => {
    saveTarget(store, LEAF);
    expect(() => saveTarget(store, { ...LEAF, device: 'bob@b' })).toThrow(error('TARGET_EXISTS'));
    saveTarget(store, { ...LEAF, name: 'leaf2' });
    expect(() => saveTarget(store, { ...LEAF, name: 'leaf1', replaces: 'leaf2' })).toThrow(error('TARGET_EXISTS'));
    expect(store.list()).toHaveLength(2);
  });

  it('can be renamed and changed, and remembers when it was used', () => {
    saveTarget(store, LEAF);
    store.markUsed('leaf1', 5);
    saveTarget(store, { ...LEAF, name: 'rack4', device: 'bob@b', jumps: [], replaces: 'leaf1' });
    expect(store.list()).toEqual([{ name: 'rack4', device: 'bob@b', jumps: [], lastUsedAt: 5 }]);
  });

  it('is not made anew when the one to change has gone meanwhile', () => {
    expect(() => saveTarget(store, { ...LEAF, replaces: 'gone' })).toThrow(error('TARGET_UNKNOWN'));
    expect(store.list()).toEqual([]);
  });

  it.each([
    ['its name', { name: '-x' }, 'TARGET_NAME_INVALID', {}],
    ['its device', { device: 'a b@c' }, 'TARGET_INVALID', { field: 'device' }],
    ['a jump host', { jumps: ['ok@a', '-oProxyCommand=x'] }, 'TARGET_INVALID', { field: 'jumps', index: 1 }],
    ['the number of jump hosts', { jumps: Array(9).fill('a@b') }, 'TARGET_INVALID', { field: 'jumps' }],
  ])('is refused where %s is wrong, which the error names', (_, wrong, code, detail) => {
    expect(() => saveTarget(store, { ...LEAF, ...wrong })).toThrow(error(code, detail));
    expect(store.list()).toEqual([]);
  });
});
