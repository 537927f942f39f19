/**
 * OpenSSH's ssh-agent behind ours: the system's ssh-add, ssh and ssh-keygen see both agents' keys at one socket, log in to real daemons
 * with the other one's, and a key that ssh-agent gives only for certain hosts stays so.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import type { AnsweredRequest } from '../../main/agent/activity-log.ts';
import { type AgentServer, startAgentServer } from '../../main/agent/agent-server.ts';
import { PassThrough } from '../../main/agent/pass-through.ts';
import { systemClock } from '../../time/clock.ts';
import { SoftwareKeyring, softwareKey } from '../unit/agent/software-keyring.ts';
import { type PlainSshLab, startPlainSshLab, waitFor } from './fabric-with-plain-ssh.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ours = softwareKey('glasskey');
let lab: PlainSshLab;
let server: AgentServer;
let passThrough: PassThrough;
let noted: AnsweredRequest[];

function run(program: string, args: readonly string[], input = ''): Promise<Ended> {
  const env = { PATH: '/usr/bin:/bin', HOME: lab.folder, SSH_AUTH_SOCK: server.socketPath };
  return new Promise((resolve) => {
    const child = execFile(program, args, { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** ssh with nothing but the agent's key to offer. */
function ssh(args: readonly string[], ...lines: string[]): Promise<Ended> {
  const config = join(lab.folder, 'agent_config');
  const hosts = [`UserKnownHostsFile ${lab.knownHostsFile}`, 'StrictHostKeyChecking yes', 'BatchMode yes'];
  writeFileSync(
    config,
    ['Host *', `IdentityFile ${lab.publicKeyFile}`, 'IdentitiesOnly yes', ...hosts, ...lines].join('\n'),
  );
  return run('ssh', ['-F', config, ...args]);
}

const jumpHost = () => ['-p', `${lab.fabric.jump.port}`, `${lab.fabric.jump.user}@${lab.fabric.jump.host}`];

function throughJumpHost(): string[] {
  const { jump, device } = lab.fabric;
  return ['-J', `${jump.user}@${jump.host}:${jump.port}`, '-p', `${device.port}`, `${device.user}@${device.host}`];
}

beforeAll(async () => {
  lab = await startPlainSshLab('loopback');
  await lab.fabric.reconcile();
  mkdirSync(join(lab.folder, '.ssh'), { mode: 0o700, recursive: true });
  writeFileSync(join(lab.folder, '.ssh', 'known_hosts'), readFileSync(lab.knownHostsFile));
});
afterAll(() => lab.close());

beforeEach(async () => {
  noted = [];
  const socketPath = join(lab.folder, 'g', 'agent');
  const world = { otherSocket: () => lab.agentSocket, clock: systemClock, log: silentLog };
  passThrough = new PassThrough(world, socketPath);
  const activity = { record: (answered: AnsweredRequest) => void noted.push(answered) };
  const keyring = new SoftwareKeyring([ours]);
  server = await startAgentServer({ socketPath, keyring, clock: systemClock, log: silentLog, passThrough, activity });
});
afterEach(() => server.close());

it('ssh-add -l and -L list both agents’ keys, ours first', async () => {
  const { stdout } = await run('ssh-add', ['-l']);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^256 SHA256:\S+ glasskey \(ED25519-SK\)$/),
    expect.stringMatching(/^256 SHA256:\S+ NexusIdentitySSHKey \(ED25519\)$/),
    '',
  ]);
  expect((await run('ssh-add', ['-L'])).stdout).toBe(`${ours.publicLine}${lab.publicLine}\n`);
});

