/**
 * What became of reminders: what was told, what their owner answered, and which have gone. The store knows no rule; a reminder is its
 * id, and an occurrence of it the id with the time since when its cause is there.
 */
import { z } from 'zod';
import { type Database, transaction, transactionUnlessBusy, withDatabaseErrors } from './database.ts';

const SEVERITY = z.enum(['note', 'soon', 'due', 'critical']);
type StoredSeverity = z.output<typeof SEVERITY>;

/** One stage of one occurrence, in one round: what is told once. */
export interface ToldStage {
  readonly id: string;
  readonly since: number;
  readonly severity: StoredSeverity;
  readonly round: number;
}

/** `toldAt` is absent while it is being told. */
export interface ToldRecord extends ToldStage {
  readonly toldAt?: number;
}

export type StoredAnswer = {
  readonly id: string;
  readonly since: number;
  readonly severity: StoredSeverity;
  readonly at: number;
  readonly round: number;
} & (
  | { readonly kind: 'snoozed'; readonly until: number }
  | { readonly kind: 'dismissed'; readonly because: string }
  | { readonly kind: 'restored' }
);

/** A reminder as it is remembered after its cause has gone. The title is a text's key and its values. */
export interface SeenReminder {
  readonly id: string;
  readonly since: number;
  readonly rule: string;
  readonly subject: string;
  readonly title: { readonly key: string; readonly values: Readonly<Record<string, string | number>> };
}

export interface EndedReminder extends SeenReminder {
  readonly endedAt: number;
}

export interface DeliveryRecords {
  readonly told: readonly ToldRecord[];
  readonly answers: readonly StoredAnswer[];
  /** When something that was not critical was told last. */
  readonly lastToldAt: number | undefined;
}

export interface ReminderStore {
  /**
   * To be called before the records are used: a clock that was set back has left times of what was told that are yet to come; they are
   * taken for now, so that the next hour is counted from here. What was put off since is put off for as long from here. Writes only where
   * there are such.
   */
  setBack(now: number): void;
  /** As they are for the process `by`. */
  records(by: string, now: number): DeliveryRecords;
  /**
   * Chooses and claims in one transaction, so that of two processes only one tells it: `choose` gets the records as they are then and
   * returns the stages to be told, and what `claim` returns. They count as told from now on, until `release`; where whoever claimed them has not said `confirm`
   * after two minutes, it has ended in between, and they are to be told again: a repetition is better than a loss.
   */
  claim<T>(
    by: string,
    now: number,
    choose: (records: DeliveryRecords) => { readonly stages: readonly ToldStage[]; readonly result: T },
  ): T;
  /** They were given to the person. */
  confirm(by: string, stages: readonly ToldStage[], now: number): void;
  /** They could not be given: as if they had not been claimed. */
  release(by: string, stages: readonly ToldStage[]): void;
  answers(): readonly StoredAnswer[];
  answer(answer: StoredAnswer): void;
  /**
   * Notes which occurrences hold now: new ones begin, and those that are not among `there` any more have ended. Writes nothing where
   * nothing has changed. Never waits: throws `DATABASE_BUSY` at once where another process writes.
   */
  noteSeen(open: readonly SeenReminder[], there: readonly Pick<SeenReminder, 'id' | 'since'>[], now: number): void;
  /** Newest first. */
  ended(limit: number): readonly EndedReminder[];
}

/** After this time without a word, whoever claimed is taken to have ended. A notification takes milliseconds. */
export const CLAIM_MS = 120_000;
/** Of those that have ended, so many are kept. */
const KEPT_ENDED = 500;
/** What was told of reminders that are no more goes after this time: a cause that comes back has another `since`. */
const KEPT_TOLD_MS = 400 * 86_400_000;

const json = z.string().transform((text): unknown => JSON.parse(text));
const Title = z.object({ key: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) });
const ToldRow = z
  .object({
    reminder: z.string(),
    since: z.number(),
    severity: SEVERITY,
    round: z.number(),
    told_at: z.number().nullable(),
  })
  .transform(({ reminder: id, told_at: toldAt, ...row }): ToldRecord => {
    return { id, ...row, ...(toldAt === null ? {} : { toldAt }) };
  });
const AnswerRow = z
  .object({
    reminder: z.string(),
    since: z.number(),
    severity: SEVERITY,
    at: z.number(),
    round: z.number(),
    kind: z.enum(['snoozed', 'dismissed', 'restored']),
    until: z.number().nullable(),
    because: z.string().nullable(),
  })
  .transform(({ reminder: id, kind, until, because, ...row }): StoredAnswer => {
    if (kind === 'snoozed') return { id, ...row, kind, until: until ?? 0 };
    return kind === 'dismissed' ? { id, ...row, kind, because: because ?? '' } : { id, ...row, kind };
  });
const SeenRow = z.object({ id: z.number(), reminder: z.string(), since: z.number() });
const EndedRow = z
  .object({
    reminder: z.string(),
    since: z.number(),
    rule: z.string(),
    subject: z.string(),
    title: json.pipe(Title),
    ended_at: z.number(),
  })
  .transform(({ reminder: id, ended_at: endedAt, ...row }): EndedReminder => ({ id, endedAt, ...row }));
const Last = z.object({ at: z.number().nullable() });

const CLAIM = `INSERT INTO reminders_told (reminder, since, severity, round, claimed_by, claimed_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET claimed_by = excluded.claimed_by, claimed_at = excluded.claimed_at, told_at = NULL`;
const OF_STAGE = 'reminder = ? AND since = ? AND severity = ? AND round = ? AND claimed_by = ?';
/** What was told of a cause that is still there is never forgotten. */
const FORGET = `DELETE FROM reminders_told WHERE claimed_at < ? AND NOT EXISTS (SELECT 1 FROM reminders_seen
  WHERE reminders_seen.reminder = reminders_told.reminder AND reminders_seen.since = reminders_told.since AND ended_at IS NULL)`;
