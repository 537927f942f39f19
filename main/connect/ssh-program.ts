/** Finds the system's ssh and what it is able to do. */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { silentLog } from '../../diagnostics/log.ts';

export interface SshProgram {
  readonly path: string;
  readonly version: { readonly major: number; readonly minor: number };
  /** Whether it tells the agent which host a login is for (8.9). */
  readonly namesHosts: boolean;
  /** A sentence for the person when this ssh works with less than it should; absent else. */
  readonly warning?: string;
}

/** Security keys, and ForwardAgent with a path, came with 8.2 (reference openssh-sk.md, section 16). */
const OLDEST = { major: 8, minor: 2 };
/** Session binding and host-bound signatures came with 8.9: what names the host in the agent's notice. */
const HOST_BOUND = { major: 8, minor: 9 };

/** OpenSSH for Windows: security keys with an agent on a pipe of another name, and quoted backslashes, work from 9.4 on. */
const OLDEST_ON_WINDOWS = { major: 9, minor: 4 };

const REMEDY =
  'Install a current OpenSSH client: on Debian "apt-get install openssh-client", on Windows the optional feature "OpenSSH Client", on macOS "brew install openssh".';
const WINDOWS_REMEDY =
  'Install a current one with "winget install Microsoft.OpenSSH.Preview", or update Windows, whose optional feature "OpenSSH Client" brings one.';

/** What is asked of the system about programs, as an interface so that tests answer it. */
export interface SshLook {
  /** A program lies there that may be run. */
  isThere(path: string): Promise<boolean>;
  /** What `ssh -V` prints. */
  said(path: string): Promise<string>;
}

/**
 * Its path, without asking it for its version, which takes a process; on Windows the version alone tells the right one. Throws `SSH_MISSING`,
 * on Windows `SSH_TOO_OLD`.
 */
export async function sshOnPath(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  look: SshLook = systemLook,
): Promise<string> {
  if (platform === 'win32') return (await findWindowsSsh(environment, silentLog, look)).path;
  const [path] = await present(onPath(environment, platform), look);
  if (path !== undefined) return path;
  throw new GlasskeyError({ code: 'SSH_MISSING', message: 'There is no ssh program on the PATH.', remedy: REMEDY });
}

/**
 * Looks for `ssh` on the PATH, on Windows also where Windows and Microsoft's own packages put it, and asks it for its version.
 * @throws GlasskeyError SSH_MISSING, SSH_TOO_OLD (before 8.2, on Windows before 9.4)
 */
export async function findSsh(
  environment: NodeJS.ProcessEnv = process.env,
  log: Log = silentLog,
  platform: NodeJS.Platform = process.platform,
  look: SshLook = systemLook,
): Promise<SshProgram> {
  if (platform === 'win32') return findWindowsSsh(environment, log, look);
  const path = await sshOnPath(environment, platform, look);
  const version = parseSshVersion(await look.said(path));
  if (version === undefined) {
    log('warn', 'connect.ssh-version-unknown', { path });
    return {
      path,
      version: OLDEST,
      namesHosts: false,
      warning: `${path} does not say that it is OpenSSH; the login may fail.`,
    };
  }
  const said = `${version.major}.${version.minor}`;
  if (isOlder(version, OLDEST)) {
    throw new GlasskeyError({
      code: 'SSH_TOO_OLD',
      message: `${path} is OpenSSH ${said}, and security keys need 8.2 or newer.`,
      remedy: REMEDY,
      detail: { path, version: said },
    });
  }
  if (!isOlder(version, HOST_BOUND)) return { path, version, namesHosts: true };
  log('warn', 'connect.ssh-old', { path, version: said });
  return {
    path,
    version,
    namesHosts: false,
    warning: `${path} is OpenSSH ${said}: before 8.9 it does not say which host it logs in to, so the touch prompt cannot either.`,
  };
}

/**
 * Of those that are there the first that is OpenSSH for Windows and new enough: the ssh of Git, MSYS2 or Cygwin, which often comes first
 * on the PATH, speaks to no named pipe and so to no agent (reference openssh-sk.md, section 14).
 */
