/** Telling reminders, composed for glasskey.ts: one look for a check that ends again, and the schedule of the app that stays. */
import { existsSync } from 'node:fs';
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Clock } from '../time/clock.ts';
import { type RemindersWorld, remindersNow } from './glasskey-reminder-facts.ts';
import { type ListedReminder, noteSeen, openReminders } from './glasskey-reminders.ts';
import { localOffset, type QuietHours, quietHours } from './reminders/quiet-hours.ts';
import { startSchedule } from './reminders/schedule.ts';
import { tell } from './reminders/telling.ts';
import { databaseVersion } from './storage/database.ts';
import { reminderStore } from './storage/reminder-store.ts';

/** One notification. */
export interface ReminderNotice {
  /** To be told even to somebody who wants quiet. */
  readonly critical: boolean;
  /** One at least. */
  readonly reminders: readonly ListedReminder[];
}

/** Gives it to the person. Where it rejects, it was not given, and is told again later. */
export type NotifyReminders = (notice: ReminderNotice) => Promise<void> | void;

export interface RemindersPeople {
  readonly notify: NotifyReminders;
  /** What `reminders` would list is not what it was. */
  changed(): void;
}

export interface RemindersRunning {
  /** Looks now: after a resume, an unlock, a change of clock or zone that the system tells of. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface TellingWorld extends RemindersWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly homeFolder: string;
  /** The zone of this computer unless given. */
  readonly offsetAt?: QuietHours['offsetAt'];
}

/** Keeps the calendar file of the settings current, where there is one. A file that cannot be written holds no telling up. */
export async function keepCalendar(world: TellingWorld): Promise<void> {
  if (world.settings.get('reminders.calendarFile').value === null) return;
  const { calendarFile, writeCalendar } = await import('./glasskey-reminder-calendar.ts');
  const file = calendarFile(world, world.homeFolder);
  if (file === undefined) return;
  try {
    await writeCalendar(world, file, world.clock.now(), { overwrite: false });
  } catch (error) {
    const { code, message } = asGlasskeyError(error);
    world.log('warn', 'reminders.calendar-not-written', { code, message });
  }
}

/** Tells what is to be told now, and returns when to look again at the latest; undefined: when something changes. */
export function tellDue(world: TellingWorld, by: string, notify: NotifyReminders): Promise<number | undefined> {
  const { settings, clock, log } = world;
  const now = clock.now();
  const store = reminderStore(world.database);
  const all = remindersNow(world, now);
  noteSeen(store, all, now);
  const quiet = quietHours(
    settings.get('reminders.quietFrom').value,
    settings.get('reminders.quietTo').value,
    world.offsetAt ?? localOffset,
  );
  return tell(all, now, {
    store,
    by,
    quiet,
    log,
    notify: ({ critical, reminders }) => notify({ critical, reminders: openReminders(reminders, [], now) }),
  });
}

/** After a database that was busy. */
const AGAIN_MS = 60_000;

/** Tells in time for as long as it runs, whatever the clock, the zone or the computer's sleep do (reminders/schedule.ts). */
export function startReminders(world: TellingWorld, people: RemindersPeople): RemindersRunning {
  const { clock, database, journal, log } = world;
  const by = crypto.randomUUID();
  const store = reminderStore(database);
  let keyFiles: readonly string[] = [];
  let seen = '';
  let shown: string | undefined;
  const version = () => `${databaseVersion(database)} ${keyFiles.map((file) => Number(existsSync(file))).join('')}`;
  const hasChanged = () => {
    try {
      return version() !== seen;
    } catch {
      return true; // the look meets the same, and says it
    }
  };
  const look = async (): Promise<number | undefined> => {
    try {
      keyFiles = journal.list().flatMap(({ plan }) => [plan.keyFile, `${plan.keyFile}.pub`]);
      seen = version(); // before the facts are read: what is written from now on is looked at again
      const wakeAt = await tellDue(world, by, people.notify);
      const before = shown;
      shown = lookOf(openReminders(remindersNow(world, clock.now()), store.answers(), clock.now()));
      if (before !== undefined && before !== shown) people.changed();
      await keepCalendar(world);
      return wakeAt;
    } catch (error) {
      const { code, message } = asGlasskeyError(error);
      log('warn', 'reminders.not-told', { code, message });
      return clock.now() + AGAIN_MS;
    }
  };
  const schedule = startSchedule({
    clock,
    offsetAt: world.offsetAt ?? localOffset,
    hasChanged,
    look,
  });
  return { look: schedule.lookNow, close: schedule.close };
}

/** What distinguishes one list from another. */
function lookOf(open: readonly ListedReminder[]): string {
  return JSON.stringify(
    open.map(({ id, since, severity, snoozedUntil, dismissed, sentence }) => {
      return [id, since, severity, snoozedUntil, dismissed, sentence];
    }),
  );
}
