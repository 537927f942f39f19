import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../main/storage/database.ts';
import { CLAIM_MS, type ReminderStore, reminderStore, type ToldStage } from '../../../main/storage/reminder-store.ts';

let folder: string;
let database: Database;
let store: ReminderStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-told-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  store = reminderStore(database);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const STAGE: ToldStage = { id: 'no-backup', since: 1_000.5, severity: 'soon', round: 0 };
const NOW = 1_000_000;
const claim = (by: string, now = NOW, stages: readonly ToldStage[] = [STAGE]) =>
  store.claim(by, now, (records) => ({ stages, result: records }));

describe('what is told', () => {
  it('counts as told for others while it is claimed, and for its own process once it is confirmed', () => {
    claim('app');
    expect(store.records('check', NOW).told).toEqual([STAGE]);
    expect(store.records('app', NOW).told).toEqual([]);
    store.confirm('app', [STAGE], NOW);
    expect(store.records('app', NOW).told).toEqual([{ ...STAGE, toldAt: NOW }]);
    expect(store.records('app', NOW).lastToldAt).toBe(NOW);
  });

  it('is to be told again where whoever claimed it has ended before it said a word', () => {
    claim('app');
    expect(store.records('check', NOW + CLAIM_MS - 1).told).toEqual([STAGE]);
    expect(store.records('check', NOW + CLAIM_MS).told).toEqual([]);
    // It may have been given all the same: the hour is counted from it.
    expect(store.records('check', NOW + CLAIM_MS).lastToldAt).toBe(NOW);
    claim('check', NOW + CLAIM_MS);
    store.confirm('app', [STAGE], NOW + CLAIM_MS); // too late: it is another's now
    expect(store.records('check', NOW + CLAIM_MS).told).toEqual([]);
  });

  it('is as if it had never been claimed where it could not be given', () => {
    claim('app');
    store.release('app', [STAGE]);
    expect(store.records('check', NOW)).toEqual({ told: [], answers: [], lastToldAt: undefined });
  });

  it('costs no hour where it was critical', () => {
    const critical = { ...STAGE, severity: 'critical' } as const;
    claim('app', NOW, [critical]);
    store.confirm('app', [critical], NOW);
    expect(store.records('app', NOW)).toEqual({
      told: [{ ...critical, toldAt: NOW }],
      answers: [],
      lastToldAt: undefined,
    });
  });

  it('was told now at the latest after the clock was set back', () => {
    claim('app');
    store.confirm('app', [STAGE], NOW);
    store.setBack(NOW - 500);
    expect(store.records('app', NOW - 500).lastToldAt).toBe(NOW - 500);
    store.setBack(NOW + 500);
    expect(store.records('app', NOW + 500).lastToldAt).toBe(NOW - 500);
  });
});

describe('answers', () => {
  it('that put off do so for as long as was said, also after the clock was set back', () => {
    const { round: _, ...of } = STAGE;
    store.answer({ ...of, at: NOW, round: 1, kind: 'snoozed', until: NOW + 300 });
    store.setBack(NOW + 1);
    expect(store.answers()).toMatchObject([{ at: NOW, until: NOW + 300 }]);
    store.setBack(NOW - 10_000);
    expect(store.answers()).toMatchObject([{ at: NOW - 10_000, until: NOW - 9_700 }]);
  });

  it('are kept one for each reminder, the last', () => {
    const { round: _, ...of } = STAGE;
    store.answer({ ...of, at: 1, round: 1, kind: 'snoozed', until: 50 });
    const last = { ...of, at: 2, round: 1, kind: 'dismissed', because: 'we have three' } as const;
    store.answer(last);
    expect(store.answers()).toEqual([last]);
  });
});

describe('what was done', () => {
  const seen = (id: string, since = 1) => ({
    id,
    since,
    rule: 'drill-age',
    subject: 'leaf1',
    title: { key: 'reminder.drill-age.title', values: { name: 'leaf1' } },
  });

  it('is what held once and is there no more, newest first', () => {
    store.noteSeen([seen('a'), seen('b')], [seen('a'), seen('b')], 10);
    store.noteSeen([seen('b')], [seen('b')], 20);
    store.noteSeen([seen('b', 2)], [seen('b', 2)], 30); // another occurrence of the same
    expect(store.ended(9)).toEqual([
      { ...seen('b'), endedAt: 30 },
      { ...seen('a'), endedAt: 20 },
    ]);
    expect(store.ended(1)).toHaveLength(1);
  });

  it('is not what only waits again, as after the clock was set back', () => {
    store.noteSeen([seen('a')], [seen('a')], 10);
    store.noteSeen([], [seen('a')], 5);
    expect(store.ended(9)).toEqual([]);
    store.noteSeen([seen('a')], [seen('a')], 10);
    store.noteSeen([], [], 20);
    expect(store.ended(9)).toHaveLength(1);
  });
});