async function findWindowsSsh(environment: NodeJS.ProcessEnv, log: Log, look: SshLook): Promise<SshProgram> {
  const paths = await present([...onPath(environment, 'win32'), ...windowsPlaces(environment)], look);
  const tooOld: { readonly path: string; readonly said: string }[] = [];
  const others: string[] = [];
  for (const path of paths) {
    const text = await look.said(path);
    const version = /^OpenSSH_for_Windows_/m.test(text) ? parseSshVersion(text) : undefined;
    if (version === undefined) others.push(path);
    else if (isOlder(version, OLDEST_ON_WINDOWS)) tooOld.push({ path, said: `${version.major}.${version.minor}` });
    else {
      if (others.length + tooOld.length > 0) log('info', 'connect.ssh-passed-over', { path });
      return { path, version, namesHosts: true };
    }
  }
  const [old] = tooOld;
  if (old !== undefined) {
    throw new GlasskeyError({
      code: 'SSH_TOO_OLD',
      message: `${old.path} is OpenSSH ${old.said}, and on Windows security keys need 9.4 or newer.`,
      remedy: WINDOWS_REMEDY,
      detail: { path: old.path, version: old.said },
    });
  }
  throw new GlasskeyError({
    code: 'SSH_MISSING',
    message:
      others[0] === undefined
        ? 'There is no ssh program on the PATH, nor where Windows has its own.'
        : `${others[0]} is not the OpenSSH of Windows: that one alone reaches an agent on a named pipe.`,
    remedy: WINDOWS_REMEDY,
  });
}

/** The optional feature of Windows, and Microsoft's package. */
function windowsPlaces(environment: NodeJS.ProcessEnv): readonly string[] {
  const system = environment.SystemRoot ?? 'C:\\Windows';
  const programs = environment.ProgramFiles ?? 'C:\\Program Files';
  return [win32.join(system, 'System32', 'OpenSSH', 'ssh.exe'), win32.join(programs, 'OpenSSH', 'ssh.exe')];
}

/** The version in what `ssh -V` prints ("OpenSSH_9.2p1 Debian…", "OpenSSH_for_Windows_8.9p1"); undefined for another program. */
export function parseSshVersion(text: string): { major: number; minor: number } | undefined {
  const match = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,3})/m.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]) };
}

function isOlder(version: { major: number; minor: number }, than: { major: number; minor: number }): boolean {
  return version.major !== than.major ? version.major < than.major : version.minor < than.minor;
}

/** Each place on the PATH, in order. A relative entry (often an empty one) would run whatever lies in the current folder. */
function onPath(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] {
  const { delimiter, isAbsolute, join } = platform === 'win32' ? win32 : posix;
  const name = platform === 'win32' ? 'ssh.exe' : 'ssh';
  return (environment.PATH ?? environment.Path ?? '')
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, name));
}

async function present(paths: readonly string[], look: SshLook): Promise<readonly string[]> {
  const places = [...new Set(paths)];
  const there = await Promise.all(places.map((path) => look.isThere(path)));
  return places.filter((_, at) => there[at]);
}

const systemLook: SshLook = {
  async isThere(path) {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
  said: saidVersion,
};

/** By program, as it lies there: a login asks twice, and each answer costs it a process. */
const saidVersions = new Map<string, Promise<string>>();

async function saidVersion(path: string): Promise<string> {
  const { mtimeMs, size, ino } = statSync(path);
  const key = [path, mtimeMs, size, ino].join(' ');
  const before = saidVersions.get(key);
  if (before !== undefined) return before;
  const asked = askVersion(path);
  saidVersions.set(key, asked);
  // One that did not answer in time is asked anew: a process that runs for days would never find it again.
  if (parseSshVersion(await asked) === undefined) saidVersions.delete(key);
  return asked;
}

/** `ssh -V` prints on stderr. Whatever goes wrong reads as an unknown version: the login itself will tell. */
function askVersion(path: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, ['-V'], { timeout: 10_000, windowsHide: true }, (_error, stdout, stderr) =>
      resolve(`${stderr}\n${stdout}`),
    );
  });
}
