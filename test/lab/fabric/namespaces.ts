/**
 * The fabric in network namespaces, as root: a jump host and a device as machines of their own.
 *
 *   here ── 198.18.x.0/30 ── jump host ── 198.18.x.4/30 ── device
 *
 * The jump host does not route, so the device is reached only by logging in to the jump host first. The namespaces have no
 * names: they live as long as their first process, and that dies with the process that started the fabric
 * (PR_SET_PDEATHSIG), so that the kernel clears up networks, mounts and sessions even after a SIGKILL.
 */
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeHostKey, spawnTied, waitForBanner, waitUntilListening } from './daemon.ts';
import {
  knownHostsLine,
  type LabAccount,
  type Machine,
  type Machines,
  type MachinesRequest,
  shellQuote,
} from './machine.ts';
import { requireProgram, run } from './programs.ts';
import type { AuthorizedKeysTarget } from './reconciliation.ts';
import { sshdConfig } from './sshd-config.ts';

const INIT = fileURLToPath(new URL('./machine-init.sh', import.meta.url));
const EOS_SHELL = fileURLToPath(new URL('./eos-shell.ts', import.meta.url));
/** Where a machine sees its folder (machine-init.sh). */
const INSIDE = '/mnt';
const SSH_PORT = 22;
const FIRST_UID = 61_001;

/** Another fabric on this machine may have picked the same piece of the address range. */
const RANGE_TRIES = 4;

export async function startInNamespaces(request: MachinesRequest): Promise<Machines> {
  if (process.getuid?.() !== 0) throw new Error('only root may make network namespaces here');
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startMachines({ ...request, folder: join(request.folder, `${attempt}`) });
    } catch (error) {
      if (attempt === RANGE_TRIES || !(error instanceof RangeTaken)) throw error;
    }
  }
}

class RangeTaken extends Error {}

