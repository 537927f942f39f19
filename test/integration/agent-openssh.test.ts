/**
 * One suite, two subjects: our agent and OpenSSH's ssh-agent answer the same requests; then OpenSSH's own clients
 * (ssh-add, ssh-keygen) talk to ours.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { type AgentServer, startAgentServer } from '../../main/agent/agent-server.ts';
import type { AgentRequest } from '../../main/openssh/agent-messages.ts';
import { SshWriter } from '../../main/openssh/wire.ts';
import { systemClock } from '../../time/clock.ts';
import { AgentClient } from '../unit/agent/agent-client.ts';
import { newSessionId, sessionHost, sshsigData } from '../unit/agent/session-host.ts';
import { ED25519_SK, SoftwareKeyring, softwareKey, untilAborted } from '../unit/agent/software-keyring.ts';

const haveOpenSsh = ['/usr/bin/ssh-agent', '/usr/bin/ssh-add', '/usr/bin/ssh-keygen'].every((file) => existsSync(file));
if (!haveOpenSsh) console.warn('SKIPPED: the agent against OpenSSH, because its programs are not in /usr/bin');

const bytes = (text: string) => new TextEncoder().encode(text);
const list: AgentRequest = { type: 'requestIdentities' };
const key = softwareKey('glasskey test');
const children: ChildProcess[] = [];
let folder: string;

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of OpenSSH's programs against an agent; whatever asks for a secret gets `secret` through askpass. */
async function run(program: string, args: readonly string[], socket: string, secret = ''): Promise<Run> {
  const askpass = join(folder, 'askpass');
  await writeFile(askpass, `#!/bin/sh\nprintf '%s\\n' '${secret}'\n`, { mode: 0o700 });
  const env = {
    PATH: '/usr/bin:/bin',
    SSH_AUTH_SOCK: socket,
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
    HOME: folder,
  };
  const child = spawn(`/usr/bin/${program}`, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  await mkdir(join(folder, 'o'), { mode: 0o700 });
});

afterAll(async () => {
  for (const child of children.splice(0)) child.kill();
  await rm(folder, { recursive: true, force: true });
});

/** The socket file appears before anybody listens on it. */
async function untilAnswered(socket: string): Promise<void> {
  const probe = await AgentClient.connect(socket).catch(() => undefined);
  if (probe) return probe.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return untilAnswered(socket);
}

interface Subject {
  readonly name: string;
  /** Whether a client may bring keys: OpenSSH's takes them, ours are enrolled. */
  readonly takesKeys: boolean;
  start(): Promise<{ socket: string; stop(): Promise<void> }>;
}

const ours: Subject = {
  name: "Glasskey's agent",
  takesKeys: false,
  async start() {
    const socketPath = join(folder, 'g', 'agent');
    const server = await startAgentServer({
      socketPath,
      keyring: new SoftwareKeyring([]),
      clock: systemClock,
      log: silentLog,
    });
    return { socket: socketPath, stop: () => server.close() };
  },
};

