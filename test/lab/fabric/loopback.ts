/**
 * The fabric on loopback, for an ordinary user: all daemons run as that user, on free ports of 127.0.0.1, and the only
 * account is that user's own. sshd allows it; what it cannot show is a device that is out of direct reach, an account with a
 * password (the user's own stays the user's), or the console at port 2222.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endTree, makeHostKey, signalTree, spawnTied, waitForBanner } from './daemon.ts';
import {
  knownHostsLine,
  type Machine,
  type MachineKind,
  type MachinePlan,
  type Machines,
  type MachinesRequest,
  shellQuote,
} from './machine.ts';
import { requireProgram } from './programs.ts';
import type { AuthorizedKeysTarget } from './reconciliation.ts';
import { type SshdSettings, sshdConfig } from './sshd-config.ts';

const HOST = '127.0.0.1';
const HOST6 = '::1';
/** What a login runs in place of the user's shell. */
const SHELLS: Partial<Record<MachineKind, (plan: MachinePlan, folder: string) => readonly string[]>> = {
  device: ({ hostName }) => [process.execPath, fileURLToPath(new URL('./eos-shell.ts', import.meta.url)), hostName],
  console: ({ hostName }, folder) => [
    ...[process.execPath, fileURLToPath(new URL('./console-shell.ts', import.meta.url))],
    ...[hostName, folder],
  ],
};
/** Between finding a free port and sshd's taking it, somebody else may. */
const PORT_TRIES = 5;

export async function startOnLoopback(request: MachinesRequest): Promise<Machines> {
  const account = userInfo();
  const user = account.username;
  const fault = loginFault(account);
  if (fault !== undefined) throw new Error(fault);
  // Compiled into sshd, and needed when root starts it; Debian's package makes it at boot only.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const started: ChildProcess[] = [];
  const close = async () => {
    await Promise.all(started.map(endTree));
  };
  try {
    const programs = await writeSsh(request.folder);
    const running = new Map<MachinePlan, Machine>();
    // A jump host may go on to what is there before it: the devices first, then the innermost jump host.
    for (const plan of [...request.machines].toReversed().sort(byKind)) {
      running.set(plan, await startDaemon(request, plan, { others: [...running.values()], programs }, started));
    }
    const machines = request.machines.flatMap((plan) => running.get(plan) ?? []);
    await writeFile(join(request.folder, 'known_hosts'), machines.map((one) => `${knownHostsLine(one)}\n`).join(''));
    return {
      machines,
      targets: request.machines.flatMap((plan) => targetsOf(plan, request.folder, user)),
      onlyUser: user,
      givesTerminals: await givesTerminals(),
      takesPasswords: false,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Why nobody can log in to that account of this computer, and what to do; undefined where one can. */
export function loginFault({ username, shell }: { username: string; shell: string | null }): string | undefined {
  // sshd runs even a ForceCommand through it.
  if (!/\/(nologin|false)$/.test(shell ?? '')) return undefined;
  return `the account ${username} has no login shell (${shell}), so nobody can log in to it. Run this as root, or as an account that has one`;
}

function byKind(a: MachinePlan, b: MachinePlan): number {
  return Number(a.kind === 'jump-host') - Number(b.kind === 'jump-host');
}

/** A folder for PATH with an `ssh` that knows the lab's machines: the user's own known_hosts is none of the lab's business. */
async function writeSsh(folder: string): Promise<string> {
  const programs = join(folder, 'bin');
  await mkdir(programs, { recursive: true });
  const config = join(folder, 'ssh_config');
  await writeFile(config, `UserKnownHostsFile "${join(folder, 'known_hosts')}"\nStrictHostKeyChecking yes\n`);
  const words = [await requireProgram('ssh'), '-F', config].map(shellQuote).join(' ');
  await writeFile(join(programs, 'ssh'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return programs;
}

async function startDaemon(
  request: MachinesRequest,
  plan: MachinePlan,
  surroundings: { readonly others: readonly Machine[]; readonly programs: string },
  started: ChildProcess[],
): Promise<Machine> {
  const folder = join(request.folder, plan.name);
  await mkdir(join(folder, 'authorized_keys'), { recursive: true });
  const hostKeyFile = join(folder, 'host_key');
  const hostKey = await makeHostKey(hostKeyFile);
  const logFile = join(folder, 'sshd.log');
  const configFile = join(folder, 'sshd_config');
  const hosts = [HOST, ...(request.ipv6 ? [HOST6] : [])];
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const shell = SHELLS[plan.kind]?.(plan, folder).map(shellQuote).join(' ');
    const permitOpen = [...surroundings.others.map((other) => other.port), port].flatMap((one) => [
      `${HOST}:${one}`,
      ...(request.ipv6 ? [`[${HOST6}]:${one}`] : []),
    ]);
    const settings: SshdSettings = {
      listenAddresses: hosts.map((host) => (host === HOST6 ? `[${host}]` : host)),
      port,
      hostKeyFile,
      authorizedKeysFile: join(folder, 'authorized_keys', '%u').replaceAll('%', '%%').replace(/%%u$/, '%u'),
      // The folder may lie below /tmp, which everybody may write to.
      strictModes: false,
      rootMayLogIn: true,
      permitTty: await givesTerminals(),
      bannerFile: join(folder, 'banner'),
      path: `${surroundings.programs}:${process.env.PATH ?? '/usr/bin:/bin'}`,
      version: request.sshdVersion,
      variant: plan.kind === 'console' ? { ...plan.sshd, allowsAgentForwarding: false } : plan.sshd,
      ...(shell !== undefined && { forceCommand: shell }),
      // To itself too: a second jump host in a chain.
      ...(plan.kind === 'jump-host' && { permitOpen }),
    };
    await writeFile(configFile, sshdConfig(settings));
    const daemon = await spawnTied(request.sshd, ['-D', '-f', configFile, '-E', logFile]);
    started.push(daemon);
    try {
      await waitForBanner(HOST, port, daemon, () => readFile(logFile, 'utf8'));
      return {
        plan,
        host: HOST,
        ...(request.ipv6 && { host6: HOST6 }),
        port,
        hostKey,
        logFile,
        goSilent: async () => signalTree(daemon, 'SIGSTOP'),
        comeBack: async () => signalTree(daemon, 'SIGCONT'),
      };
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
function targetsOf({ name, accounts }: MachinePlan, folder: string, user: string): AuthorizedKeysTarget[] {
  const upn = accounts[0].upn;
  return upn === undefined ? [] : [{ machine: name, user, upn, file: join(folder, name, 'authorized_keys', user) }];
}
