/** The timer in a real user's systemd: verified by it, started by it after days off, and gone without a trace. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckSchedule, installSchedule, removeSchedule } from '../../main/reminders/check-schedule.ts';
import type { RunProgram } from '../../main/reminders/run-program.ts';
import { notify } from '../../main/reminders/system-notification.ts';
import { systemdSchedule } from '../../main/reminders/systemd-timer.ts';
import { noUserSession, startUserSession, type UserSession } from '../lab/user-session/user-session.ts';
import { soon } from '../window/soon.ts';

const why = noUserSession();
if (why !== undefined) console.warn(`no login session can be made here, so no systemd starts the check: ${why}`);

describe.skipIf(why !== undefined)('the scheduled check in a login session', () => {
  let folder: string;
  let session: UserSession;
  let schedule: CheckSchedule;
  const run: RunProgram = async ([program, ...words]) => {
    const { exitCode, stdout, stderr } = await session.run(program, words);
    return { exitCode, output: stderr.trim() === '' ? stdout : stderr };
  };
  const systemctl = async (...words: string[]) =>
    (await session.run('/usr/bin/systemctl', ['--user', ...words])).stdout;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gk-systemd-'));
    session = await startUserSession(folder);
    const place = join(session.home, 'a "quoted" pl%ace $HOME\\n');
    mkdirSync(place);
    const program = join(place, 'check');
    writeFileSync(program, `#!/bin/sh\necho "$@" "$GLASSKEY_HOME" >> '${session.home}/ran'\n`);
    chmodSync(program, 0o755);
    schedule = systemdSchedule({
      environment: {},
      homeFolder: session.home,
      check: [program, 'two words', '%h $HOME "q"'],
      kept: { GLASSKEY_HOME: '/data %h $HOME "q"' },
    });
  });
  afterAll(async () => {
    await session?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ran = () => {
    const file = join(session.home, 'ran');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  };
  const LINE = 'two words %h $HOME "q" /data %h $HOME "q"';

  it('is taken by systemd, which finds no fault in it, and waits for its hour', async () => {
    expect((await installSchedule(schedule, run)).state).toBe('on');
    const verified = await session.run('/usr/bin/systemd-analyze', [
      '--user',
      'verify',
      ...schedule.files.map(({ path }) => path),
    ]);
    expect(verified).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await systemctl('show', 'glasskey-reminders.timer', '--property=ActiveState,SubState')).toBe(
      'ActiveState=active\nSubState=waiting\n',
    );
    expect(ran()).toEqual([]);
  });

  it('runs exactly its words, whatever is in them', async () => {
    await systemctl('start', 'glasskey-reminders.service');
    expect(ran()).toEqual([LINE]);
  });

  it('runs by itself after the computer was off for days', async () => {
    await session.daysOff(3);
    await soon(ran).toEqual([LINE, LINE]);
  });

  it('is removed without a trace', async () => {
    expect((await removeSchedule(schedule, run)).state).toBe('off');
    expect(await systemctl('list-unit-files', 'glasskey*', '--no-legend')).toBe('');
    const left = await session.run('/usr/bin/find', [session.home, '-name', '*glasskey*']);
    expect(left.stdout).toBe('');
  });

  it('tells the desktop by D-Bus, by whichever program is there', async () => {
    const notification = { title: "It's <b>due</b>", body: "Rehearse 'leaf1' & more\n$(id)", isCritical: true };
    for (const program of ['/usr/bin/busctl', '/usr/bin/gdbus']) {
      const isThere = (path: string) => path === program && existsSync(path);
      await notify(notification, { platform: 'linux', environment: {}, run, isThere });
    }
    const told = {
      app: 'Glasskey',
      title: notification.title,
      body: "Rehearse 'leaf1' &amp; more\n$(id)",
      urgency: 2,
      timeout: -1,
    };
    expect(await session.notifications()).toEqual([told, told]);
    await session.setTaking(false);
    await expect(notify(notification, { platform: 'linux', environment: {}, run })).rejects.toMatchObject({
      code: 'NOTIFICATION_NOT_TAKEN',
      message: expect.stringContaining('nobody is there'),
    });
  });
});
