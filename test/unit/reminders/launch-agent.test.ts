/** The agent's file as Python's plistlib reads it, which is none of ours. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installSchedule, removeSchedule } from '../../../main/reminders/check-schedule.ts';
import { launchdSchedule } from '../../../main/reminders/launch-agent.ts';
import type { RunProgram } from '../../../main/reminders/run-program.ts';

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

/** launchd as far as the commands go: what was booted out stays loaded for some seconds, and a loaded label is not loaded again. */
class Launchd {
  now = 0;
  readonly ran: string[] = [];
  /** The text of the file that it was loaded from. */
  loaded: string | undefined;
  #goneAt: number | undefined;
  readonly #lingersMs: number;

  constructor(lingersMs: number) {
    this.#lingersMs = lingersMs;
  }

  readonly clock = {
    now: () => this.now,
    after: (ms: number, run: () => void) => {
      this.now += ms;
      queueMicrotask(run);
      return () => {};
    },
  };

  readonly run: RunProgram = async ([, verb = '', , path = '']) => {
    if (this.#goneAt !== undefined && this.now >= this.#goneAt) {
      this.loaded = undefined;
      this.#goneAt = undefined;
    }
    if (verb === 'print') return { exitCode: this.loaded === undefined ? 113 : 0, output: '' };
    this.ran.push(verb);
    if (verb === 'bootout') {
      if (this.loaded === undefined) return { exitCode: 3, output: 'Boot-out failed: 3: No such process' };
      this.#goneAt ??= this.now + this.#lingersMs;
      return { exitCode: 0, output: '' };
    }
    if (this.loaded !== undefined) return { exitCode: 5, output: 'Bootstrap failed: 5: Input/output error' };
    this.loaded = readFileSync(path, 'utf8');
    return { exitCode: 0, output: '' };
  };
}

describe('the launch agent, installed again', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gk-launchd-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const at = (program: string) =>
    launchdSchedule({ homeFolder: folder, userId: 501, check: [program, 'reminders', 'check'], kept: {} });

  it('waits until launchd has let go of the one before, and is on with what is said now', async () => {
    const launchd = new Launchd(5_000);
    const { run, clock } = launchd;
    const [first, moved] = [at('/Applications/Glasskey'), at('/Users/alice/Glasskey')];
    expect((await installSchedule(first, run, clock)).state).toBe('on');
    expect((await installSchedule(first, run, clock)).state).toBe('on');
    expect((await installSchedule(moved, run, clock)).state).toBe('on');
    expect(launchd.loaded).toContain('/Users/alice/Glasskey');
    expect(launchd.ran).toEqual(['bootout', 'bootstrap', 'bootout', 'bootstrap', 'bootout', 'bootstrap']);
  });

  it('is off once it was removed, though launchd lets go of it later', async () => {
    const { run, clock } = new Launchd(5_000);
    await installSchedule(at('/Applications/Glasskey'), run, clock);
    expect((await removeSchedule(at('/Applications/Glasskey'), run, clock)).state).toBe('off');
  });

  it('says what launchctl said where launchd does not let go, and keeps the file of before', async () => {
    const { run, clock } = new Launchd(Number.POSITIVE_INFINITY);
    const first = at('/Applications/Glasskey');
    await installSchedule(first, run, clock);
    await expect(installSchedule(at('/elsewhere'), run, clock)).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_SWITCHED_ON',
      message: expect.stringContaining('Bootstrap failed: 5'),
    });
    expect(readFileSync(first.files[0]?.path ?? '', 'utf8')).toContain('/Applications/Glasskey');
  });
});
