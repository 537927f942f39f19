/** `glasskey reminders schedule`: the check while the app is closed, shown before it is written. */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { ScheduleState } from '../reminders/check-schedule.ts';
import { type Invocation, usageError } from './command.ts';
import { ExitCode } from './exit-codes.ts';
import { askConsent } from './missing-consent.ts';
import { withGlasskey } from './open-glasskey.ts';
import { printable, printableLines } from './output.ts';

const VERBS: Readonly<Record<string, (invocation: Invocation) => Promise<number>>> = { show, status, install, remove };

const STATES = {
  on: 'On: every hour this computer looks what is due, and tells you, while the app is closed too.',
  off: 'Off: reminders reach you while the app runs, and when you ask for them.',
  half: 'Out of date, or half installed: run glasskey reminders schedule install again.',
  foreign: 'A file that Glasskey did not write is in the way.',
} as const;

/** `verb`: the word behind `schedule`. */
export function reminderSchedule(verb: string | undefined, invocation: Invocation): Promise<number> {
  const run = VERBS[verb ?? 'show'];
  if (run === undefined) throw usageError('reminders', `"${verb}" is none of show, install, status, remove`);
  return run(invocation);
}

function show(invocation: Invocation): Promise<number> {
  return withGlasskey(invocation, async (glasskey) => {
    const schedule = await glasskey.checkSchedule('look');
    invocation.output.object(schedule);
    for (const line of linesOf(schedule)) invocation.output.line(line);
    return ExitCode.OK;
  });
}

function status(invocation: Invocation): Promise<number> {
  return withGlasskey(invocation, async (glasskey) => {
    const schedule = await glasskey.checkSchedule('look');
    invocation.output.object(schedule);
    tellState(schedule, invocation);
    return schedule.state === 'on' ? ExitCode.OK : ExitCode.NOT_READY;
  });
}

/** What is to be written and run is shown before anybody is asked for it. */
function install(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    const before = await glasskey.checkSchedule('look');
    if (before.state !== 'on') {
      for (const line of linesOf(before)) output.note(line);
      await agree('Write these and switch it on?', 'install', 'The installation', invocation);
    }
    const after = await glasskey.checkSchedule('install');
    output.object(after);
    tellState(after, invocation);
    return ExitCode.OK;
  });
}

function remove(invocation: Invocation): Promise<number> {
  return withGlasskey(invocation, async (glasskey) => {
    const before = await glasskey.checkSchedule('look');
    if (before.state !== 'off') {
      for (const { path } of before.files) invocation.output.note(`- ${printable(path)}`);
      await agree('Switch it off and remove these?', 'remove', 'The removal', invocation);
    }
    const after = await glasskey.checkSchedule('remove');
    invocation.output.object(after);
    tellState(after, invocation);
    return ExitCode.OK;
  });
}

async function agree(question: string, verb: string, what: string, invocation: Invocation): Promise<void> {
  const { options, output, world, signal } = invocation;
  if (options.has('yes')) return;
  const { TerminalPrompts } = await import('./terminal-prompts.ts');
  const prompts = new TerminalPrompts(world.clock);
  const missing = {
    message: 'Nobody agreed that the scheduled check is changed: nothing was changed.',
    remedy: `Where you mean it: glasskey reminders schedule ${verb} --yes`,
  };
  try {
    if (await askConsent(output, missing, () => prompts.yesNo(question, signal))) return;
  } finally {
    await prompts.end(signal);
  }
  throw cancelled(what);
}

function linesOf({ files, commands }: ScheduleState): readonly string[] {
  const shown = files.flatMap(({ path, text }) => [`${printable(path)}:`, ...indented(text), '']);
  return [...shown, 'Then it runs:', ...commands.map((words) => `  ${printable(words.join(' '))}`)];
}

function indented(text: string): readonly string[] {
  const lines = printableLines(text.replaceAll('\r\n', '\n').trimEnd()).split('\n');
  return lines.map((line) => `  ${line}`.trimEnd());
}

function tellState({ state, files }: ScheduleState, { output }: Invocation): void {
  output.line(STATES[state]);
  for (const file of files) if (file.state !== 'absent') output.line(`  ${printable(file.path)}`);
}
