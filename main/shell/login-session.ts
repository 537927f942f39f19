/**
 * Linux: whether the screen is locked. Electron tells that on macOS and Windows only; on Linux desktops say it to systemd-logind,
 * as the property LockedHint of the login session (org.freedesktop.login1(5)), which `gdbus` of GLib reads along.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Log } from '../../diagnostics/log.ts';
import { type Clock, pause } from '../../time/clock.ts';

export interface LoginSessionWorld {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: (isLocked: boolean) => void;
  /** An absolute path: what stands first on the PATH must not say whether the screen is locked. */
  readonly gdbus?: string;
}

const GDBUS = '/usr/bin/gdbus';
const BEGIN_AGAIN_MS = 10_000;
/** Looks too often for nothing where there is no logind at all. */
const MOST_FAILURES = 5;

/** Tells each change until the signal fires. Where nobody can say (no session, no gdbus, no logind), the log says so, once. */
export async function watchLoginSession(world: LoginSessionWorld, signal: AbortSignal): Promise<void> {
  const { environment, clock, log, changed, gdbus = GDBUS } = world;
  const { XDG_SESSION_ID: id } = environment;
  if (id === undefined || id === '') {
    log('warn', 'lock.unwatched', { why: 'this is no login session' });
    return;
  }
  const path = sessionPath(id);
  for (let failures = 0; failures < MOST_FAILURES && !signal.aborted; ) {
    const heard = await listen(gdbus, path, changed, signal);
    if (signal.aborted) return;
    failures = heard ? 0 : failures + 1;
    await pause(clock, BEGIN_AGAIN_MS, signal);
  }
  if (!signal.aborted) log('warn', 'lock.unwatched', { why: 'gdbus or systemd-logind does not answer' });
}

/** As sd-bus writes a name into an object path: what is no letter or digit, and a digit at the beginning, as _hex. */
export function sessionPath(id: string): string {
  const name = id.replace(/[^A-Za-z0-9]|^[0-9]/g, (char) => `_${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `/org/freedesktop/login1/session/${name}`;
}

/** What a line of `gdbus monitor` says of the lock; undefined: nothing. */
export function lockedHintIn(line: string, path: string): boolean | undefined {
  if (
    !line.startsWith(`${path}: org.freedesktop.DBus.Properties.PropertiesChanged ('org.freedesktop.login1.Session',`)
  ) {
    return undefined;
  }
  const hint = /'LockedHint': <(true|false)>/.exec(line)?.[1];
  return hint === undefined ? undefined : hint === 'true';
}

/** True when anything was heard before it ended. */
function listen(
  gdbus: string,
  path: string,
  changed: (isLocked: boolean) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const words = ['monitor', '--system', '--dest', 'org.freedesktop.login1', '--object-path', path];
    const child = spawn(gdbus, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    let heard = false;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const hint = lockedHintIn(line, path);
      if (hint === undefined || signal.aborted) return;
      heard = true;
      changed(hint);
    });
    const stop = () => child.kill();
    signal.addEventListener('abort', stop, { once: true });
    const ended = () => {
      signal.removeEventListener('abort', stop);
      resolve(heard);
    };
    child.once('error', ended);
    child.once('close', ended);
  });
}
