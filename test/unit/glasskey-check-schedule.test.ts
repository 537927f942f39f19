import { describe, expect, it } from 'vitest';
import { forgetCheckSchedule } from '../../main/glasskey-check-schedule.ts';
import type { ProgramCall } from '../../main/reminders/run-program.ts';

const SCHTASKS = 'C:\\Windows\\System32\\schtasks.exe';
const TASK = 'Glasskey reminders of alice';

/** What is run on a Windows computer where Task Scheduler has the task, or has not. */
async function runAtRemoval(isScheduled: boolean): Promise<readonly ProgramCall[]> {
  const calls: ProgramCall[] = [];
  let isOn = isScheduled;
  await forgetCheckSchedule(
    {
      platform: 'win32',
      environment: {
        LOCALAPPDATA: 'Z:\\nobody\\AppData\\Local',
        SystemRoot: 'C:\\Windows',
        USERNAME: 'alice',
      },
      homeFolder: 'Z:\\nobody',
      check: ['Z:\\nobody\\AppData\\Local\\glasskey\\glasskey.exe', '--check-reminders'],
    },
    async (call) => {
      calls.push(call);
      if (call.includes('/Delete')) isOn = false;
      return { exitCode: call.includes('/Query') && !isOn ? 1 : 0, output: '' };
    },
  );
  return calls;
}

describe('when the app is removed from Windows', () => {
  it('its task is taken out of Task Scheduler', async () => {
    expect(await runAtRemoval(true)).toContainEqual([SCHTASKS, '/Delete', '/F', '/TN', TASK]);
  });

  it('nothing is deleted where there is no task', async () => {
    const calls = await runAtRemoval(false);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.every((call) => call.includes('/Query'))).toBe(true);
  });
});
