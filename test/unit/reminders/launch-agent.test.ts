/** The agent's file as Python's plistlib reads it, which is none of ours. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { launchdSchedule } from '../../../main/reminders/launch-agent.ts';

const PYTHON = '/usr/bin/python3';
const READ = 'import sys,plistlib,json; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
const CHECK = ['/Applications/Glass & <key>/MacOS/Glasskey', 'reminders', 'a "quoted" word', 'ü $HOME'] as const;
const schedule = launchdSchedule({
  homeFolder: '/Users/alice',
  userId: 501,
  check: CHECK,
  kept: { GLASSKEY_HOME: '/Users/alice/an & other' },
});

describe('the launch agent', () => {
  it.skipIf(!existsSync(PYTHON))('is a property list that says what to run, when, and with what', () => {
    const [file] = schedule.files;
    const read = JSON.parse(execFileSync(PYTHON, ['-c', READ], { input: file?.bytes, encoding: 'utf8' }));
    expect(read).toEqual({
      Label: 'com.nexusidentity.glasskey.reminders',
      ProgramArguments: [...CHECK],
      EnvironmentVariables: { GLASSKEY_HOME: '/Users/alice/an & other' },
      StartCalendarInterval: { Minute: 0 },
      RunAtLoad: true,
      ProcessType: 'Background',
    });
  });

  it('lies where launchd looks, and is switched in the domain of the user’s session', () => {
    expect(schedule.files.map(({ path }) => path)).toEqual([
      '/Users/alice/Library/LaunchAgents/com.nexusidentity.glasskey.reminders.plist',
    ]);
    expect(schedule.switchOn).toEqual([['/bin/launchctl', 'bootstrap', 'gui/501', schedule.files[0]?.path]]);
    expect(schedule.beforeSwitchOn).toEqual(schedule.switchOff);
  });
});
