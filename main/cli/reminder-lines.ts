/** Reminders as lines of the terminal, and as the JSON of `glasskey reminders`. */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { timeOfDay } from '../../time/shown-times.ts';
import { shellWord } from '../connect/shell-word.ts';
import type { ComingStage, DoneReminder, ListedReminder, RemindersReport } from '../glasskey-reminders.ts';
import type { Severity } from '../reminders/reminder.ts';
import { sayReminder } from '../reminders/said.ts';
import { type Texts, textsFor } from '../texts/texts.ts';
import { type Output, printable, type Style, style } from './output.ts';

const COLOURS: Readonly<Record<Severity, Style>> = { note: 'dim', soon: 'cyan', due: 'yellow', critical: 'red' };
/** Of many, the rest is counted; `--json` has all. */
const MOST_OPEN = 40;
const MOST_COMING = 15;
const MOST_DONE = 5;

export interface BesideReminders {
  /** What to do first where no key is enrolled, which leaves nothing to remind of. */
  readonly toEnroll: string | undefined;
  /** Why no calendar is kept current, where one should be. */
  readonly calendarFault: GlasskeyError | undefined;
}

export function listReminders(
  report: RemindersReport,
  { toEnroll, calendarFault }: BesideReminders,
  output: Output,
): void {
  const { now, open, coming, done } = report;
  if (calendarFault !== undefined)
    output.warn(`${printable(calendarFault.message)} ${calendarFault.remedy} [${calendarFault.code}]`);
  const texts = systemTexts();
  output.object({
    now,
    open: open.map((one) => openJson(one, texts)),
    coming: coming.map((one) => comingJson(one, texts)),
    done: done.map((one) => doneJson(one, texts)),
    calendarFault: calendarFault && faultJson(calendarFault),
  });
  if (toEnroll !== undefined) output.line(`No key is enrolled on this computer. ${toEnroll}`);
  else if (open.length === 0) output.line(style('green', 'Nothing is to be done.'));
  for (const one of open.slice(0, MOST_OPEN)) tellOpen(one, now, texts, output);
  tellMore(open.length - MOST_OPEN, output);
  if (coming.length > 0) output.line('\nComing');
  for (const { severity, at, reminder } of coming.slice(0, MOST_COMING)) {
    const title = printable(sayReminder(texts, reminder.title));
    output.line(`  ${timeOfDay(at, now).padEnd(16)}  ${severity.padEnd(8)}  ${title}`);
  }
  tellMore(coming.length - MOST_COMING, output);
  if (done.length > 0) output.line('\nDone');
  for (const { endedAt, title, id } of done.slice(0, MOST_DONE)) {
    const words = title === undefined ? id : sayReminder(texts, title);
    output.line(`  ${timeOfDay(endedAt, now).padEnd(16)}  ${printable(words)}`);
  }
}

/** What became of one that was answered. */
export function tellAnswer(reminder: ListedReminder, now: number, output: Output): void {
  const texts = systemTexts();
  output.object({ reminder: openJson(reminder, texts) });
  tellOpen(reminder, now, texts, output);
}

function tellOpen(reminder: ListedReminder, now: number, texts: Texts, output: Output): void {
  const { id, severity, title, sentence, commandLine, snoozedUntil, dismissed } = reminder;
  const heading = printable(sayReminder(texts, title));
  output.line(`${style(COLOURS[severity], severity.padEnd(8))}  ${style('bold', heading)}`);
  if (snoozedUntil !== undefined) output.line(`          Put off until ${timeOfDay(snoozedUntil, now)}`);
  if (dismissed !== undefined) output.line(`          Dismissed: ${printable(dismissed.because)}`);
  output.line(`          ${printable(sayReminder(texts, sentence))}`);
  output.line(`          ${printable(commandLine)}`);
  output.line(style('dim', `          ID ${printable(shellWord(id))}`));
}

function tellMore(more: number, output: Output): void {
  if (more > 0) output.line(`  and ${more} more: glasskey reminders --json has all`);
}

function openJson(reminder: ListedReminder, texts: Texts) {
  const { id, rule, subject, severity, since, dueAt, title, sentence, remedy, commandLine } = reminder;
  const { snoozedUntil, dismissed } = reminder;
  return {
    id,
    rule,
    subject,
    severity,
    since,
    dueAt,
    title: sayReminder(texts, title),
    sentence: sayReminder(texts, sentence),
    command: remedy.command,
    commandLine,
    snoozedUntil,
    dismissed,
  };
}

function comingJson({ at, severity, reminder: { id, title } }: ComingStage, texts: Texts) {
  return { at, severity, id, title: sayReminder(texts, title) };
}

function doneJson({ id, rule, subject, title, endedAt }: DoneReminder, texts: Texts) {
  return { id, rule, subject, title: title && sayReminder(texts, title), endedAt };
}

function faultJson({ code, message, remedy }: GlasskeyError) {
  return { code, message, remedy };
}

/** The language is Glasskey's own, dates are as this computer writes them. */
function systemTexts(): Texts {
  return textsFor([Intl.DateTimeFormat().resolvedOptions().locale]);
}
