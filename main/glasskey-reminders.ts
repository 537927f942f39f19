/** Reminders, composed for glasskey.ts: what there is now and to come, what its owner answers to it, and what was done. */
import { asGlasskeyError, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { shellWord } from './connect/shell-word.ts';
import { type RemindersWorld, remindersNow } from './glasskey-reminder-facts.ts';
import { dismiss, restore, snooze } from './reminders/answer.ts';
import { isAnswered } from './reminders/delivery.ts';
import { DAY_MS } from './reminders/facts.ts';
import { dueAt, type Reminder, rankOf, type Severity, type Stage, stageAt } from './reminders/reminder.ts';
import { type Said, saidAgain } from './reminders/said.ts';
import { type ReminderStore, reminderStore, type StoredAnswer } from './storage/reminder-store.ts';

/** A reminder that holds now. */
export interface ListedReminder extends Reminder {
  readonly severity: Severity;
  /** When it should be done. */
  readonly dueAt: number;
  /** The remedy's command as a shell takes it. */
  readonly commandLine: string;
  /** Its owner wants to hear of it again at this time. */
  readonly snoozedUntil: number | undefined;
  /** Its owner wants to hear no more of it, unless it becomes more pressing or what causes it changes. */
  readonly dismissed: { readonly at: number; readonly because: string } | undefined;
}

/** A stage that is yet to come. */
export interface ComingStage extends Stage {
  readonly reminder: Reminder;
  readonly commandLine: string;
}

/** One whose cause is gone. */
export interface DoneReminder {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  /** Undefined of one whose text a later Glasskey has no more. */
  readonly title: Said | undefined;
  readonly endedAt: number;
}

export interface RemindersReport {
  readonly now: number;
  /** The weightiest first, and of those the one that has been for longest; what was snoozed or dismissed at the end. */
  readonly open: readonly ListedReminder[];
  /** What comes within the next 120 days, in its order. */
  readonly coming: readonly ComingStage[];
  /** What was done, newest first. */
  readonly done: readonly DoneReminder[];
}

const COMING_MS = 120 * DAY_MS;
const MOST_DONE = 50;
const LONGEST_SNOOZE_MS = 366 * DAY_MS;
const LONGEST_REASON = 500;

export function remindersReport(world: RemindersWorld, now: number): RemindersReport {
  const all = remindersNow(world, now);
  const store = reminderStore(world.database);
  noteSeen(store, all, now);
  const open = openReminders(all, store.answers(), now);
  const coming = all.flatMap((one) =>
    one.stages
      .filter(({ at }) => at > now && at <= now + COMING_MS)
      .map((stage): ComingStage => ({ ...stage, reminder: one, commandLine: commandLineOf(one) })),
  );
  const done = store.ended(MOST_DONE).map(({ id, rule, subject, title, endedAt }): DoneReminder => {
    return { id, rule, subject, title: saidAgain(title), endedAt };
  });
  return { now, open, coming: coming.toSorted((a, b) => a.at - b.at), done };
}

/** Those that hold at `now`, in the order of `RemindersReport.open`. */
export function openReminders(
  all: readonly Reminder[],
  answers: readonly StoredAnswer[],
  now: number,
): readonly ListedReminder[] {
  const answerOf = new Map(answers.map((one) => [one.id, one]));
  const open = all.flatMap((one): readonly ListedReminder[] => {
    const stage = stageAt(one, now);
    return stage === undefined ? [] : [listed(one, stage, answerOf.get(one.id), now)];
  });
  const isAside = ({ snoozedUntil, dismissed }: ListedReminder) =>
    Number(snoozedUntil !== undefined || dismissed !== undefined);
  return open.toSorted(
    (a, b) => isAside(a) - isAside(b) || rankOf(b.severity) - rankOf(a.severity) || a.dueAt - b.dueAt,
  );
}

/** Notes which there are, so that what was done can be told later. Where another process writes now, the next look does it. */
export function noteSeen(store: ReminderStore, all: readonly Reminder[], now: number): void {
  const open = all
    .filter((one) => stageAt(one, now) !== undefined)
    .map(({ id, since, rule, subject, title }) => ({ id, since, rule, subject, title }));
  try {
    store.noteSeen(open, all, now);
  } catch (error) {
    if (asGlasskeyError(error).code !== 'DATABASE_BUSY') throw error;
  }
}

/** Throws `REMINDER_UNKNOWN`, and `REMINDER_TIME_INVALID` for a time that is past, or more than a year ahead. */
export function snoozeReminder(world: RemindersWorld, id: string, until: number, now: number): ListedReminder {
  if (!(until > now && until <= now + LONGEST_SNOOZE_MS)) {
    throw new GlasskeyError({
      code: 'REMINDER_TIME_INVALID',
      message: 'A reminder is put off to a time that is yet to come, a year at most.',
      remedy: 'Give a time such as 4h, 3d or 2w.',
    });
  }
  return answered(world, id, now, (asked) => snooze(asked, until));
}

/** Throws `REMINDER_UNKNOWN`, and `REMINDER_REASON_INVALID`: a reason is a line of text. */
export function dismissReminder(world: RemindersWorld, id: string, because: string, now: number): ListedReminder {
  const reason = because.trim();
  if (reason === '' || reason.length > LONGEST_REASON || /\p{Cc}/u.test(reason)) {
    throw new GlasskeyError({
      code: 'REMINDER_REASON_INVALID',
      message: 'A reminder is dismissed with a reason, in one line of text.',
      remedy: `Say in at most ${LONGEST_REASON} characters why it needs nothing.`,
    });
  }
  return answered(world, id, now, (asked) => dismiss(asked, reason));
}

/** Takes a snooze or a dismissal back. Throws `REMINDER_UNKNOWN`. */
export function restoreReminder(world: RemindersWorld, id: string, now: number): ListedReminder {
  return answered(world, id, now, restore);
}

function answered(
  world: RemindersWorld,
  id: string,
  now: number,
  answerTo: (asked: Parameters<typeof restore>[0]) => StoredAnswer,
): ListedReminder {
  const store = reminderStore(world.database);
  const reminder = remindersNow(world, now).find((one) => one.id === id);
  const stage = reminder && stageAt(reminder, now);
  if (reminder === undefined || stage === undefined) throw unknown();
  const before = store.answers().find((one) => one.id === id && one.since === reminder.since);
  const answer = answerTo({ reminder, stage, before, now });
  store.answer(answer);
  return listed(reminder, stage, answer, now);
}

function unknown(): GlasskeyError {
  return new GlasskeyError({
    code: 'REMINDER_UNKNOWN',
    message: 'There is no such reminder now.',
    remedy: 'It may be done already: glasskey reminders lists those that there are.',
  });
}

function listed(reminder: Reminder, stage: Stage, given: StoredAnswer | undefined, now: number): ListedReminder {
  const answer = given?.since === reminder.since && isAnswered(given, stage, now) ? given : undefined;
  return {
    ...reminder,
    severity: stage.severity,
    dueAt: dueAt(reminder),
    commandLine: commandLineOf(reminder),
    snoozedUntil: answer?.kind === 'snoozed' ? answer.until : undefined,
    dismissed: answer?.kind === 'dismissed' ? { at: answer.at, because: answer.because } : undefined,
  };
}

export function commandLineOf({ remedy }: Reminder): string {
  return remedy.command.map(shellWord).join(' ');
}
