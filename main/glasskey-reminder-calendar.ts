/** The calendar of reminders, composed for glasskey.ts: as text, as a file, and as a file that is kept current. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { type RemindersWorld, remindersNow } from './glasskey-reminder-facts.ts';
import { commandLineOf, openReminders } from './glasskey-reminders.ts';
import {
  type CalendarContent,
  calendarContent,
  formatCalendar,
  isGlasskeyCalendar,
  updateCalendar,
} from './reminders/calendar.ts';
import { calendarStore } from './storage/calendar-store.ts';
import { reminderStore } from './storage/reminder-store.ts';
import { writeWholeFile } from './storage/whole-file.ts';
import { textsFor } from './texts/texts.ts';

/** All reminders that are due or to come as iCalendar text; those that were dismissed are not among them. */
export function remindersCalendar(world: RemindersWorld, now: number): string {
  // The same language whoever writes it: another would be a change of each entry.
  const texts = textsFor(['en-GB']);
  const all = remindersNow(world, now);
  const answers = reminderStore(world.database).answers();
  const answerOf = new Map(answers.map((one) => [one.id, one]));
  const open = openReminders(all, answers, now);
  const dismissed = new Set(open.filter((one) => one.dismissed !== undefined).map(({ id }) => id));
  const wanted = new Map(
    all.flatMap((one): readonly (readonly [string, CalendarContent])[] => {
      const content = dismissed.has(one.id)
        ? undefined
        : calendarContent(one, commandLineOf(one), texts, answerOf.get(one.id));
      return content === undefined ? [] : [[one.id, content]];
    }),
  );
  const newUid = () => `${crypto.randomUUID()}@glasskey`;
  const entries = calendarStore(world.database).update((before) => updateCalendar(before, wanted, now, newUid));
  return formatCalendar(entries);
}

/**
 * Puts it into the file, where that says something else. A calendar of Glasskey's is replaced; any other file only with `overwrite`, else
 * throws `FILE_EXISTS`. Throws `FILE_WRITE_FAILED`.
 */
export async function writeCalendar(
  world: RemindersWorld,
  file: string,
  now: number,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const text = remindersCalendar(world, now);
  // What cannot be read is not ours.
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === text) return;
  const isOurs = before !== undefined && isGlasskeyCalendar(before);
  await writeWholeFile(file, new TextEncoder().encode(text), { mode: 0o600, overwrite: overwrite || isOurs });
}

/**
 * What keeps the file of the setting from being kept current, for whoever looks at the reminders: it is there, and is no calendar of
 * Glasskey's. Undefined: nothing that can be seen without writing it.
 */
export async function calendarFault(world: RemindersWorld, homeFolder: string): Promise<GlasskeyError | undefined> {
  const file = calendarFile(world, homeFolder);
  if (file === undefined) return undefined;
  const there = await readFile(file, 'utf8').catch(() => undefined);
  if (there === undefined || isGlasskeyCalendar(there)) return undefined;
  return new GlasskeyError({
    code: 'CALENDAR_FILE_FOREIGN',
    message: `${file} is no calendar of Glasskey’s, so it is left alone, and no calendar is kept current.`,
    remedy: 'Name another file in the setting reminders.calendarFile, or move that one away.',
    detail: { file },
  });
}

/** The file of the setting; undefined where none is kept current. */
export function calendarFile({ settings }: RemindersWorld, homeFolder: string): string | undefined {
  const path = settings.get('reminders.calendarFile').value;
  if (path === null) return undefined;
  return path.startsWith('~/') ? join(homeFolder, path.slice(2)) : path;
}