it('ssh logs in through a jump host to a device with the other agent’s key, which is noted', async () => {
  const { code, stdout, stderr } = await ssh([...throughJumpHost(), '--', 'show', 'version']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('Arista');
  expect(noted.map(({ decision, request }) => [decision, request?.purpose])).toMatchObject([
    ['passed-through', { kind: 'login', user: lab.fabric.jump.user }],
    ['passed-through', { kind: 'login', user: lab.fabric.device.user }],
  ]);
});

it('ssh-keygen -Y signs with it, and ssh-keygen verifies', async () => {
  const signed = await run('ssh-keygen', ['-Y', 'sign', '-n', 'file', '-f', lab.publicKeyFile], 'the text');
  expect(signed.stdout).toContain('BEGIN SSH SIGNATURE');
  const [allowed, signature] = [join(lab.folder, 'allowed'), join(lab.folder, 'text.sig')];
  writeFileSync(allowed, `me ${lab.publicLine}\n`);
  writeFileSync(signature, signed.stdout);
  const words = ['-Y', 'verify', '-n', 'file', '-I', 'me', '-f', allowed, '-s', signature];
  expect(await run('ssh-keygen', words, 'the text')).toMatchObject({ code: 0 });
  expect(noted).toMatchObject([
    { decision: 'passed-through', request: { purpose: { kind: 'sshsig', namespace: 'file' } } },
  ]);
});

it('a host that the agent is forwarded to sees our keys alone, and gets no signature of the other’s', async () => {
  const { stdout } = await ssh([
    '-A',
    ...jumpHost(),
    '--',
    `ssh-add -L; ssh-add -T /dev/stdin <<E 2>&1; echo ended $?\n${lab.publicLine}\nE`,
  ]);
  expect(stdout).toContain(ours.publicLine);
  expect(stdout).not.toContain(lab.publicLine.split(' ')[1]);
  expect(stdout).toContain('ended 1');
  expect(noted.map(({ decision }) => decision)).toEqual(['passed-through', 'refused']);
});

it('while the screen is locked only ours are listed, and ssh is not let in with the other’s', async () => {
  passThrough.lock();
  expect((await run('ssh-add', ['-L'])).stdout).toBe(ours.publicLine);
  expect((await ssh([...jumpHost(), '--', 'true'])).code).toBe(255);
  passThrough.unlock();
  expect((await ssh([...jumpHost(), '--', 'true'])).code).not.toBe(255);
});

it('keys can be neither brought to the other agent nor taken from it', async () => {
  expect((await run('ssh-add', ['-D'])).code).toBe(1);
  expect((await run('ssh-add', [lab.privateKeyFile])).code).toBe(1);
  expect((await run('ssh-add', ['-d', lab.publicKeyFile])).code).toBe(1);
  const env = { ...process.env, SSH_AUTH_SOCK: lab.agentSocket };
  expect(execFileSync('ssh-add', ['-L'], { env, encoding: 'utf8' })).toBe(`${lab.publicLine}\n`);
});

describe('a key that ssh-agent gives for one host only (ssh-add -h)', () => {
  let constrained: string;

  beforeEach(async () => {
    constrained = join(lab.folder, 'c.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', constrained], { stdio: 'ignore' });
    ended = async () => {
      agent.kill();
      await once(agent, 'exit');
    };
    await waitFor(() => existsSync(constrained));
    await server.close();
    const world = { otherSocket: () => constrained, clock: systemClock, log: silentLog };
    const { socketPath } = server;
    passThrough = new PassThrough(world, socketPath);
    const keyring = new SoftwareKeyring([ours]);
    server = await startAgentServer({ socketPath, keyring, clock: systemClock, log: silentLog, passThrough });
  });
  let ended: () => Promise<void>;
  afterEach(() => ended());

  const add = (host: string, port: number) => {
    const words = ['-q', '-h', `[${host}]:${port}`, '-H', lab.knownHostsFile, lab.privateKeyFile];
    execFileSync('ssh-add', words, { env: { ...process.env, SSH_AUTH_SOCK: constrained }, stdio: 'ignore' });
  };

  it('logs in there: the other agent has heard the same binding', async () => {
    add(lab.fabric.jump.host, lab.fabric.jump.port);
    expect((await ssh([...jumpHost(), '--', 'true'])).code).not.toBe(255);
  });

  it('and to no other host', async () => {
    add(lab.fabric.device.host, lab.fabric.device.port);
    const { code, stderr } = await ssh([...jumpHost(), '--', 'true']);
    expect(code).toBe(255);
    expect(stderr).toContain('Permission denied');
  });
});