const theirs: Subject = {
  name: "OpenSSH's ssh-agent",
  takesKeys: true,
  async start() {
    const socket = join(folder, 'o', 'agent');
    const child = spawn('/usr/bin/ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    children.push(child);
    await untilAnswered(socket);
    return {
      socket,
      async stop() {
        child.kill();
        await once(child, 'exit');
      },
    };
  },
};

describe.skipIf(!haveOpenSsh).each([ours, theirs])('$name', (subject) => {
  let agent: { socket: string; stop(): Promise<void> };
  let client: AgentClient;

  beforeEach(async () => {
    agent = await subject.start();
    client = await AgentClient.connect(agent.socket);
  });
  afterEach(async () => {
    client.close();
    await agent.stop();
  });

  it('lists nothing when it holds nothing', async () => {
    expect(await client.ask(list)).toEqual({ type: 'identitiesAnswer', identities: [] });
  });

  it('takes a key only if its keys come from clients', async () => {
    // ssh-ed25519 private form (draft-ietf-sshm-ssh-agent, section 5.2.3): public key, private ‖ public, comment.
    const { privateKey, publicKey } = (await import('node:crypto')).generateKeyPairSync('ed25519');
    const raw = (value: string | undefined) => new Uint8Array(Buffer.from(value ?? '', 'base64url'));
    const [d, x] = [raw(privateKey.export({ format: 'jwk' }).d), raw(publicKey.export({ format: 'jwk' }).x)];
    const rest = new SshWriter()
      .string(x)
      .string(Uint8Array.of(...d, ...x))
      .text('brought')
      .toBytes();
    const answer = await client.ask({ type: 'addIdentity', key: { kind: 'other', keyType: 'ssh-ed25519', rest } });
    expect(answer).toEqual({ type: subject.takesKeys ? 'success' : 'failure' });
    const listed = await client.ask(list);
    expect(listed?.type === 'identitiesAnswer' && listed.identities.map(({ comment }) => comment)).toEqual(
      subject.takesKeys ? ['brought'] : [],
    );
  });

  it('takes a true session binding, refuses a false one, and goes on', async () => {
    const hop = sessionHost();
    const forwarding = hop.bind(newSessionId(), true);
    expect(await client.ask(forwarding)).toEqual({ type: 'success' });
    expect(await client.ask(forwarding)).toEqual({ type: 'success' });
    const forged = { ...forwarding, data: forwarding.data.slice() };
    forged.data[forged.data.length - 10] = (forged.data[forged.data.length - 10] ?? 0) ^ 1;
    // 9.2 says FAILURE, newer ones and ours EXTENSION_FAILURE.
    expect(['failure', 'extensionFailure']).toContain((await client.ask(forged))?.type);
    expect(await client.ask(sessionHost().bind(newSessionId(), false))).toEqual({ type: 'success' });
    expect(['failure', 'extensionFailure']).toContain((await client.ask(hop.bind(newSessionId(), true)))?.type);
    expect(await client.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
  });

  it('locks, lists nothing, and opens to the right passphrase only', async () => {
    expect(await client.ask({ type: 'lock', passphrase: bytes('pass') })).toEqual({ type: 'success' });
    expect(await client.ask(list)).toEqual({ type: 'identitiesAnswer', identities: [] });
    expect(await client.ask({ type: 'removeAllIdentities' })).toEqual({ type: 'failure' });
    expect(await client.ask({ type: 'unlock', passphrase: bytes('word') })).toEqual({ type: 'failure' });
    expect(await client.ask({ type: 'unlock', passphrase: bytes('pass') })).toEqual({ type: 'success' });
    expect(await client.ask({ type: 'unlock', passphrase: bytes('pass') })).toEqual({ type: 'failure' });
  });

  it.each<[string, AgentRequest]>([
    [
      'a signature with a key it does not hold',
      { type: 'signRequest', keyBlob: key.blob, data: sshsigData('git'), flags: 0 },
    ],
    ['an unknown extension', { type: 'extension', name: 'no-such@example.com', data: bytes('x') }],
    ['an unknown message', { type: 'unknown', messageType: 99, body: new Uint8Array() }],
    ["SSH 1's list", { type: 'ssh1RequestIdentities' }],
    ['a sign request cut short', { type: 'unknown', messageType: 13, body: Uint8Array.of(0, 0) }],
    ['an addition cut short', { type: 'unknown', messageType: 17, body: Uint8Array.of(0, 0) }],
    ['removing a key it does not hold', { type: 'removeIdentity', keyBlob: key.blob }],
  ])('refuses %s and goes on', async (_, request) => {
    expect(await client.ask(request)).toEqual({ type: 'failure' });
    expect(await client.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
  });

  it("lets SSH 1's remove-all succeed", async () => {
    expect(await client.ask({ type: 'ssh1RemoveAllIdentities' })).toEqual({ type: 'success' });
  });

  it('hangs up on a message over 256 KiB, and serves the next client', async () => {
    client.sendRaw(Uint8Array.of(0, 4, 0, 1, 11));
    await client.closed();
    const next = await AgentClient.connect(agent.socket);
    expect(await next.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
    next.close();
  });

  it('does not mind a client that connects and leaves without a word', async () => {
    (await AgentClient.connect(agent.socket)).close();
    expect(await client.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
  });
});

describe.skipIf(!haveOpenSsh)("OpenSSH's programs with Glasskey's agent", () => {
  let server: AgentServer;
  let keyring: SoftwareKeyring;

  beforeEach(async () => {
    keyring = new SoftwareKeyring([key, softwareKey('second key')]);
    server = await startAgentServer({
      socketPath: join(folder, 'g', 'agent'),
      keyring,
      clock: systemClock,
      log: silentLog,
    });
  });
  afterEach(() => server.close());

  it('ssh-add -L prints the public lines, ssh-add -l the fingerprints', async () => {
    const lines = await run('ssh-add', ['-L'], server.socketPath);
    expect(lines).toMatchObject({ status: 0, stdout: keyring.keys.map(({ publicLine }) => publicLine).join('') });
    const prints = await run('ssh-add', ['-l'], server.socketPath);
    expect(prints.status).toBe(0);
    expect(prints.stdout).toMatch(
      /^256 SHA256:\S{43} glasskey test \(ED25519-SK\)\n256 SHA256:\S{43} second key \(ED25519-SK\)\n$/,
    );
  });

  it('ssh-add -x locks, -X with a wrong passphrase does not open, with the right one does', async () => {
    expect(await run('ssh-add', ['-x'], server.socketPath, 'pass')).toMatchObject({ status: 0 });
    expect((await run('ssh-add', ['-l'], server.socketPath)).stdout).toBe('The agent has no identities.\n');
    // Askpass answers the same for ever, and so would ssh-add ask for ever: a wrong one is tried by message.
    const client = await AgentClient.connect(server.socketPath);
    expect(await client.ask({ type: 'unlock', passphrase: bytes('wrong') })).toEqual({ type: 'failure' });
    client.close();
    expect(await run('ssh-add', ['-X'], server.socketPath, 'pass')).toMatchObject({ status: 0 });
    expect((await run('ssh-add', ['-l'], server.socketPath)).status).toBe(0);
  });

  it('ssh-add -D and -d are refused and change nothing', async () => {
    expect((await run('ssh-add', ['-D'], server.socketPath)).status).not.toBe(0);
    const file = join(folder, 'key.pub');
    await writeFile(file, key.publicLine);
    expect((await run('ssh-add', ['-d', file], server.socketPath)).status).not.toBe(0);
    expect((await run('ssh-add', ['-L'], server.socketPath)).stdout).toContain(key.publicLine);
  });

  it('ssh-keygen -Y sign goes through it, and ssh-keygen -Y verify accepts the signature', async () => {
    const file = join(folder, 'signer.pub');
    const message = join(folder, 'message');
    const allowed = join(folder, 'allowed');
    await writeFile(file, key.publicLine);
    await writeFile(message, 'what is signed\n');
    await writeFile(allowed, `alice@example.com ${ED25519_SK} ${Buffer.from(key.blob).toString('base64')}\n`);
    const signed = await run('ssh-keygen', ['-Y', 'sign', '-f', file, '-n', 'file', message], server.socketPath);
    expect(signed.stderr).not.toContain('refused');
    expect(signed.status).toBe(0);
    expect(keyring.requests.map(({ purpose }) => purpose)).toEqual([{ kind: 'sshsig', namespace: 'file' }]);

    const verify = `/usr/bin/ssh-keygen -Y verify -f ${allowed} -I alice@example.com -n file -s ${message}.sig < ${message}`;
    const child = spawn('/bin/sh', ['-c', verify], { stdio: 'ignore' });
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
  });

  it('a killed ssh-keygen takes its signature request with it', async () => {
    keyring.wait = untilAborted;
    const file = join(folder, 'signer2.pub');
    const message = join(folder, 'message2');
    await writeFile(file, key.publicLine);
    await writeFile(message, 'what is signed\n');
    const env = { PATH: '/usr/bin:/bin', SSH_AUTH_SOCK: server.socketPath };
    const child = spawn('/usr/bin/ssh-keygen', ['-Y', 'sign', '-f', file, '-n', 'file', message], {
      env,
      stdio: 'ignore',
    });
    while (keyring.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    while (keyring.aborted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await run('ssh-add', ['-L'], server.socketPath)).status).toBe(0);
  });
});
