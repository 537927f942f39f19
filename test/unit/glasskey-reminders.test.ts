import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { storedJournal } from '../../main/enrollment/stored-journal.ts';
import type { RemindersWorld } from '../../main/glasskey-reminder-facts.ts';
import { type ReminderNotice, startReminders, tellDue } from '../../main/glasskey-reminder-telling.ts';
import { dismissReminder, remindersReport, restoreReminder, snoozeReminder } from '../../main/glasskey-reminders.ts';
import { DAY_MS } from '../../main/reminders/facts.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { observationStore } from '../../main/storage/observation-store.ts';
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

/** With its files in the folder of the test. */
function inFolder(enrollment: ReturnType<typeof published>): ReturnType<typeof published> {
  const keyFile = join(folder, 'id_ed25519_sk');
  for (const file of [keyFile, `${keyFile}.pub`]) writeFileSync(file, '');
  return { ...enrollment, attestation: { kind: 'genuine' }, plan: { ...enrollment.plan, keyFile } };
}

/** A key that was made and published at the beginning. */
function enroll(): string {
  const enrollment = inFolder(published(BEGIN, BEGIN));
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
      ['signed-out', 'note', 45],
      ['signed-out', 'soon', 75],
      ['credential-age', 'soon', 76],
      ['credential-age', 'due', 90],
      ['signed-out', 'due', 90],
    ]);
  });
});

describe('what is seen by looking', () => {
  it('is told of once it could be noted, so that it is one occurrence', () => {
    const enrollment = inFolder(published(BEGIN, BEGIN));
    world.journal.save(enrollment);
    remindersReport(world, BEGIN);
    rmSync(enrollment.plan.keyFile);
    const other = openDatabase(database.file);
    other.sqlite.exec('BEGIN IMMEDIATE');
    expect(openRules(BEGIN + 1)).toEqual(['no-backup note']);
    other.sqlite.exec('COMMIT');
    other.close();
    const since = (now: number) =>
      remindersReport(world, now).open.flatMap(({ rule, since }) => (rule === 'one-half-left' ? [since] : []));
    expect([since(BEGIN + 2), since(BEGIN + 3)]).toEqual([[BEGIN + 2], [BEGIN + 2]]);
  });

  it('while the clock was ahead is there as soon as it was set back, and not when that time comes', () => {
    enroll();
    const pin = { product: 'YubiKey 5', aaguid: '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b', triesLeft: 0 };
    observationStore(database).note('pin', 'one', { ...pin, state: 'blocked' }, BEGIN + 20 * DAY_MS);
    const blocked = (now: number) =>
      remindersReport(world, now).open.flatMap(({ rule, since }) => (rule === 'pin-tries' ? [since] : []));
    expect(blocked(BEGIN + 2 * DAY_MS)).toEqual([BEGIN + 2 * DAY_MS]);
    expect(blocked(BEGIN + 3 * DAY_MS)).toEqual([BEGIN + 2 * DAY_MS]);
  });
});

describe('an answer', () => {
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it('puts a reminder off, dismisses it with its reason, and is taken back', () => {
    enroll();
    const id = remindersReport(world, RECONCILED).open[0]?.id ?? '';
    snoozeReminder(world, id, RECONCILED + DAY_MS, RECONCILED);
    // What is put aside stands at the end.
    expect(remindersReport(world, RECONCILED).open.map((one) => one.snoozedUntil)).toEqual([
      undefined,
      RECONCILED + DAY_MS,
    ]);
    expect(remindersReport(world, RECONCILED + DAY_MS).open[0]?.snoozedUntil).toBeUndefined();
    dismissReminder(world, id, ' a spare lies in the safe ', RECONCILED);
    expect(remindersReport(world, RECONCILED).open.at(-1)?.dismissed).toEqual({
      at: RECONCILED,
      because: 'a spare lies in the safe',
    });
    expect(restoreReminder(world, id, RECONCILED).dismissed).toBeUndefined();
    expect(remindersReport(world, RECONCILED).open[0]?.id).toBe(id);
  });

  it('is refused for what is not there, a time that is past and a reason that says nothing', () => {
    enroll();
    expect(() => snoozeReminder(world, 'no-such', RECONCILED + 1, RECONCILED)).toThrow(code('REMINDER_UNKNOWN'));
    expect(() => snoozeReminder(world, 'no-backup', RECONCILED, RECONCILED)).toThrow(code('REMINDER_TIME_INVALID'));
    expect(() => dismissReminder(world, 'no-backup', ' ', RECONCILED)).toThrow(code('REMINDER_REASON_INVALID'));
    expect(() => dismissReminder(world, 'no-backup', 'a\nb', RECONCILED)).toThrow(code('REMINDER_REASON_INVALID'));
  });
});

describe('what was done', () => {
  it('is listed once the fact itself has done it', () => {
    const id = enroll();
    remindersReport(world, RECONCILED);
    world.journal.prove(id, { at: RECONCILED + 1, device: 'alice@leaf1', by: 'drill' });
    expect(remindersReport(world, RECONCILED + 2).done).toMatchObject([
      { rule: 'unproven', endedAt: RECONCILED + 2, title: { key: 'reminder.unproven.title' } },
    ]);
  });
});

