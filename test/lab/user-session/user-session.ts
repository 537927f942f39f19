/**
 * A login session as a desktop of Linux has it, in namespaces of its own and as root: the user's systemd, the session's D-Bus, and a
 * notification service that records what it is told. What is real: systemd, dbus-daemon, and every program that is run in it.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const INIT = fileURLToPath(new URL('./session-init.sh', import.meta.url));
const PROGRAMS = [
  '/usr/lib/systemd/systemd',
  '/usr/bin/dbus-daemon',
  '/usr/bin/busctl',
  '/usr/bin/unshare',
  '/usr/bin/python3',
];
const RUNTIME = '/run/user/0';
const START_MS = 20_000;

export interface ToldNotification {
  readonly app: string;
  readonly title: string;
  readonly body: string;
  /** 0 low, 1 normal, 2 critical. */
  readonly urgency: number;
}

export interface SessionResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface UserSession {
  readonly home: string;
  /** Runs a program in it, as one that was started from the desktop. */
  run(program: string, words: readonly string[]): Promise<SessionResult>;
  /** What was told so far, in its order. */
  notifications(): Promise<readonly ToldNotification[]>;
  /** Whether the notification service takes what it is told. */
  setTaking(isTaking: boolean): Promise<void>;
  /** The user's systemd ends and starts again, as if the computer had been off for so many days. */
  daysOff(days: number): Promise<void>;
  close(): Promise<void>;
}

/** Why there can be none here; undefined: there can. */
export function noUserSession(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'only root may make namespaces';
  try {
    for (const program of PROGRAMS) accessSync(program, constants.X_OK);
    // Of Debian's dbus-user-session: by it systemd starts the session's bus.
    accessSync('/usr/lib/systemd/user/dbus.socket', constants.R_OK);
    execFileSync('/usr/bin/python3', ['-c', 'import dbus, gi'], { stdio: 'ignore' });
    execFileSync('/usr/bin/unshare', ['--mount', '--pid', '--fork', 'mount', '-t', 'tmpfs', 'tmpfs', '/run'], {
      stdio: 'ignore',
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

/** `folder` exists, and its path is short enough for a socket's. */
export async function startUserSession(folder: string): Promise<UserSession> {
  const [home, told] = [join(folder, 'home'), join(folder, 'notifications')];
  await Promise.all([mkdir(home), mkdir(told)]);
  const environment = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    XDG_RUNTIME_DIR: RUNTIME,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${RUNTIME}/bus`,
    LANG: 'C.UTF-8',
  };
  const words = ['--mount', '--pid', '--fork', '--kill-child', '/bin/bash', INIT, folder];
  const session = spawn('/usr/bin/unshare', words, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(session, 'close');
  let said = '';
  session.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const late = setTimeout(() => session.kill('SIGKILL'), START_MS);
  const logins = createInterface({ input: session.stdout })[Symbol.asyncIterator]();
  const pid = await nextLogin(logins).finally(() => clearTimeout(late));
  if (pid === undefined) {
    const log = await readFile(join(folder, 'systemd.log'), 'utf8').catch(() => '');
    throw new Error(`the user's session did not start: ${said}\n${log.split('\n').slice(-10).join('\n')}`);
  }

  const run = (program: string, given: readonly string[]): Promise<SessionResult> =>
    new Promise((resolve) => {
      const inside = ['--target', pid, '--mount', '--pid', '--wd=/', program, ...given];
      execFile('/usr/bin/nsenter', inside, { env: environment, timeout: START_MS }, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve({ exitCode: typeof code === 'number' ? code : -1, stdout, stderr });
      });
    });
  return {
    home,
    run,
    async notifications() {
      const files = (await readdir(told)).filter((name) => name.endsWith('.json'));
      const texts = files.toSorted((a, b) => parseInt(a, 10) - parseInt(b, 10)).map((name) => join(told, name));
      return Promise.all(texts.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as ToldNotification));
    },
    async setTaking(isTaking) {
      const refusing = join(told, 'refusing');
      await (isTaking ? rm(refusing, { force: true }) : writeFile(refusing, ''));
    },
    async daysOff(days) {
      await writeFile(join(folder, 'days-off'), `${days}`);
      await run('/usr/bin/systemctl', ['--user', 'exit']);
      await nextLogin(logins);
    },
    async close() {
      session.stdin.end();
      session.kill('SIGTERM');
      await closed;
    },
  };
}

/** The process of the session, once a login is there; undefined where none comes any more. */
async function nextLogin(lines: AsyncIterator<string>): Promise<string | undefined> {
  const { value } = await lines.next();
  return typeof value === 'string' && value.startsWith('ready ') ? value.slice('ready '.length) : undefined;
}
