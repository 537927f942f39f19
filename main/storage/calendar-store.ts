/** The calendar of reminders as it was written last: only so can what has changed be told from what is new. */
import { z } from 'zod';
import { type Database, transaction, withDatabaseErrors } from './database.ts';

export interface StoredCalendarEntry {
  readonly id: string;
  readonly uid: string;
  readonly sequence: number;
  readonly changedAt: number;
  readonly isCancelled: boolean;
  readonly start: number;
  readonly summary: string;
  readonly description: string;
  readonly alarms: readonly number[];
}

export interface CalendarStore {
  list(): readonly StoredCalendarEntry[];
  /** Puts what `change` makes of the entries in their place, in one transaction; nothing is written where it returns the same ones. */
  update(
    change: (before: readonly StoredCalendarEntry[]) => readonly StoredCalendarEntry[],
  ): readonly StoredCalendarEntry[];
}

const Row = z
  .object({
    reminder: z.string(),
    uid: z.string(),
    sequence: z.number(),
    changed_at: z.number(),
    is_cancelled: z.number(),
    start: z.number(),
    summary: z.string(),
    description: z.string(),
    alarms: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.array(z.number())),
  })
  .transform(({ reminder: id, changed_at: changedAt, is_cancelled, ...row }): StoredCalendarEntry => {
    return { id, changedAt, isCancelled: is_cancelled !== 0, ...row };
  });

const INSERT = `INSERT INTO reminder_calendar
  (reminder, uid, sequence, changed_at, is_cancelled, start, summary, description, alarms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function calendarStore(database: Database): CalendarStore {
  const { sqlite } = database;
  const list = () => Row.array().parse(sqlite.prepare('SELECT * FROM reminder_calendar ORDER BY id').all());
  return {
    list: () => withDatabaseErrors(database.file, list),
    update: (change) =>
      transaction(database, () => {
        const before = list();
        const after = change(before);
        if (after.length === before.length && after.every((one, at) => one === before[at])) return after;
        sqlite.exec('DELETE FROM reminder_calendar');
        const insert = sqlite.prepare(INSERT);
        for (const one of after) {
          const { id, uid, sequence, changedAt, isCancelled, start, summary, description, alarms } = one;
          const row = [id, uid, sequence, changedAt, Number(isCancelled), start, summary, description];
          insert.run(...row, JSON.stringify(alarms));
        }
        return after;
      }),
  };
}
