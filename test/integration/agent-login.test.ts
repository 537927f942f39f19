/** Real logins: the system's ssh and sshd with Glasskey's agent between them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { type AgentServer, startAgentServer } from '../../main/agent/agent-server.ts';
import { systemClock } from '../../time/clock.ts';
import { SoftwareKeyring, softwareKey } from '../unit/agent/software-keyring.ts';

const SSHD = '/usr/sbin/sshd';
// As root, sshd wants its privilege separation folder, which only a running service makes.
const canMakeRun = process.getuid?.() !== 0 || existsSync('/run/sshd') || tryMake('/run/sshd');
const haveSshd = existsSync(SSHD) && existsSync('/usr/bin/ssh') && canMakeRun;
if (!haveSshd) console.warn('SKIPPED: real logins through the agent, because sshd is not installed or cannot run here');

const user = userInfo().username;
const verified = softwareKey('verified', 0x05);
const touchedOnly = softwareKey('touched only', 0x01);
let folder: string;
let port: number;
let sshd: ChildProcess;
let hostKey: Uint8Array;
let server: AgentServer;

function tryMake(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilListening(): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  if (isOpen) return;
  await new Promise((resolve) => setTimeout(resolve, 20));
  return untilListening();
}

/** The exit status of `ssh <args>` with everything from one generated configuration. */
async function ssh(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const env = { PATH: '/usr/bin:/bin', HOME: folder };
  const child = spawn('/usr/bin/ssh', ['-F', join(folder, 'ssh_config'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  const [status] = await once(child, 'close');
  return { status, ...output };
}

beforeAll(async () => {
  if (!haveSshd) return;
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  port = await freePort();
  const file = (name: string) => join(folder, name);
  execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('host')]);
  const [type, blob] = readFileSync(file('host.pub'), 'utf8').split(' ');
  hostKey = new Uint8Array(Buffer.from(blob ?? '', 'base64'));
  await writeFile(file('known_hosts'), `[127.0.0.1]:${port} ${type} ${blob}\n`);
  await writeFile(file('authorized_keys'), verified.publicLine + touchedOnly.publicLine);
  await chmod(file('authorized_keys'), 0o600);
  const daemon = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'PubkeyAuthOptions verify-required',
  ];
  await writeFile(file('sshd_config'), `${daemon.join('\n')}\n`);
  const client = [
    'Host device',
    'HostName 127.0.0.1',
    `Port ${port}`,
    `User ${user}`,
    `UserKnownHostsFile ${file('known_hosts')}`,
    'StrictHostKeyChecking yes',
    'IdentityFile none',
    'PreferredAuthentications publickey',
    'BatchMode yes',
  ];
  await writeFile(file('ssh_config'), `${client.join('\n')}\n`);
  sshd = spawn(SSHD, ['-D', '-e', '-f', file('sshd_config')], { stdio: 'ignore' });
  await untilListening();
});

afterAll(async () => {
  if (!haveSshd) return;
  sshd.kill();
  await once(sshd, 'exit');
  await rm(folder, { recursive: true, force: true });
});

let keyring: SoftwareKeyring;
async function serve(key: typeof verified): Promise<string[]> {
  keyring = new SoftwareKeyring([key]);
  const socketPath = join(folder, 'a', 'agent');
  server = await startAgentServer({ socketPath, keyring, clock: systemClock, log: silentLog });
  return ['-o', `IdentityAgent=${socketPath}`];
}

describe.skipIf(!haveSshd)('a login through the agent', () => {
  beforeEach(() => {
    keyring = new SoftwareKeyring([]);
  });
  afterEach(() => server.close());

  it('succeeds, and the agent knows user and host and that nothing is between', async () => {
    const agent = await serve(verified);
    expect(await ssh(...agent, 'device', 'echo in')).toMatchObject({ status: 0, stdout: 'in\n' });
    expect(keyring.requests).toHaveLength(1);
    expect(keyring.requests[0]).toMatchObject({
      purpose: { kind: 'login', user, hostKey, sessionBound: true },
      forwardedThrough: [],
      isPathProven: true,
    });
  });

  it('without host-bound authentication still knows the host', async () => {
    const agent = await serve(verified);
    expect(await ssh(...agent, '-o', 'PubkeyAuthentication=unbound', 'device', 'true')).toMatchObject({ status: 0 });
    expect(keyring.requests[0]?.purpose).toEqual({ kind: 'login', user, hostKey, sessionBound: true });
  });

  it('from a host that the agent is forwarded to names that host', async () => {
    const agent = await serve(verified);
    const inner = `/usr/bin/ssh -F ${join(folder, 'ssh_config')} device echo twice`;
    const result = await ssh(...agent, '-A', 'device', inner);
    expect(result).toMatchObject({ status: 0, stdout: 'twice\n' });
    expect(keyring.requests.map(({ forwardedThrough }) => forwardedThrough)).toEqual([[], [hostKey]]);
  });

  it('is refused by a device with verify-required when the key was touched without a PIN', async () => {
    const agent = await serve(touchedOnly);
    expect((await ssh(...agent, 'device', 'true')).status).toBe(255);
    expect(keyring.requests).toHaveLength(1);
  });

  it('fails, and does not hang, when the keyring refuses', async () => {
    const agent = await serve(verified);
    keyring.wait = async () => Promise.reject(new Error('refused'));
    expect((await ssh(...agent, 'device', 'true')).status).toBe(255);
  });
});
