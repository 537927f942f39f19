/** Finds the system's ssh and what it is able to do. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
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

const REMEDY =
  'Install a current OpenSSH client: on Debian "apt-get install openssh-client", on Windows the optional feature "OpenSSH Client", on macOS "brew install openssh".';

/** Its path, without asking it for its version, which takes a process. Throws `SSH_MISSING`. */
export async function sshOnPath(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  const path = await onPath(environment.PATH ?? environment.Path ?? '', platform);
  if (path !== undefined) return path;
  throw new GlasskeyError({ code: 'SSH_MISSING', message: 'There is no ssh program on the PATH.', remedy: REMEDY });
}

/**
 * Looks for `ssh` on the PATH and asks it for its version.
 * @throws GlasskeyError SSH_MISSING, SSH_TOO_OLD (before 8.2)
 */
export async function findSsh(
  environment: NodeJS.ProcessEnv = process.env,
  log: Log = silentLog,
  platform: NodeJS.Platform = process.platform,
): Promise<SshProgram> {
  const path = await sshOnPath(environment, platform);
  const version = parseSshVersion(await saidVersion(path));
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

/** The version in what `ssh -V` prints ("OpenSSH_9.2p1 Debian…", "OpenSSH_for_Windows_8.9p1"); undefined for another program. */
export function parseSshVersion(text: string): { major: number; minor: number } | undefined {
  const match = /^OpenSSH_(?:for_Windows_)?(\d{1,3})\.(\d{1,3})/m.exec(text);
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]) };
}

function isOlder(version: { major: number; minor: number }, than: { major: number; minor: number }): boolean {
  return version.major !== than.major ? version.major < than.major : version.minor < than.minor;
}

async function onPath(path: string, platform: NodeJS.Platform): Promise<string | undefined> {
  const name = platform === 'win32' ? 'ssh.exe' : 'ssh';
  // A relative entry (often an empty one) would run whatever lies in the current folder.
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const candidate = join(folder, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** By program, as it lies there: a login asks twice, and each answer costs it a process. */
const saidVersions = new Map<string, Promise<string>>();

async function saidVersion(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  const key = [path, mtimeMs, size, ino].join(' ');
  const said = saidVersions.get(key) ?? askVersion(path);
  saidVersions.set(key, said);
  return said;
}

/** `ssh -V` prints on stderr. Whatever goes wrong reads as an unknown version: the login itself will tell. */
function askVersion(path: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(path, ['-V'], { timeout: 10_000, windowsHide: true }, (_error, stdout, stderr) =>
      resolve(`${stderr}\n${stdout}`),
    );
  });
}
