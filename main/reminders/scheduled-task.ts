/** Windows: a task of the user's in Task Scheduler (Task Scheduler Schema 1.2, schtasks). */
import { win32 } from 'node:path';
import { type CheckSchedule, SCHEDULE_MARK } from './check-schedule.ts';
import type { ProgramCall } from './run-program.ts';
import { xmlText } from './xml-text.ts';

export interface TaskSchedulerWorld {
  /** Where the task's file is kept. */
  readonly dataFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The check: an absolute path, and its words. */
  readonly check: ProgramCall;
}

const FILE = 'reminders-task.xml';

/** Tasks of all users share their names: the user's own is part of it. */
export function taskSchedule(world: TaskSchedulerWorld): CheckSchedule {
  const { dataFolder, environment } = world;
  const schtasks = win32.join(environment.SystemRoot || 'C:\\Windows', 'System32', 'schtasks.exe');
  const path = win32.join(dataFolder, FILE);
  const name = `Glasskey reminders of ${environment.USERNAME ?? ''}`.trim();
  const text = taskXml(world, name);
  return {
    by: 'task-scheduler',
    files: [{ path, text, bytes: utf16WithMark(text) }],
    beforeSwitchOn: [],
    switchOn: [[schtasks, '/Create', '/F', '/TN', name, '/XML', path]],
    switchOff: [[schtasks, '/Delete', '/F', '/TN', name]],
    lingersMs: 0,
    afterRemoval: [],
    isOn: [schtasks, '/Query', '/TN', name],
  };
}

/**
 * Every hour, made up for where the computer was off (StartWhenAvailable), and after each login; as the user who is logged in, with the
 * rights of every program. The members of a trigger have an order (triggerBaseType Complex Type).
 */
function taskXml(
  { environment: { USERDOMAIN, USERNAME }, check: [program, ...words] }: TaskSchedulerWorld,
  name: string,
) {
  const user = USERDOMAIN ? `${USERDOMAIN}\\${USERNAME}` : `${USERNAME}`;
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    '    <Author>Glasskey</Author>',
    `    <Description>${SCHEDULE_MARK}; glasskey reminders schedule remove takes it away.</Description>`,
    `    <URI>\\${xmlText(name)}</URI>`,
    '  </RegistrationInfo>',
    '  <Triggers>',
    '    <CalendarTrigger>',
    '      <Enabled>true</Enabled>',
    '      <StartBoundary>2026-01-01T00:00:00</StartBoundary>',
    '      <Repetition>',
    '        <Interval>PT1H</Interval>',
    '        <Duration>P1D</Duration>',
    '      </Repetition>',
    '      <ScheduleByDay>',
    '        <DaysInterval>1</DaysInterval>',
    '      </ScheduleByDay>',
    '    </CalendarTrigger>',
    '    <LogonTrigger>',
    '      <Enabled>true</Enabled>',
    `      <UserId>${xmlText(user)}</UserId>`,
    '      <Delay>PT2M</Delay>',
    '    </LogonTrigger>',
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="User">',
    `      <UserId>${xmlText(user)}</UserId>`,
    '      <LogonType>InteractiveToken</LogonType>',
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <StartWhenAvailable>true</StartWhenAvailable>',
    '    <ExecutionTimeLimit>PT2M</ExecutionTimeLimit>',
    '  </Settings>',
    '  <Actions Context="User">',
    '    <Exec>',
    `      <Command>${xmlText(program)}</Command>`,
    ...(words.length === 0 ? [] : [`      <Arguments>${xmlText(words.map(quoted).join(' '))}</Arguments>`]),
    '    </Exec>',
    '  </Actions>',
    '</Task>',
    '',
  ].join('\r\n');
}

/** As CommandLineToArgvW reads words: before a quote, and at the end, each backslash is doubled. */
function quoted(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** schtasks takes the file as its first line says it is written. */
function utf16WithMark(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'));
}
