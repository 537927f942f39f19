import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AgentRequestRecord,
  agentActivityStore,
  MOST_AGENT_REQUESTS,
} from '../../../main/storage/agent-activity-store.ts';
import { type Database, openDatabase } from '../../../main/storage/database.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-activity-'));
  database = openDatabase(join(folder, 'glasskey.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = (at: number): Omit<AgentRequestRecord, 'id'> => ({
  at,
  endedAt: at + 5,
  agent: 'app',
  key: 'SHA256:key',
  purpose: { kind: 'login', user: 'alice', hostName: 'leaf1', hostKeyFingerprint: 'SHA256:host' },
  through: [{ name: 'jump', fingerprint: 'SHA256:jump' }],
  client: { program: 'ssh', starter: 'git', place: 'bash', pid: 7 },
  decision: 'signed',
  reason: undefined,
  asked: true,
});

describe('the record of what agents were asked', () => {
  it('comes back as it was noted, newest first', () => {
    const store = agentActivityStore(database);
    const refused = {
      ...record(2),
      key: undefined,
      purpose: { kind: 'other' },
      through: [],
      client: {},
      decision: 'refused',
      reason: 'data.unrecognized',
      asked: false,
    } as const;
    store.add([record(1), refused]);
    expect(store.list()).toEqual([
      { id: 2, ...refused },
      { id: 1, ...record(1) },
    ]);
    expect(store.list(1).map(({ id }) => id)).toEqual([2]);
  });

  it('keeps the last thousand', () => {
    const store = agentActivityStore(database);
    store.add(Array.from({ length: MOST_AGENT_REQUESTS }, (_, at) => record(at)));
    store.add([record(5000), record(5001)]);
    const kept = store.list();
    expect(kept).toHaveLength(MOST_AGENT_REQUESTS);
    expect([kept[0]?.at, kept.at(-1)?.at]).toEqual([5001, 2]);
  });

  it('does not wait for another process that writes, and other writes still do', () => {
    const other = openDatabase(join(folder, 'glasskey.db'));
    other.sqlite.exec('BEGIN IMMEDIATE');
    const before = performance.now();
    expect(() => agentActivityStore(database).add([record(1)])).toThrow(
      expect.objectContaining({ code: 'DATABASE_BUSY' }),
    );
    expect(performance.now() - before).toBeLessThan(2_000);
    other.sqlite.exec('ROLLBACK');
    other.close();
    expect(database.sqlite.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 5000 });
    agentActivityStore(database).add([record(1)]);
    expect(agentActivityStore(database).list()).toHaveLength(1);
  });
});
