/**
 * The fabric on loopback, for an ordinary user: both daemons run as that user, on free ports of 127.0.0.1, and the only
 * account is that user's own. sshd allows it; what it cannot show is a device that is out of direct reach.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endTree, makeHostKey, spawnTied, waitForBanner } from './daemon.ts';
import { type LabAccount, type Machine, type Machines, type MachinesRequest, shellQuote } from './machine.ts';
import type { AuthorizedKeysTarget } from './reconciliation.ts';
import { type SshdSettings, sshdConfig } from './sshd-config.ts';

const EOS_SHELL = fileURLToPath(new URL('./eos-shell.ts', import.meta.url));
const HOST = '127.0.0.1';
/** Between finding a free port and sshd's taking it, somebody else may. */
const PORT_TRIES = 5;

export async function startOnLoopback(request: MachinesRequest): Promise<Machines> {
  const { username: user, shell: loginShell } = userInfo();
  // sshd runs even a ForceCommand through it.
  if (/\/(nologin|false)$/.test(loginShell ?? '')) {
    throw new Error(`the account ${user} has no login shell (${loginShell}), so nobody can log in to it`);
  }
  // Compiled into sshd, and needed when root starts it; Debian's package makes it at boot only.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const started: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(started.map(endTree));
  };
  try {
    const shell = [process.execPath, EOS_SHELL, request.deviceName].map(shellQuote).join(' ');
    const device = await startDaemon(request, 'device', { forceCommand: shell }, started);
    const jump = await startDaemon(request, 'jump', { permitOpenTo: device }, started);
    return {
      jump,
      device,
      targets: [
        ...targetsOf('jump', request.folder, user, request.jumpAccounts),
        ...targetsOf('device', request.folder, user, request.deviceAccounts),
      ],
      onlyUser: user,
      givesTerminals: await givesTerminals(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startDaemon(
  request: MachinesRequest,
  name: 'jump' | 'device',
  special: { readonly forceCommand: string } | { readonly permitOpenTo: Machine },
  started: ChildProcess[],
): Promise<Machine> {
  const folder = join(request.folder, name);
  await mkdir(join(folder, 'authorized_keys'), { recursive: true });
  const hostKeyFile = join(folder, 'host_key');
  const hostKey = await makeHostKey(hostKeyFile);
  const logFile = join(folder, 'sshd.log');
  const configFile = join(folder, 'sshd_config');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const settings: SshdSettings = {
      listenAddress: HOST,
      port,
      hostKeyFile,
      authorizedKeysFile: join(folder, 'authorized_keys', '%u').replaceAll('%', '%%').replace(/%%u$/, '%u'),
      // The folder may lie below /tmp, which everybody may write to.
      strictModes: false,
      rootMayLogIn: true,
      permitTty: await givesTerminals(),
      bannerFile: join(folder, 'banner'),
      version: request.sshdVersion,
      ...('forceCommand' in special
        ? { forceCommand: special.forceCommand }
        : // To itself too: a second jump host in a chain.
          { permitOpen: [`${HOST}:${special.permitOpenTo.port}`, `${HOST}:${port}`] }),
    };
    await writeFile(configFile, sshdConfig(settings));
    const process = await spawnTied(request.sshd, ['-D', '-f', configFile, '-E', logFile]);
    started.push(process);
    try {
      await waitForBanner(HOST, port, process, () => readFile(logFile, 'utf8'));
      return { host: HOST, port, hostKey, logFile };
    } catch (error) {
      if (attempt === PORT_TRIES || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

/**
 * sshd gives a terminal to its user and the group `tty`, and ends the session where it may not. Only root may, unless
 * /dev/pts is mounted so that they belong to that group from the start (`gid=5`, as systemd mounts it).
 */
async function givesTerminals(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return true;
  const tty = /^tty:[^:]*:(\d+):/m.exec(await readFile('/etc/group', 'utf8'))?.[1];
  // Of several mounts on one folder the last is seen.
  const mounts = [...(await readFile('/proc/mounts', 'utf8')).matchAll(/^\S+ \/dev\/pts devpts (\S+)/gm)];
  const options = mounts.at(-1)?.[1];
  return tty === undefined || options?.split(',').includes(`gid=${tty}`) === true;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Everyone is the current user here, so the first account on a machine is the one whose key opens it. */
function targetsOf(
  machine: 'jump' | 'device',
  folder: string,
  user: string,
  accounts: readonly LabAccount[],
): AuthorizedKeysTarget[] {
  return accounts
    .slice(0, 1)
    .map(({ upn }) => ({ machine, user, upn, file: join(folder, machine, 'authorized_keys', user) }));
}