async function startMachines(request: MachinesRequest): Promise<Machines> {
  const [jumpFolder, deviceFolder] = [join(request.folder, 'jump'), join(request.folder, 'device')];
  const range = pickRange();
  const started: Namespace[] = [];
  let ownsLink = false;
  const closeAll = async () => {
    // The link first, because the kernel takes its time to clear a namespace away.
    if (ownsLink) await run(await requireProgram('ip'), ['link', 'delete', range.linkName]).catch(() => {});
    await Promise.all(started.map((namespace) => namespace.end()));
  };
  try {
    const [jumpKey, deviceKey] = await Promise.all([
      prepareFolder(jumpFolder, request.jumpAccounts),
      prepareFolder(deviceFolder, request.deviceAccounts),
    ]);
    const jump: Machine = { host: range.jump, port: SSH_PORT, hostKey: jumpKey, logFile: join(jumpFolder, 'sshd.log') };
    const device: Machine = {
      host: range.device,
      port: SSH_PORT,
      hostKey: deviceKey,
      logFile: join(deviceFolder, 'sshd.log'),
    };
    const common = {
      listenAddress: '0.0.0.0',
      port: SSH_PORT,
      hostKeyFile: `${INSIDE}/host_key`,
      authorizedKeysFile: '.ssh/authorized_keys',
      strictModes: true,
      rootMayLogIn: false,
      permitTty: true,
      bannerFile: `${INSIDE}/banner`,
      version: request.sshdVersion,
    };
    await writeFile(
      join(jumpFolder, 'sshd_config'),
      sshdConfig({
        ...common, // To itself too: a second jump host in a chain.
        permitOpen: [`${range.device}:${SSH_PORT}`, `127.0.0.1:${SSH_PORT}`],
      }),
    );
    const shell = [`${INSIDE}/node`, `${INSIDE}/eos-shell.ts`, request.deviceName].map(shellQuote).join(' ');
    await writeFile(join(deviceFolder, 'sshd_config'), sshdConfig({ ...common, forceCommand: shell }));
    await writeHomes(jumpFolder, request.jumpAccounts, knownHostsLine(device));
    await writeHomes(deviceFolder, request.deviceAccounts, '');

    const node = await executableByAll(process.execPath, request.folder);
    const jumpNamespace = await startNamespace(jumpFolder, request.sshd, node, started);
    const deviceNamespace = await startNamespace(deviceFolder, request.sshd, node, started);
    await addLink(range, jumpNamespace.pid);
    ownsLink = true;
    await connectThem(range, jumpNamespace.pid, deviceNamespace.pid);
    await waitForBanner(jump.host, jump.port, jumpNamespace.process, () => readFile(jump.logFile, 'utf8'));
    // The device cannot be asked from here.
    await waitUntilListening(deviceNamespace.process, () => readFile(device.logFile, 'utf8'));
    return {
      jump,
      device,
      targets: [
        ...targetsOf('jump', jumpFolder, request.jumpAccounts),
        ...targetsOf('device', deviceFolder, request.deviceAccounts),
      ],
      givesTerminals: true,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Range {
  /** This side of the link to the jump host: 15 characters at most. */
  readonly linkName: string;
  readonly here: string;
  readonly jump: string;
  readonly jumpToDevice: string;
  readonly device: string;
  /** The device's network, in CIDR notation. */
  readonly deviceNetwork: string;
}

/** One of 16384 pieces of 198.18.0.0/15, which is set aside for test networks (RFC 2544). */
function pickRange(): Range {
  const piece = randomInt(16_384);
  const at = (offset: number) => {
    const address = piece * 8 + offset;
    return `198.${18 + (address >> 16)}.${(address >> 8) & 0xff}.${address & 0xff}`;
  };
  return {
    linkName: `gklab${piece}`,
    here: at(1),
    jump: at(2),
    jumpToDevice: at(5),
    device: at(6),
    deviceNetwork: `${at(4)}/30`,
  };
}

/** Writes what machine-init.sh finds in its folder; returns the public host key. */
async function prepareFolder(folder: string, accounts: readonly LabAccount[]): Promise<string> {
  // The lab's accounts pass through on their way to their homes.
  await mkdir(join(folder, 'home'), { recursive: true });
  for (const path of [folder, join(folder, 'home')]) await chmod(path, 0o755);
  await writeFile(join(folder, 'passwd'), passwdText(accounts));
  await writeFile(join(folder, 'group'), groupText(await readFile('/etc/group', 'utf8'), accounts));
  await writeFile(join(folder, 'shadow'), accounts.map(({ user }) => `${user}:*:20000:0:99999:7:::\n`).join(''), {
    mode: 0o600,
  });
  await writeFile(join(folder, 'node'), '');
  // The shell is read as an ES module, by the lab's accounts, whatever the modes of the checkout are.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n');
  await copyFile(EOS_SHELL, join(folder, 'eos-shell.ts'));
  for (const name of ['package.json', 'eos-shell.ts']) await chmod(join(folder, name), 0o644);
  return makeHostKey(join(folder, 'host_key'));
}

/** The node program, or a copy of it where its own mode keeps the lab's accounts out (installed under umask 077). */
async function executableByAll(node: string, folder: string): Promise<string> {
  if (((await stat(node)).mode & 0o005) === 0o005) return node;
  const copy = join(folder, 'node');
  await copyFile(node, copy);
  await chmod(copy, 0o755);
  return copy;
}

/** sshd separates its privileges with the account `sshd`; the rest of the host's accounts do not exist on a lab machine. */
function passwdText(accounts: readonly LabAccount[]): string {
  return [
    'root:x:0:0:root:/root:/bin/sh',
    'sshd:x:60999:65534::/run/sshd:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    ...accounts.map(({ user }, index) => {
      const id = FIRST_UID + index;
      return `${user}:x:${id}:${id}::/home/${user}:/bin/sh`;
    }),
    '',
  ].join('\n');
}

/** The host's groups stay (sshd looks up `tty`). */
function groupText(host: string, accounts: readonly LabAccount[]): string {
  return `${host.trimEnd()}\n${accounts.map(({ user }, index) => `${user}:x:${FIRST_UID + index}:\n`).join('')}`;
}

/** Homes that sshd's StrictModes is content with. */
async function writeHomes(folder: string, accounts: readonly LabAccount[], knownHosts: string): Promise<void> {
  for (const [index, { user }] of accounts.entries()) {
    const id = FIRST_UID + index;
    const home = join(folder, 'home', user);
    await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    await writeFile(join(home, '.ssh', 'known_hosts'), knownHosts === '' ? '' : `${knownHosts}\n`);
    await writeFile(join(home, '.ssh', 'authorized_keys'), '', { mode: 0o600 });
    for (const path of ['.ssh/authorized_keys', '.ssh/known_hosts', '.ssh', '']) await chown(join(home, path), id, id);
  }
}

function targetsOf(
  machine: 'jump' | 'device',
  folder: string,
  accounts: readonly LabAccount[],
): AuthorizedKeysTarget[] {
  return accounts.map(({ user, upn }, index) => ({
    machine,
    user,
    upn,
    file: join(folder, 'home', user, '.ssh', 'authorized_keys'),
    owner: { uid: FIRST_UID + index, gid: FIRST_UID + index },
  }));
}

interface Namespace {
  /** Its first process, as this side of it counts. */
  readonly pid: number;
  /** What started it and ends with it. */
  readonly process: ChildProcess;
  end(): Promise<void>;
}

/** Starts a machine; it is added to `started` before anything may fail. */
async function startNamespace(folder: string, sshd: string, node: string, started: Namespace[]): Promise<Namespace> {
  const child = await spawnTied(await requireProgram('unshare'), [
    ...['--net', '--mount', '--pid', '--fork', '--kill-child=KILL', '--'],
    ...['/bin/sh', INIT, folder, sshd, node],
  ]);
  const namespace = { pid: 0, process: child, end: () => endNamespace(child, namespace.pid) };
  started.push(namespace);
  namespace.pid = await readyPid(child);
  return namespace;
}

/** The process id in the line "ready PID"; rejects with what the process said when it ends before that. */
function readyPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const pid = /^ready (\d+)$/.exec(line)?.[1];
        if (pid !== undefined) resolve(Number(pid));
      });
    }
    child.once('error', reject);
    child.once('close', () => reject(new Error(`no namespace could be made: ${said.trim()}`)));
  });
}