describe('telling', () => {
  /** A clock that is turned on by hand. */
  function turnedClock(begin: number) {
    let now = begin;
    let timers: { at: number; run: () => void }[] = [];
    return {
      now: () => now,
      after(ms: number, run: () => void) {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
      turn(to: number) {
        now = to;
        const due = timers.filter(({ at }) => at <= now);
        timers = timers.filter(({ at }) => at > now);
        for (const { run } of due) run();
      },
    };
  }
  const turns = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };

  it('tells what is due once, whichever process asks', async () => {
    enroll();
    const told: ReminderNotice[] = [];
    const telling = {
      ...world,
      clock: { now: () => RECONCILED, after: () => () => {} },
      log: silentLog,
      homeFolder: folder,
    };
    await tellDue(telling, 'app', (notice) => void told.push(notice));
    await tellDue(telling, 'check', (notice) => void told.push(notice));
    expect(told.map(({ critical, reminders }) => [critical, reminders.map(({ commandLine }) => commandLine)])).toEqual([
      [false, ['glasskey drill']],
    ]);
  });

  it('goes on by itself: tells in time, says what changed, and tells nothing once it is closed', async () => {
    const clock = turnedClock(BEGIN);
    const told: string[] = [];
    let changes = 0;
    const running = startReminders(
      { ...world, clock, log: silentLog, homeFolder: folder },
      {
        notify: ({ reminders }) => void told.push(...reminders.map(({ rule }) => rule)),
        changed: () => {
          changes += 1;
        },
      },
    );
    await turns();
    const id = enroll();
    clock.turn(BEGIN + 60_000);
    await turns();
    expect([told, changes]).toEqual([[], 1]); // a backup is missing: a note
    clock.turn(RECONCILED);
    await turns();
    expect([told, changes]).toEqual([['unproven'], 2]);
    world.journal.prove(id, { at: RECONCILED + 1, device: 'alice@leaf1', by: 'drill' });
    await running.look();
    expect(changes).toBe(3);
    await running.close();
    clock.turn(RECONCILED + 60 * DAY_MS);
    await turns();
    expect(told).toEqual(['unproven']);
  });

  it('keeps the calendar file of the settings current', async () => {
    const file = join(folder, 'glasskey.ics');
    world.settings.set('reminders.calendarFile', file);
    const clock = turnedClock(BEGIN);
    const people = { notify: () => {}, changed: () => {} };
    const running = startReminders({ ...world, clock, log: silentLog, homeFolder: folder }, people);
    await running.look();
    expect(readFileSync(file, 'utf8')).not.toContain('BEGIN:VEVENT');
    const id = enroll();
    await running.look();
    expect(readFileSync(file, 'utf8')).toMatch(/SUMMARY:Prove the key id_ed25519_sk\r\n/);
    world.journal.prove(id, { at: RECONCILED + 1, device: 'alice@leaf1', by: 'drill' });
    await running.look();
    expect(readFileSync(file, 'utf8').match(/STATUS:CANCELLED/g)).toHaveLength(1);
    await running.close();
  });

  it('leaves a file alone that is no calendar of Glasskey’s, says so in the log, and goes on', async () => {
    const file = join(folder, 'thesis.txt');
    writeFileSync(file, 'my thesis');
    world.settings.set('reminders.calendarFile', file);
    enroll();
    const logged: string[] = [];
    const told: string[] = [];
    const running = startReminders(
      { ...world, clock: turnedClock(RECONCILED), log: (_level, event) => logged.push(event), homeFolder: folder },
      { notify: ({ reminders }) => void told.push(...reminders.map(({ rule }) => rule)), changed: () => {} },
    );
    await running.look();
    await running.close();
    expect(readFileSync(file, 'utf8')).toBe('my thesis');
    expect(logged).toContain('reminders.calendar-not-written');
    expect(told).toEqual(['unproven']);
  });

  it('goes on where the database cannot be read for a while: it is said in the log, and looked again', async () => {
    enroll();
    const clock = turnedClock(BEGIN);
    const told: string[] = [];
    const logged: string[] = [];
    const { sqlite, file, close } = database;
    let isReadable = true;
    const broken: Database = {
      file,
      close,
      get sqlite() {
        if (!isReadable) throw new Error('disk I/O error');
        return sqlite;
      },
    };
    const running = startReminders(
      {
        ...world,
        database: broken,
        clock,
        log: (_level, event) => void logged.push(event),
        homeFolder: folder,
      },
      { notify: ({ reminders }) => void told.push(...reminders.map(({ rule }) => rule)), changed() {} },
    );
    await turns();
    isReadable = false;
    for (const minutes of [1, 2]) {
      expect(() => clock.turn(BEGIN + minutes * 60_000)).not.toThrow();
      await turns();
    }
    expect(logged).toEqual(['reminders.not-told', 'reminders.not-told']);
    isReadable = true;
    clock.turn(RECONCILED);
    await turns();
    expect(told).toEqual(['unproven']);
    await running.close();
  });
});
