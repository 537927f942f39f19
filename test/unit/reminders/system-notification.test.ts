import { describe, expect, it } from 'vitest';
import type { ProgramCall } from '../../../main/reminders/run-program.ts';
import { notificationCalls, notify } from '../../../main/reminders/system-notification.ts';

const NOTIFICATION = {
  title: "Rehearse 'leaf1' $(id)",
  body: '<b>lab</b> & "more"\n-- second line',
  isCritical: true,
};
const linux = { platform: 'linux', environment: {} } as const;

describe('a notification of the system’s', () => {
  it('is told by words, each of them whole, and its markup is taken away on Linux', () => {
    const [notifySend, busctl, gdbus] = notificationCalls(NOTIFICATION, linux);
    const body = '&lt;b&gt;lab&lt;/b&gt; &amp; "more"\n-- second line';
    expect(notifySend?.slice(-3)).toEqual(['--', NOTIFICATION.title, body]);
    expect(notifySend).toContain('--urgency=critical');
    expect(busctl).toContain(NOTIFICATION.title);
    expect(busctl?.slice(-6)).toEqual(['0', '1', 'urgency', 'y', '2', '-1']);
    expect(gdbus).toContain("'Rehearse \\'leaf1\\' $(id)'");
    expect(gdbus).toContain(`'${body.replace('\n', '\\n')}'`);
  });

  it('is no part of a script on macOS', () => {
    const [call] = notificationCalls(NOTIFICATION, { platform: 'darwin', environment: {} });
    expect(call?.[0]).toBe('/usr/bin/osascript');
    expect(call?.slice(-2)).toEqual([NOTIFICATION.title, NOTIFICATION.body]);
    expect(call?.slice(1, -2).join(' ')).not.toContain('leaf1');
  });

  it('goes to the user’s own session on Windows', () => {
    const [call] = notificationCalls(NOTIFICATION, { platform: 'win32', environment: { USERNAME: 'alice' } });
    expect(call?.slice(0, 3)).toEqual(['C:\\Windows\\System32\\msg.exe', 'alice', '/TIME:28800']);
  });

  it('is told by the first program that is there and takes it', async () => {
    const ran: string[] = [];
    const run = async ([program]: ProgramCall) => {
      ran.push(program);
      return { exitCode: program.endsWith('gdbus') ? 0 : 1, output: '' };
    };
    await notify(NOTIFICATION, { ...linux, run, isThere: (path) => !path.endsWith('notify-send') });
    expect(ran).toEqual(['/usr/bin/busctl', '/usr/bin/gdbus']);
  });

  it('that nobody took is an error that says why', async () => {
    const run = async () => ({ exitCode: 1, output: 'Call failed: no such service\n' });
    await expect(notify(NOTIFICATION, { ...linux, run, isThere: () => true })).rejects.toMatchObject({
      code: 'NOTIFICATION_NOT_TAKEN',
      message: 'The desktop took no notification: Call failed: no such service.',
    });
    await expect(notify(NOTIFICATION, { ...linux, run, isThere: () => false })).rejects.toMatchObject({
      message: 'The desktop took no notification: there is no program here that shows one.',
    });
  });
});
