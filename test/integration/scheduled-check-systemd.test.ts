/** The timer in a real user's systemd: verified by it, started by it after days off, and gone without a trace. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedJournal } from '../../main/enrollment/stored-journal.ts';
import { type CheckSchedule, installSchedule, removeSchedule } from '../../main/reminders/check-schedule.ts';
import type { RunProgram } from '../../main/reminders/run-program.ts';
import { notify } from '../../main/reminders/system-notification.ts';
import { systemdSchedule } from '../../main/reminders/systemd-timer.ts';
import { ensureDataFolder } from '../../main/storage/data-folder.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { systemClock } from '../../time/clock.ts';
import { installGlasskey } from '../bench/cli/installed-glasskey.ts';
import { noUserSession, startUserSession, type UserSession } from '../lab/user-session/user-session.ts';
import { published } from '../unit/enrollment/sample-enrollment.ts';
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

describe.skipIf(why !== undefined)('glasskey reminders in a login session', { timeout: 60_000 }, () => {
  let folder: string;
  let session: UserSession;
  let program: string;
  const glasskey = (...words: string[]) => session.run(process.execPath, [program, 'reminders', ...words]);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gk-check-'));
    program = (await installGlasskey(join(folder, 'an "odd" place'))).program;
    session = await startUserSession(folder);
    const data = join(session.home, '.local', 'share', 'glasskey');
    ensureDataFolder(data);
    const database = openDatabase(join(data, 'glasskey.db'));
    const enrolledAt = systemClock.now() - 40 * 86_400_000;
    storedJournal(database, systemClock, () => {}).save(published(enrolledAt, enrolledAt));
    database.close();
  }, 60_000);
  afterAll(async () => {
    await session?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what it would write, and writes nothing unasked', async () => {
    const { stdout } = await glasskey('schedule');
    expect(stdout).toContain('OnCalendar=hourly');
    expect(stdout).toContain('/usr/bin/systemctl --user enable glasskey-reminders.timer');
    expect((await glasskey('schedule', 'install')).stderr).toContain('Nobody agreed');
    expect((await glasskey('schedule', 'status')).exitCode).toBe(3);
    expect(existsSync(join(session.home, '.config'))).toBe(false);
  });

  it('is installed, looks by itself after days off, and notifies without the app, each thing once', async () => {
    expect((await glasskey('schedule', 'install', '--yes')).exitCode).toBe(0);
    expect(JSON.parse((await glasskey('schedule', 'status', '--json')).stdout)).toMatchObject({
      state: 'on',
      by: 'systemd',
    });
    await session.setTaking(false);
    const refused = await glasskey('check');
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('NOTIFICATION_NOT_TAKEN')]);
    await session.setTaking(true);
    await session.daysOff(2);
    // What is critical comes by itself; the rest, no backup and no key files, comes together.
    await soon(async () => (await session.notifications()).map(({ title }) => title)).toEqual([
      'Prove the key id_ed25519_sk',
      '2 things need attention',
    ]);
    expect((await session.notifications()).map(({ urgency }) => urgency)).toEqual([2, 1]);
    expect(JSON.parse((await glasskey('check', '--json')).stdout)).toEqual({ told: [] });
    expect(await session.notifications()).toHaveLength(2);
  });

  it('is removed: nothing is left of it', async () => {
    expect((await glasskey('schedule', 'remove', '--yes')).stdout).toContain('Off:');
    expect((await glasskey('schedule', 'status')).exitCode).toBe(3);
    const left = await session.run('/usr/bin/find', [session.home, '-name', '*glasskey-reminders*']);
    expect(left.stdout).toBe('');
  });
});
