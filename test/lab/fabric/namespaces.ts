/**
 * The fabric in network namespaces, as root: every machine one of its own, and one more that is the switch between them.
 *
 *   here ─┬─ edge 198.18.x.0/28 ─┬─ jump host ─┬─ fabric 198.18.x.16/28 ─┬─ device
 *                                └─ jump host ─┘                         └─ jump host ─── inner 198.18.x.32/28 ─── device
 *
 * No machine routes, so a device is reached only by logging in to a jump host first. The namespaces have no names: they live as long
 * as their first process, and that dies with the process that started the fabric (PR_SET_PDEATHSIG), so that the kernel clears up
 * networks, mounts and sessions even after a SIGKILL.
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
  type MachinePlan,
  type Machines,
  type MachinesRequest,
  type NetworkName,
  shellQuote,
} from './machine.ts';
import { requireProgram, run } from './programs.ts';
import type { AuthorizedKeysTarget } from './reconciliation.ts';
import { sshdConfig } from './sshd-config.ts';

const INIT = fileURLToPath(new URL('./machine-init.sh', import.meta.url));
const SHELLS = ['eos-shell.ts', 'console-shell.ts'];
/** Where a machine sees its folder (machine-init.sh). */
const INSIDE = '/mnt';
const SSH_PORT = 22;
const CONSOLE_PORT = 2222;
const FIRST_UID = 61_001;
/** Of a network of 16, without that for broadcasts. */
const LAST_ADDRESS = 14;
const NETWORKS: readonly NetworkName[] = ['edge', 'fabric', 'inner'];

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

/** A machine that is being started: its plan, and where it is to be. */
interface Site {
  readonly plan: MachinePlan;
  readonly folder: string;
  /** By network, in the order of the plan's. */
  readonly addresses: ReadonlyMap<NetworkName, NetworkAddress>;
  readonly port: number;
}

interface NetworkAddress {
  readonly ip: string;
  readonly ip6: string;
}

