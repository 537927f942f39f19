/** The task's file against the elements that Microsoft's Task Scheduler Schema has for them; it was never given to Windows. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { taskSchedule } from '../../../main/reminders/scheduled-task.ts';

const PYTHON = '/usr/bin/python3';
/** Each element as [name, text, children], by expat: not our reading. */
const READ = `
import sys, json, xml.etree.ElementTree as E
def tell(e): return [e.tag.split('}')[1], (e.text or '').strip(), [tell(c) for c in e]]
root = E.fromstring(sys.stdin.buffer.read())
print(json.dumps([root.tag, root.attrib, tell(root)]))`;

type Told = [name: string, text: string, children: Told[]];

const schedule = taskSchedule({
  dataFolder: 'C:\\Users\\Al & ice\\AppData\\Local\\Glasskey',
  environment: { USERDOMAIN: 'CORP', USERNAME: 'Al & ice', SystemRoot: 'C:\\Windows' },
  check: ['C:\\Program Files\\node & co\\node.exe', 'C:\\my "own\\glasskey.js', 'ends with \\', 'reminders'],
});
const [file] = schedule.files;

describe('the task of Task Scheduler', () => {
  it('is UTF-16 with its mark, as schtasks reads it', () => {
    const bytes = Buffer.from(file?.bytes ?? []);
    expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0]);
    expect(bytes.toString('utf16le').slice(1)).toBe(file?.text);
    expect(file?.text).toMatch(/^<\?xml version="1.0" encoding="UTF-16"\?>\r\n/);
  });

  it.skipIf(!existsSync(PYTHON))('has only elements of the schema, in its order', () => {
    const output = execFileSync(PYTHON, ['-c', READ], { input: file?.bytes, encoding: 'utf8' });
    const [tag, attributes, root] = JSON.parse(output) as [string, Record<string, string>, Told];
    expect(tag).toBe('{http://schemas.microsoft.com/windows/2004/02/mit/task}Task');
    expect(attributes).toEqual({ version: '1.2' });
    expect(root[2].map(([name]) => name)).toEqual([
      'RegistrationInfo',
      'Triggers',
      'Principals',
      'Settings',
      'Actions',
    ]);
    // calendarTriggerType: triggerBaseType's sequence (Enabled, StartBoundary, EndBoundary, Repetition), then the choice of a schedule.
    const calendar = at(root, 'Triggers', 'CalendarTrigger');
    expect(calendar[2].map(([name]) => name)).toEqual(['Enabled', 'StartBoundary', 'Repetition', 'ScheduleByDay']);
    expect(at(calendar, 'Repetition', 'Interval')[1]).toBe('PT1H');
    // logonTriggerType: that sequence, then UserId and Delay.
    expect(at(root, 'Triggers', 'LogonTrigger')[2].map(([name]) => name)).toEqual(['Enabled', 'UserId', 'Delay']);
    const principal = at(root, 'Principals', 'Principal');
    expect(principal[2]).toEqual([
      ['UserId', 'CORP\\Al & ice', []],
      ['LogonType', 'InteractiveToken', []],
      ['RunLevel', 'LeastPrivilege', []],
    ]);
    expect(at(root, 'Actions', 'Exec')[2]).toEqual([
      ['Command', 'C:\\Program Files\\node & co\\node.exe', []],
      ['Arguments', '"C:\\my \\"own\\glasskey.js" "ends with \\\\" "reminders"', []],
    ]);
    expect(at(root, 'Settings', 'StartWhenAvailable')[1]).toBe('true');
  });

  it('is created and deleted by a name that is the user’s own', () => {
    const name = 'Glasskey reminders of Al & ice';
    const schtasks = 'C:\\Windows\\System32\\schtasks.exe';
    expect(schedule.switchOn).toEqual([[schtasks, '/Create', '/F', '/TN', name, '/XML', file?.path]]);
    expect(schedule.switchOff).toEqual([[schtasks, '/Delete', '/F', '/TN', name]]);
    expect(file?.path).toBe('C:\\Users\\Al & ice\\AppData\\Local\\Glasskey\\reminders-task.xml');
  });
});

function at(from: Told, ...path: readonly string[]): Told {
  return path.reduce((told, name) => {
    const found = told[2].find(([own]) => own === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }, from);
}
