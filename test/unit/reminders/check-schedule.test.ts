import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CheckSchedule,
  installSchedule,
  removeSchedule,
  scheduleState,
} from '../../../main/reminders/check-schedule.ts';
import type { ProgramCall, RunProgram } from '../../../main/reminders/run-program.ts';
import { systemdSchedule } from '../../../main/reminders/systemd-timer.ts';

let folder: string;
let schedule: CheckSchedule;
let service: string;
let ran: string[];
let isOn: boolean;
/** The word whose call fails, as systemctl does without a user's systemd. */
let failing: string | undefined;

const run: RunProgram = async ([program, ...words]: ProgramCall) => {
  const verb = words[1] ?? '';
  if (verb === 'is-enabled') return { exitCode: isOn ? 0 : 1, output: '' };
  ran.push(`${program} ${words.join(' ')}`);
  if (verb === failing) return { exitCode: 1, output: 'Failed to connect to bus: No medium found\nmore' };
  if (verb === 'restart') isOn = true;
  if (verb === 'disable') isOn = false;
  return { exitCode: 0, output: '' };
};

const scheduled = (program: string) =>
  systemdSchedule({ environment: {}, homeFolder: folder, check: [program, 'reminders', 'check'], kept: {} });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-schedule-'));
  schedule = scheduled('/opt/glasskey');
  service = schedule.files[0]?.path ?? '';
  ran = [];
  isOn = false;
  failing = undefined;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the scheduled check', () => {
  it('changes nothing by looking, and shows what it would write and run', async () => {
    const state = await scheduleState(schedule, run);
    expect(state.state).toBe('off');
    expect(state.files.map((file) => file.state)).toEqual(['absent', 'absent']);
    expect(state.files[0]?.text).toContain('"/opt/glasskey" "reminders" "check"');
    expect(state.commands.map(([, ...words]) => words.join(' '))).toContain('--user enable glasskey-reminders.timer');
    expect(existsSync(join(folder, '.config'))).toBe(false);
    expect(ran).toEqual([]);
  });

  it('is installed, brought up to date where the program has moved, and removed without a trace', async () => {
    expect((await installSchedule(schedule, run)).state).toBe('on');
    expect(statSync(service).mode & 0o777).toBe(0o600);
    const moved = scheduled('/home/alice/new place/glasskey');
    expect((await scheduleState(moved, run)).state).toBe('half');
    expect((await installSchedule(moved, run)).state).toBe('on');
    expect(readFileSync(service, 'utf8')).toContain('"/home/alice/new place/glasskey"');
    expect((await removeSchedule(moved, run)).state).toBe('off');
    expect(existsSync(service)).toBe(false);
    ran = [];
    expect((await removeSchedule(moved, run)).state).toBe('off');
    expect(ran).toEqual([]);
  });

  it('leaves nothing behind where the system does not take it, and says what the system said', async () => {
    failing = 'restart';
    await expect(installSchedule(schedule, run)).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_SWITCHED_ON',
      message: 'The scheduled check could not be switched on: Failed to connect to bus: No medium found.',
    });
    expect(schedule.files.some(({ path }) => existsSync(path))).toBe(false);
    expect((await scheduleState(schedule, run)).state).toBe('off');
  });

  it('keeps what was installed before where its successor is not taken', async () => {
    await installSchedule(schedule, run);
    const before = readFileSync(service, 'utf8');
    failing = 'enable';
    await expect(installSchedule(scheduled('/elsewhere'), run)).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_SWITCHED_ON',
    });
    expect(readFileSync(service, 'utf8')).toBe(before);
  });

  it.each([
    ['a file', () => writeFileSync(service, '[Service]\nExecStart=/bin/true\n')],
    ['a link', () => symlinkSync('/dev/null', service)],
    ['a folder', () => mkdirSync(service)],
  ])('neither replaces nor removes %s of somebody else', async (_what, make) => {
    mkdirSync(dirname(service), { recursive: true });
    make();
    expect((await scheduleState(schedule, run)).state).toBe('foreign');
    for (const change of [installSchedule, removeSchedule]) {
      await expect(change(schedule, run)).rejects.toMatchObject({ code: 'SCHEDULE_FILE_FOREIGN' });
    }
    expect(schedule.files.map(({ path }) => existsSync(path))).toEqual([true, false]);
    expect(ran).toEqual([]);
  });

  it('tells a file that cannot be written, and changes nothing', async () => {
    mkdirSync(join(folder, '.config', 'systemd'), { recursive: true });
    writeFileSync(join(folder, '.config', 'systemd', 'user'), 'in the way');
    chmodSync(join(folder, '.config', 'systemd', 'user'), 0o600);
    await expect(installSchedule(schedule, run)).rejects.toThrow();
    expect(readFileSync(join(folder, '.config', 'systemd', 'user'), 'utf8')).toBe('in the way');
  });
});
