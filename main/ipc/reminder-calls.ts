/** The Reminders screen: what is due, comes and was done; answers to reminders; the calendar; the check while the app is closed. */
import type { Glasskey } from '../glasskey.ts';
import type { ListedReminder } from '../glasskey-reminders.ts';
import type { ScheduleState } from '../reminders/check-schedule.ts';
import { DAY_MS } from '../reminders/facts.ts';
import type { RemedyAction } from '../reminders/reminder.ts';
import { sayReminder } from '../reminders/said.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { CallName, CheckScheduleView, RemedyActionView, ReminderListView, ReminderView } from './contract.ts';
import { crossedError } from './crossed-error.ts';

export interface ReminderCallsWorld {
  readonly glasskey: Pick<
    Glasskey,
    | 'reminders'
    | 'calendarFault'
    | 'snoozeReminder'
    | 'dismissReminder'
    | 'restoreReminder'
    | 'remindersCalendar'
    | 'checkSchedule'
  >;
  readonly texts: Texts;
  readonly tell: Tell;
  readonly now: () => number;
  /** Asks for the place of a new file, with a name for it; undefined: declined. Whether to replace what is there was asked too. */
  readonly chooseNewFile: (name: string) => Promise<string | undefined>;
}

type ReminderCall = Extract<CallName, `reminders.${string}`>;

/** How far the picture of what comes goes. */
const COMING_DAYS = 120;
const CALENDAR_FILE = 'glasskey-reminders.ics';

export function reminderCalls(world: ReminderCallsWorld): Pick<CallHandlers, ReminderCall> {
  const { glasskey, texts, tell, now, chooseNewFile } = world;
  const answered = async (answer: Promise<unknown>) => {
    await answer;
    tell('reminders.changed', {});
    return {};
  };
  return {
    async 'reminders.list'() {
      const [{ open, coming, done, now }, fault] = await Promise.all([glasskey.reminders(), glasskey.calendarFault()]);
      return {
        open: open.map((one) => reminderView(one, texts)),
        upcoming: coming.map(({ reminder, severity, at }) => {
          return { id: reminder.id, title: sayReminder(texts, reminder.title), severity, at };
        }),
        done: done.flatMap(({ id, title, endedAt }): ReminderListView['done'] => {
          return title === undefined ? [] : [{ id, title: sayReminder(texts, title), endedAt }];
        }),
        now,
        until: now + COMING_DAYS * DAY_MS,
        ...(fault === undefined ? {} : { calendarFault: crossedError(fault, texts) }),
      };
    },
    'reminders.snooze': ({ id, days }) => answered(glasskey.snoozeReminder(id, now() + days * DAY_MS)),
    'reminders.dismiss': ({ id, because }) => answered(glasskey.dismissReminder(id, because)),
    'reminders.restore': ({ id }) => answered(glasskey.restoreReminder(id)),
    async 'reminders.export-calendar'() {
      const file = await chooseNewFile(CALENDAR_FILE);
      if (file === undefined) return {};
      // The dialog has asked whether a file that is there is replaced.
      await glasskey.remindersCalendar(file, { overwrite: true });
      return { file };
    },
    'reminders.schedule': async ({ step }) => scheduleView(await glasskey.checkSchedule(step)),
  };
}

function reminderView(reminder: ListedReminder, texts: Pick<Texts, 'say'>): ReminderView {
  const { id, severity, title, sentence, dueAt, remedy, snoozedUntil, dismissed } = reminder;
  return {
    id,
    severity,
    title: sayReminder(texts, title),
    sentence: sayReminder(texts, sentence),
    dueAt,
    remedy: actionView(remedy.action),
    ...(snoozedUntil === undefined ? {} : { snoozedUntil }),
    ...(dismissed === undefined ? {} : { dismissed }),
  };
}

function actionView(action: RemedyAction): RemedyActionView {
  if (action.kind !== 'drill' && action.kind !== 'host-keys') return action;
  const { kind, target } = action;
  return target === undefined ? { kind } : { kind, target };
}

function scheduleView({ state, by, files, commands }: ScheduleState): CheckScheduleView {
  return { state, by, files: files.map((file) => ({ ...file })), commands: commands.map((words) => [...words]) };
}
