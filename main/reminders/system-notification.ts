/**
 * A notification of the operating system's from a process that has no window: the scheduled check's. Told by the system's own programs,
 * by absolute paths and by words, never through a shell.
 */
import { existsSync } from 'node:fs';
import { win32 } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { ProgramCall, RunProgram } from './run-program.ts';

export interface SystemNotification {
  readonly title: string;
  readonly body: string;
  /** Shown whatever the person has hidden, where the system knows that. */
  readonly isCritical: boolean;
}

export interface NotificationWorld {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: RunProgram;
  /** Whether there is a program of that path. */
  readonly isThere?: (path: string) => boolean;
}

/** Resolves once the system has taken it. Throws `NOTIFICATION_NOT_TAKEN`: it was not shown. */
export async function notify(notification: SystemNotification, world: NotificationWorld): Promise<void> {
  const { run, isThere = existsSync } = world;
  const calls = notificationCalls(notification, world).filter(([program]) => isThere(program));
  let said = 'there is no program here that shows one';
  for (const call of calls) {
    const { exitCode, output } = await run(call);
    if (exitCode === 0) return;
    said = output.trim().split('\n')[0]?.replace(/\.$/, '') || `${call[0]} did not end well`;
  }
  throw new GlasskeyError({
    code: 'NOTIFICATION_NOT_TAKEN',
    message: `The desktop took no notification: ${said}.`,
    remedy: 'It is told again at the next check. Run glasskey reminders for what it would have said.',
    detail: { programs: calls.map(([program]) => program).join(' ') },
  });
}

/** The first that is there, and takes it, tells it. */
export function notificationCalls(
  notification: SystemNotification,
  { platform, environment }: Pick<NotificationWorld, 'platform' | 'environment'>,
): readonly ProgramCall[] {
  if (platform === 'darwin') return [onMac(notification)];
  if (platform === 'win32') return [onWindows(notification, environment)];
  return [byNotifySend(notification), byBusctl(notification), byGdbus(notification)];
}

/** Desktop Notifications Specification 1.2: a body may hold markup, and a name in it must hide or draw nothing. */
export function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const APP = 'Glasskey';
const ICON = 'glasskey';

function byNotifySend({ title, body, isCritical }: SystemNotification): ProgramCall {
  const urgency = isCritical ? 'critical' : 'normal';
  const words = [`--app-name=${APP}`, `--icon=${ICON}`, `--urgency=${urgency}`, '--', title, withoutMarkup(body)];
  return ['/usr/bin/notify-send', ...words];
}

const SERVICE = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';

/** Its words are taken as they are: the signature says of which type each is. */
function byBusctl({ title, body, isCritical }: SystemNotification): ProgramCall {
  const hints = ['1', 'urgency', 'y', isCritical ? '2' : '1'];
  const values = [APP, '0', ICON, title, withoutMarkup(body), '0', ...hints, '-1'];
  return ['/usr/bin/busctl', '--user', 'call', '--', SERVICE, PATH, SERVICE, 'Notify', 'susssasa{sv}i', ...values];
}

/** Its words are GVariant's text format, in which a string stands in quotes. */
function byGdbus({ title, body, isCritical }: SystemNotification): ProgramCall {
  const hints = `{'urgency': <byte ${isCritical ? 2 : 1}>}`;
  const values = [
    variant(APP),
    'uint32 0',
    variant(ICON),
    variant(title),
    variant(withoutMarkup(body)),
    '@as []',
    hints,
    '-1',
  ];
  const to = ['--session', '--dest', SERVICE, '--object-path', PATH, '--method', `${SERVICE}.Notify`];
  return ['/usr/bin/gdbus', 'call', ...to, '--', ...values];
}

function variant(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

/** The texts are values of the script, not parts of it. */
function onMac({ title, body }: SystemNotification): ProgramCall {
  const script = ['on run texts', 'display notification (item 2 of texts) with title (item 1 of texts)', 'end run'];
  return ['/usr/bin/osascript', ...script.flatMap((line) => ['-e', line]), title, body];
}

/** A box in the user's own session, which waits for eight hours at most. Windows' Home editions lack it. */
function onWindows({ title, body }: SystemNotification, environment: NotificationWorld['environment']): ProgramCall {
  const msg = win32.join(environment.SystemRoot || 'C:\\Windows', 'System32', 'msg.exe');
  return [msg, environment.USERNAME || '*', '/TIME:28800', `${title}\r\n\r\n${body}`];
}
