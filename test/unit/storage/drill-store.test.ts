import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastProvenOf } from '../../../main/glasskey-last-proven.ts';
import { type Database, openDatabase } from '../../../main/storage/database.ts';
import { type DrillRecord, drillStore } from '../../../main/storage/drill-store.ts';
import { plainTarget, targetStore } from '../../../main/storage/target-store.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-drills-'));
  database = openDatabase(join(folder, 'glasskey.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const passed = (target: string, at: number, device = 'alice@leaf1'): Omit<DrillRecord, 'id'> => ({
  target,
  device,
  way: { kind: 'jump', hops: ['ops@jump', device] },
  at,
  verdict: 'passed',
  steps: [
    { step: 'key', state: 'passed', ms: 3 },
    { step: 'reach', hop: 'ops@jump', state: 'failed', ms: 4, code: 'X', message: 'No.', remedy: 'Do.' },
  ],
});

describe('the drills', () => {
  it('come back as they were noted, newest first, of one target or of all', () => {
    const store = drillStore(database);
    const [first, second] = [store.add(passed('leaf1', 100)), store.add(passed('leaf2', 200))];
    expect(store.list()).toEqual([second, first]);
    expect(store.list('leaf1')).toEqual([first]);
  });

  it('follow their target to another name, and go with it', () => {
    const [targets, store] = [targetStore(database), drillStore(database)];
    const target = plainTarget('leaf1', 'alice@leaf1', []);
    targets.add(target);
    store.add(passed('leaf1', 100));
    targets.change([{ kind: 'replace', name: 'leaf1', target: { ...target, name: 'leaf9' } }]);
    expect(store.list('leaf9')).toHaveLength(1);
    targets.change([{ kind: 'remove', name: 'leaf9' }]);
    expect(store.list()).toEqual([]);
  });
});

describe('when a target was last proven', () => {
  const target = (name: string, lastUsedAt: number | null, device = 'alice@leaf1') => {
    return { ...plainTarget(name, device, []), lastUsedAt };
  };
  const proven = (targets: Parameters<typeof lastProvenOf>[0]) => {
    const store = drillStore(database);
    store.add(passed('leaf1', 100));
    store.add({ ...passed('leaf1', 300), verdict: 'failed' });
    return Object.fromEntries(lastProvenOf(targets, store.lastPassed()));
  };

  it('is the last drill that passed or the last login, whichever is later', () => {
    expect(proven([target('leaf1', 50), target('leaf2', 70)])).toEqual({
      leaf1: { at: 100, by: 'drill' },
      leaf2: { at: 70, by: 'login' },
    });
  });

  it('is the newest of several drills that passed', () => {
    const store = drillStore(database);
    for (const at of [100, 400, 200]) store.add(passed('leaf1', at));
    expect(store.lastPassed()).toMatchObject([{ target: 'leaf1', at: 200 }]);
    expect(store.last()).toEqual(store.list()[0]);
  });

  it('is not what a drill said of the device that had the name before', () => {
    expect(proven([target('leaf1', null, 'alice@other')])).toEqual({});
  });
});
