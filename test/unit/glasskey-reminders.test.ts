import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storedJournal } from '../../main/enrollment/stored-journal.ts';
import { type RemindersWorld, remindersReport } from '../../main/glasskey-reminders.ts';
import { DAY_MS } from '../../main/reminders/facts.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import { published } from './enrollment/sample-enrollment.ts';

const BEGIN = Date.UTC(2026, 8, 1);
const RECONCILED = BEGIN + 4 * 3_600_000;

let folder: string;
let database: Database;
let world: RemindersWorld;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-reminders-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  const journal = storedJournal(database, { now: () => BEGIN, after: () => () => {} });
  world = { database, journal, settings: openSettings(database, join(folder, 'settings.json')) };
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A key that was made and published at the beginning. */
function enroll(): string {
  const enrollment = published(BEGIN, BEGIN);
  world.journal.save(enrollment);
  return enrollment.id;
}

const openRules = (now: number) => remindersReport(world, now).open.map(({ rule, severity }) => `${rule} ${severity}`);

describe('the reminders', () => {
  it('are none on a computer where nothing was enrolled', () => {
    targetStore(database).add(plainTarget('leaf1', 'alice@leaf1', []));
    expect(remindersReport(world, BEGIN)).toEqual({ now: BEGIN, open: [], coming: [], done: [] });
  });

  it('come with the devices’ reconciliation, the weightiest first, and go with the proof', () => {
    const id = enroll();
    expect(openRules(RECONCILED - 1)).toEqual(['no-backup note']);
    expect(openRules(RECONCILED)).toEqual(['unproven due', 'no-backup note']);
    world.journal.prove(id, { at: RECONCILED + 1, device: 'alice@leaf1', by: 'drill' });
    expect(openRules(RECONCILED + 2)).toEqual(['no-backup note']);
  });

  it('go by the ages and the reconciliation of the settings', () => {
    enroll();
    world.settings.set('reminders.credentialAgeDays', 10);
    world.settings.set('reconcile.everyMinutes', 60);
    expect(openRules(BEGIN + 3_600_000)).toContain('unproven due');
    expect(openRules(BEGIN + 10 * DAY_MS)).toContain('credential-age due');
  });

  it('name the remedy as a shell takes it, and what comes in 120 days', () => {
    targetStore(database).add(plainTarget('leaf 1', 'alice@leaf1', []));
    enroll();
    const { open, coming } = remindersReport(world, RECONCILED);
    expect(open[0]?.commandLine).toBe("glasskey drill 'leaf 1'");
    expect(coming.map(({ reminder, severity, at }) => [reminder.rule, severity, (at - BEGIN) / DAY_MS])).toEqual([
      ['no-backup', 'soon', 7],
      ['unproven', 'critical', expect.closeTo(14.17, 1)],
      ['drill-age', 'soon', expect.closeTo(25.17, 1)],
      ['no-backup', 'due', 30],
      ['drill-age', 'due', expect.closeTo(30.17, 1)],
      ['credential-age', 'soon', 76],
      ['credential-age', 'due', 90],
    ]);
  });
});