const ANSWER = `INSERT INTO reminder_answers (reminder, since, severity, at, round, kind, until, because)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET since = excluded.since, severity = excluded.severity, at = excluded.at, round = excluded.round,
    kind = excluded.kind, until = excluded.until, because = excluded.because`;

export function reminderStore(database: Database): ReminderStore {
  const { sqlite } = database;
  const read = <T>(work: () => T) => withDatabaseErrors(database.file, work);
  // What is asked at each look is compiled once: a store lives as long as its process tells.
  const compiled = new Map<string, ReturnType<typeof sqlite.prepare>>();
  const query = (sql: string) => {
    const statement = compiled.get(sql) ?? sqlite.prepare(sql);
    compiled.set(sql, statement);
    return statement;
  };
  const answers = () => AnswerRow.array().parse(query('SELECT * FROM reminder_answers').all());

  const records = (by: string, now: number): DeliveryRecords => {
    const told = query(
      'SELECT reminder, since, severity, round, told_at FROM reminders_told WHERE told_at IS NOT NULL OR (claimed_by <> ? AND claimed_at > ?)',
    ).all(by, now - CLAIM_MS);
    const last = query(
      `SELECT max(claimed_at) AS at FROM reminders_told
        WHERE severity <> 'critical' AND (told_at IS NOT NULL OR claimed_by <> ?)`,
    ).get(by);
    return {
      told: ToldRow.array().parse(told),
      answers: answers(),
      lastToldAt: Last.parse(last).at ?? undefined,
    };
  };

  return {
    setBack(now) {
      const isLater = () =>
        query('SELECT 1 FROM reminders_told WHERE claimed_at > ? LIMIT 1').get(now) ??
        query("SELECT 1 FROM reminder_answers WHERE kind = 'snoozed' AND at > ? LIMIT 1").get(now);
      if (read(isLater) === undefined) return;
      transaction(database, () => {
        sqlite.prepare('UPDATE reminders_told SET claimed_at = ? WHERE claimed_at > ?').run(now, now);
        sqlite
          .prepare("UPDATE reminder_answers SET until = until - (at - ?), at = ? WHERE kind = 'snoozed' AND at > ?")
          .run(now, now, now);
      });
    },
    records: (by, now) => read(() => records(by, now)),
    claim: (by, now, choose) =>
      transaction(database, () => {
        const { stages, result } = choose(records(by, now));
        const claim = sqlite.prepare(CLAIM);
        for (const { id, since, severity, round } of stages) claim.run(id, since, severity, round, by, now);
        return result;
      }),
    confirm: (by, stages, now) =>
      transaction(database, () => {
        const confirm = sqlite.prepare(`UPDATE reminders_told SET told_at = ? WHERE ${OF_STAGE}`);
        for (const { id, since, severity, round } of stages) confirm.run(now, id, since, severity, round, by);
        sqlite.prepare(FORGET).run(now - KEPT_TOLD_MS);
      }),
    release: (by, stages) =>
      transaction(database, () => {
        const release = sqlite.prepare(`DELETE FROM reminders_told WHERE ${OF_STAGE}`);
        for (const { id, since, severity, round } of stages) release.run(id, since, severity, round, by);
      }),
    answers: () => read(answers),
    answer: (given) =>
      transaction(database, () => {
        const { id, since, severity, at, round, kind } = given;
        const until = kind === 'snoozed' ? given.until : null;
        const because = kind === 'dismissed' ? given.because : null;
        sqlite.prepare(ANSWER).run(id, since, severity, at, round, kind, until, because);
      }),
    noteSeen(open, all, now) {
      const seen = read(() =>
        SeenRow.array().parse(query('SELECT id, reminder, since FROM reminders_seen WHERE ended_at IS NULL').all()),
      );
      const keyOf = (id: string, since: number) => JSON.stringify([id, since]);
      const known = new Set(seen.map(({ reminder, since }) => keyOf(reminder, since)));
      const there = new Set(all.map(({ id, since }) => keyOf(id, since)));
      const begun = open.filter(({ id, since }) => !known.has(keyOf(id, since)));
      const ended = seen.filter(({ reminder, since }) => !there.has(keyOf(reminder, since)));
      if (begun.length === 0 && ended.length === 0) return;
      transactionUnlessBusy(database, () => {
        const end = sqlite.prepare('UPDATE reminders_seen SET ended_at = ? WHERE id = ? AND ended_at IS NULL');
        for (const { id } of ended) end.run(now, id);
        // Another process may have noted it meanwhile.
        const begin = sqlite.prepare(`INSERT INTO reminders_seen (reminder, since, rule, subject, title, begun_at)
          SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS
            (SELECT 1 FROM reminders_seen WHERE reminder = ? AND since = ? AND ended_at IS NULL)`);
        for (const { id, since, rule, subject, title } of begun) {
          begin.run(id, since, rule, subject, JSON.stringify(title), now, id, since);
        }
        sqlite
          .prepare(
            `DELETE FROM reminders_seen WHERE ended_at IS NOT NULL AND id NOT IN
              (SELECT id FROM reminders_seen WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT ?)`,
          )
          .run(KEPT_ENDED);
      });
    },
    ended: (limit) =>
      read(() =>
        EndedRow.array().parse(
          sqlite
            .prepare('SELECT * FROM reminders_seen WHERE ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT ?')
            .all(limit),
        ),
      ),
  };
}