async function startMachines(request: MachinesRequest): Promise<Machines> {
  const range = pickRange();
  const sites = request.machines.map((plan, index) => placeMachine(plan, index, range, request.folder));
  const started: Namespace[] = [];
  let ownsLink = false;
  const closeAll = async () => {
    // The link first, because the kernel takes its time to clear a namespace away.
    if (ownsLink) await run(await requireProgram('ip'), ['link', 'delete', range.linkName]).catch(() => {});
    await Promise.all(started.map((namespace) => namespace.end()));
  };
  try {
    const hostKeys = await Promise.all(sites.map(prepareFolder));
    const node = await executableByAll(process.execPath, request.folder);
    const machines = sites.map((site, index): Omit<Machine, 'goSilent' | 'comeBack'> => {
      const { ip, ip6 } = firstAddress(site);
      const names = { host: ip, ...(request.ipv6 && { host6: ip6 }), port: site.port };
      return { plan: site.plan, ...names, hostKey: hostKeys[index] ?? '', logFile: join(site.folder, 'sshd.log') };
    });
    const switchNamespace = await startSwitch(started);
    const namespaces: Namespace[] = [];
    for (const [index, site] of sites.entries()) {
      await writeFile(join(site.folder, 'sshd_config'), configOf(site, sites, request));
      const neighbours = machines.filter((_, other) => other !== index && sharesNetwork(site, sites[other]));
      await writeHomes(site.folder, site.plan.accounts, neighbours.map(knownHostsLine));
      namespaces.push(await startNamespace(site.folder, request.sshd, node, started));
    }
    await addLink(range, switchNamespace.pid);
    ownsLink = true;
    await connectThem(range, switchNamespace.pid, sites, namespaces, request.ipv6);
    await Promise.all(
      machines.map(({ plan, host, port, logFile }, index) => {
        const [{ process }, log] = [namespaces[index] ?? switchNamespace, () => readFile(logFile, 'utf8')];
        // Those that lie behind a jump host cannot be asked from here.
        return plan.networks.includes('edge')
          ? waitForBanner(host, port, process, log)
          : waitUntilListening(process, log);
      }),
    );
    return {
      machines: machines.map((machine, index) => ({ ...machine, ...silencing(namespaces[index], request.ipv6) })),
      targets: sites.flatMap(targetsOf),
      givesTerminals: true,
      takesPasswords: true,
      alone: [await requireProgram('nsenter'), '--net', '--target', String(switchNamespace.pid), '--'],
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function placeMachine(plan: MachinePlan, index: number, range: Range, folder: string): Site {
  return {
    plan,
    folder: join(folder, plan.name),
    // The first two of each network are its own and this computer's.
    addresses: new Map(plan.networks.map((network) => [network, range.at(network, index + 2)])),
    port: plan.kind === 'console' ? CONSOLE_PORT : SSH_PORT,
  };
}

function firstAddress({ addresses }: Site): NetworkAddress {
  const [first] = addresses.values();
  if (first === undefined) throw new Error('a machine is on no network');
  return first;
}

function sharesNetwork(site: Site, other: Site | undefined): boolean {
  return other?.plan.networks.some((network) => site.addresses.has(network)) === true;
}

function configOf(site: Site, sites: readonly Site[], request: MachinesRequest): string {
  const { plan } = site;
  const word = (words: readonly string[]) => words.map(shellQuote).join(' ');
  const within = [...site.addresses.keys()];
  const others = sites
    .filter((other) => other !== site)
    .flatMap(({ port, addresses }) =>
      within.flatMap((network) => {
        const address = addresses.get(network);
        if (address === undefined) return [];
        return [`${address.ip}:${port}`, ...(request.ipv6 ? [`[${address.ip6}]:${port}`] : [])];
      }),
    );
  return sshdConfig({
    listenAddresses: ['0.0.0.0', ...(request.ipv6 ? ['::'] : [])],
    port: site.port,
    hostKeyFile: `${INSIDE}/host_key`,
    authorizedKeysFile: '.ssh/authorized_keys',
    strictModes: true,
    rootMayLogIn: false,
    permitTty: true,
    bannerFile: `${INSIDE}/banner`,
    version: request.sshdVersion,
    passwordUsers: plan.accounts.filter(({ password }) => password !== undefined).map(({ user }) => user),
    variant: plan.kind === 'console' ? { ...plan.sshd, allowsAgentForwarding: false } : plan.sshd,
    ...(plan.kind === 'device' && { forceCommand: word([`${INSIDE}/node`, `${INSIDE}/eos-shell.ts`, plan.hostName]) }),
    ...(plan.kind === 'console' && {
      forceCommand: word([`${INSIDE}/node`, `${INSIDE}/console-shell.ts`, plan.hostName, '/tmp']),
    }),
    // To itself too: a second jump host in a chain.
    ...(plan.kind === 'jump-host' && { permitOpen: [...others, `127.0.0.1:${SSH_PORT}`] }),
  });
}

interface Range {
  /** This side of the link to the switch: 15 characters at most. */
  readonly linkName: string;
  /** An address of a network, by number. */
  at(network: NetworkName, number: number): NetworkAddress;
}

/** One of 2048 pieces of 198.18.0.0/15, which is set aside for test networks (RFC 2544), and of fd00::/8 (RFC 4193). */
function pickRange(): Range {
  const piece = randomInt(2048);
  return {
    linkName: `gklab${piece}`,
    at(network, number) {
      const place = NETWORKS.indexOf(network);
      const address = piece * 64 + place * 16 + number;
      return {
        ip: `198.${18 + (address >> 16)}.${(address >> 8) & 0xff}.${address & 0xff}`,
        ip6: `fd6b:6c61:${(piece + 1).toString(16)}:${place + 1}::${number.toString(16)}`,
      };
    },
  };
}

/** Writes what machine-init.sh finds in its folder; returns the public host key. */
async function prepareFolder({ folder, plan: { accounts } }: Site): Promise<string> {
  // The lab's accounts pass through on their way to their homes.
  await mkdir(join(folder, 'home'), { recursive: true });
  for (const path of [folder, join(folder, 'home')]) await chmod(path, 0o755);
  await writeFile(join(folder, 'passwd'), passwdText(accounts));
  await writeFile(join(folder, 'group'), groupText(await readFile('/etc/group', 'utf8'), accounts));
  const shadow = await Promise.all(accounts.map(shadowLine));
  await writeFile(join(folder, 'shadow'), shadow.join(''), { mode: 0o600 });
  await writeFile(join(folder, 'node'), '');
  // The shells are read as ES modules, by the lab's accounts, whatever the modes of the checkout are.
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n');
  for (const name of SHELLS) await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
  for (const name of ['package.json', ...SHELLS]) await chmod(join(folder, name), 0o644);
  return makeHostKey(join(folder, 'host_key'));
}

/** shadow(5): a hash of crypt(3), or a star, which no password has. sshd without PAM reads it itself. */
async function shadowLine({ user, password }: LabAccount): Promise<string> {
  const hash =
    password === undefined
      ? '*'
      : (await run(await requireProgram('openssl'), ['passwd', '-6', '-stdin'], password)).trim();
  return `${user}:${hash}:20000:0:99999:7:::\n`;
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
async function writeHomes(
  folder: string,
  accounts: readonly LabAccount[],
  knownHosts: readonly string[],
): Promise<void> {
  for (const [index, { user }] of accounts.entries()) {
    const id = FIRST_UID + index;
    const home = join(folder, 'home', user);
    await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    await writeFile(join(home, '.ssh', 'known_hosts'), knownHosts.map((line) => `${line}\n`).join(''));
    await writeFile(join(home, '.ssh', 'authorized_keys'), '', { mode: 0o600 });
    for (const path of ['.ssh/authorized_keys', '.ssh/known_hosts', '.ssh', '']) await chown(join(home, path), id, id);
  }
}

function targetsOf({ folder, plan: { name, accounts } }: Site): AuthorizedKeysTarget[] {
  return accounts.flatMap(({ user, upn }, index) => {
    const owner = { uid: FIRST_UID + index, gid: FIRST_UID + index };
    const file = join(folder, 'home', user, '.ssh', 'authorized_keys');
    return upn === undefined ? [] : [{ machine: name, user, upn, file, owner }];
  });
}

interface Namespace {
  /** Its first process, as this side of it counts. */
  readonly pid: number;
  /** What started it and ends with it. */
  readonly process: ChildProcess;
  end(): Promise<void>;
}

/** Starts a machine. */
function startNamespace(folder: string, sshd: string, node: string, started: Namespace[]): Promise<Namespace> {
  return startFirstProcess(['--mount', '--', '/bin/sh', INIT, folder, sshd, node], started);
}

/** Starts the namespace of the switch, in which nothing runs. (/proc still is the host's, as machine-init.sh says.) */
function startSwitch(started: Namespace[]): Promise<Namespace> {
  const wait = 'read -r pid rest < /proc/self/stat; echo "ready $pid"; exec sleep infinity';
  return startFirstProcess(['--', '/bin/sh', '-c', wait], started);
}

/** It is added to `started` before anything may fail. */
async function startFirstProcess(words: readonly string[], started: Namespace[]): Promise<Namespace> {
  const own = ['--net', '--pid', '--fork', '--kill-child=KILL'];
  const child = await spawnTied(await requireProgram('unshare'), [...own, ...words]);
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
async function addLink({ linkName }: Range, switchPid: number): Promise<void> {
  const ends = ['link', 'add', linkName, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', String(switchPid)];
  try {
    await run(await requireProgram('ip'), ends);
  } catch (error) {
    if (/File exists/.test(String(error))) throw new RangeTaken(linkName);
    throw error;
  }
}

async function connectThem(
  range: Range,
  switchPid: number,
  sites: readonly Site[],
  namespaces: readonly Namespace[],
  ipv6: boolean,
): Promise<void> {
  const here = range.at('edge', 1);
  const bridges = NETWORKS.filter((network) => sites.some(({ addresses }) => addresses.has(network)));
  await inNamespace(switchPid, [
    ...bridges.flatMap((network) => [`link add ${network} type bridge`, `link set ${network} up`]),
    'link set uplink master edge up',
    // Whoever is run in there is on the edge, and on nothing else.
    `address add ${range.at('edge', LAST_ADDRESS).ip}/28 dev edge`,
    'link set lo up',
    ...sites.flatMap(({ addresses }, site) =>
      [...addresses.keys()].flatMap((network, index) => [
        `link add m${site}e${index} type veth peer name eth${index} netns ${namespaces[site]?.pid}`,
        `link set m${site}e${index} master ${network} up`,
      ]),
    ),
  ]);
  await Promise.all([
    run(
      await requireProgram('ip'),
      ['-batch', '-'],
      batch([
        `address add ${here.ip}/28 dev ${range.linkName}`,
        `link set ${range.linkName} up`,
        ...(ipv6 ? [`address add ${here.ip6}/64 dev ${range.linkName} nodad`] : []),
        // Whoever tries what lies behind directly gets as far as the first jump host, and not out to the host's own gateway.
        ...bridges
          .filter((network) => network !== 'edge')
          .map(
            (network) => `route add ${range.at(network, 0).ip}/28 via ${range.at('edge', 2).ip} dev ${range.linkName}`,
          ),
      ]),
    ),
    ...sites.map(({ addresses }, site) =>
      inNamespace(namespaces[site]?.pid, [
        'link set lo up',
        ...[...addresses.values()].flatMap(({ ip, ip6 }, index) => [
          `address add ${ip}/28 dev eth${index}`,
          ...(ipv6 ? [`address add ${ip6}/64 dev eth${index} nodad`] : []),
          `link set eth${index} up`,
        ]),
      ]),
    ),
  ]);
}

/** All packets that would leave the machine are dropped, answers too; to whom they go is not asked first, so nothing is refused. */
function silencing(namespace: Namespace | undefined, ipv6: boolean): Pick<Machine, 'goSilent' | 'comeBack'> {
  const rule = async (verb: string) => {
    const line = [`rule ${verb} pref 1 blackhole`];
    await inNamespace(namespace?.pid, line);
    if (ipv6) await inNamespace(namespace?.pid, line, ['-6']);
  };
  return { goSilent: () => rule('add'), comeBack: () => rule('del') };
}

async function inNamespace(
  pid: number | undefined,
  lines: readonly string[],
  options: readonly string[] = [],
): Promise<void> {
  const words = ['--net', '--target', String(pid), await requireProgram('ip'), ...options, '-batch', '-'];
  await run(await requireProgram('nsenter'), words, batch(lines));
}

function batch(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