/** The end of its first process ends every process in it; only then does unshare end. */
async function endNamespace(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  try {
    process.kill(pid > 0 ? pid : (child.pid ?? 0), 'SIGKILL');
  } catch {
    // It ended in this moment.
  }
  await ended;
}

/** The name of the link stands for the piece of the address range: the kernel gives it to one. */
async function addLink({ linkName }: Range, jumpPid: number): Promise<void> {
  const ends = ['link', 'add', linkName, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(jumpPid)];
  try {
    await run(await requireProgram('ip'), ends);
  } catch (error) {
    if (/File exists/.test(String(error))) throw new RangeTaken(linkName);
    throw error;
  }
}

async function connectThem(range: Range, jumpPid: number, devicePid: number): Promise<void> {
  const ip = await requireProgram('ip');
  const nsenter = await requireProgram('nsenter');
  const inside = (pid: number, lines: readonly string[]) =>
    run(nsenter, ['--net', '--target', String(pid), ip, '-batch', '-'], batch(lines));
  const here = (lines: readonly string[]) => run(ip, ['-batch', '-'], batch(lines));

  await here([`address add ${range.here}/30 dev ${range.linkName}`, `link set ${range.linkName} up`]);
  await inside(jumpPid, [
    'link set lo up',
    `link add eth1 type veth peer name eth0 netns ${devicePid}`,
    `address add ${range.jump}/30 dev eth0`,
    `address add ${range.jumpToDevice}/30 dev eth1`,
    'link set eth0 up',
    'link set eth1 up',
  ]);
  await inside(devicePid, ['link set lo up', `address add ${range.device}/30 dev eth0`, 'link set eth0 up']);
  // Whoever tries the device directly gets as far as the jump host, and not out to the host's own gateway.
  await here([`route add ${range.deviceNetwork} via ${range.jump} dev ${range.linkName}`]);
}

function batch(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
