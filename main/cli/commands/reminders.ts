import type { ListedReminder } from '../../glasskey-reminders.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { replacingOnlyWith } from '../existing-file.ts';
import { ExitCode } from '../exit-codes.ts';
import { YES_OPTION } from '../key-options.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';

const VERBS: Readonly<Record<string, (words: readonly string[], invocation: Invocation) => Promise<number>>> = {
  list: (words, invocation) => list(atMost(0, words), invocation),
  snooze: (words, invocation) => snooze(exactly(2, words, 'snooze ID TIME'), invocation),
  dismiss: (words, invocation) => dismiss(exactly(1, words, 'dismiss ID'), invocation),
  restore: (words, invocation) => restore(exactly(1, words, 'restore ID'), invocation),
  calendar: (words, invocation) => calendar(atMost(1, words), invocation),
  check: async (words, invocation) => {
    atMost(0, words);
    return (await import('../reminders-check.ts')).checkReminders(invocation);
  },
  schedule: async (words, invocation) => {
    const [verb] = atMost(1, words);
    return (await import('../reminders-schedule.ts')).reminderSchedule(verb, invocation);
  },
};

export const reminders: Command = {
  usage: '[list | snooze ID TIME | dismiss ID | restore ID | calendar [FILE] | check | schedule VERB] [options]',
  about:
    'What there is to do for your keys and logins, the most pressing first, each with the one command that does it, and what comes in\n' +
    'the next 120 days. Looks at this computer only: no network, no security key. A reminder goes by itself once its cause is gone.\n' +
    'Those that are put off (snooze) or need nothing (dismiss) stand at the end; what becomes critical comes back all the same.\n' +
    'check tells what is to be told now by a notification of the desktop, each thing once; schedule has this computer do that every hour\n' +
    'while the app is closed: show (what it would write and run), install (after it has asked), status, remove.\n' +
    'The exit code is 3 where something is due or critical, and 0 where nothing is, or only something for soon.',
  options: {
    short: { summary: 'list: one line for a shell prompt, such as "1 critical, 2 due"; empty where there is nothing' },
    quiet: { short: 'q', summary: 'list: print nothing; the exit code says it' },
    overwrite: { summary: 'calendar: replace a file that is no calendar of Glasskey’s' },
    because: { value: 'TEXT', summary: 'dismiss: why it needs nothing' },
    ...YES_OPTION,
  },
  examples: [
    ['glasskey reminders', 'what is due, what comes, what was done'],
    ['glasskey reminders --quiet || echo "see glasskey reminders"', 'in a login script'],
    ["PS1='$(glasskey reminders --short) \\$ '", 'in a shell prompt'],
    [
      'glasskey reminders snooze drill-age:leaf1 3d',
      'again in three days: minutes (m), hours (h), days (d), weeks (w)',
    ],
    ['glasskey reminders calendar due.ics', 'a calendar; read it in again, and its entries change in place'],
    ['glasskey reminders schedule install', 'from now on a notification comes in time, whether the app runs or not'],
    [
      'glasskey reminders dismiss no-backup --because "The team has three."',
      'not again until it becomes more pressing',
    ],
  ],
  async run(invocation) {
    const [verb = 'list', ...words] = invocation.positionals;
    const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (run === undefined) throw usageError('reminders', `"${verb}" is none of ${Object.keys(VERBS).join(', ')}`);
    return run(words, invocation);
  },
};

async function list(_words: readonly string[], invocation: Invocation): Promise<number> {
  const { options, output } = invocation;
  if (options.has('short') && options.has('quiet'))
    throw usageError('reminders', '--short and --quiet exclude each other');
  const isWhole = !options.has('short') && !options.has('quiet');
  // A shell prompt waits for what it needs alone.
  const [report, status, calendarFault] = await withGlasskey(invocation, (glasskey) =>
    Promise.all(
      isWhole
        ? [glasskey.reminders(), glasskey.status(), glasskey.calendarFault()]
        : [glasskey.reminders(), undefined, undefined],
    ),
  );
  const pressing = report.open.filter(({ snoozedUntil, dismissed }) => snoozedUntil === undefined && !dismissed);
  if (options.has('short')) {
    const line = shortLine(pressing);
    if (line !== '') output.line(line);
  } else if (status !== undefined) {
    const { listReminders } = await import('../reminder-lines.ts');
    const toEnroll = status.verdict === 'not-enrolled' ? status.next : undefined;
    listReminders(report, { toEnroll, calendarFault }, output);
  }
  return pressing.some(({ severity }) => severity === 'due' || severity === 'critical')
    ? ExitCode.NOT_READY
    : ExitCode.OK;
}

function shortLine(pressing: readonly ListedReminder[]): string {
  const counts = (['critical', 'due', 'soon'] as const).map((one) => {
    return [pressing.filter(({ severity }) => severity === one).length, one] as const;
  });
  return counts.flatMap(([count, severity]) => (count === 0 ? [] : `${count} ${severity}`)).join(', ');
}

async function snooze([id = '', time = '']: readonly string[], invocation: Invocation): Promise<number> {
  const ms = durationOf(time);
  if (ms === undefined) throw usageError('reminders', `"${time}" is no time such as 30m, 4h, 3d or 2w`);
  const until = invocation.world.clock.now() + ms;
  return answered(invocation, (glasskey) => glasskey.snoozeReminder(id, until));
}

async function dismiss([id = '']: readonly string[], invocation: Invocation): Promise<number> {
  const because = invocation.options.value('because');
  if (because === undefined) throw usageError('reminders', 'dismiss needs a reason: --because TEXT');
  return answered(invocation, (glasskey) => glasskey.dismissReminder(id, because));
}

async function restore([id = '']: readonly string[], invocation: Invocation): Promise<number> {
  return answered(invocation, (glasskey) => glasskey.restoreReminder(id));
}

/** The file, or where it was written. */
async function calendar([file]: readonly string[], invocation: Invocation): Promise<number> {
  const { output, options } = invocation;
  const overwrite = options.has('overwrite');
  const text = await replacingOnlyWith('--overwrite', () =>
    withGlasskey(invocation, (glasskey) => glasskey.remindersCalendar(file, { overwrite })),
  );
  if (text !== undefined) output.text(text);
  else {
    output.object({ file });
    output.line(`Written: ${printable(file ?? '')}`);
  }
  return ExitCode.OK;
}

async function answered(
  invocation: Invocation,
  answer: Parameters<typeof withGlasskey<ListedReminder>>[1],
): Promise<number> {
  const [reminder, { tellAnswer }] = await Promise.all([
    withGlasskey(invocation, answer),
    import('../reminder-lines.ts'),
  ]);
  tellAnswer(reminder, invocation.world.clock.now(), invocation.output);
  return ExitCode.OK;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

function durationOf(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

function atMost(most: number, words: readonly string[]): readonly string[] {
  if (words.length > most) throw usageError('reminders', `"${printable(words[most] ?? '')}" is one word too many`);
  return words;
}

function exactly(count: number, words: readonly string[], usage: string): readonly string[] {
  if (words.length < count) throw usageError('reminders', `It is used as: glasskey reminders ${usage}`);
  return atMost(count, words);
}
