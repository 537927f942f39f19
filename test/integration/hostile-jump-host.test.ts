/**
 * A jump host that is somebody else's by now, with the agent that is forwarded to it: what it gets of the security key, from a connect at
 * the command line, from a session of the app and from the app's agent. In networks of their own where those may be made.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { memoryTokenCache } from '../../main/entra/token-cache.ts';
import type { RefusedRequestView } from '../../main/ipc/agent-calls.ts';
import type { CallInput, CallName, CallOutput, PromptView } from '../../main/ipc/contract.ts';
import { type Desktop, startDesktop } from '../../main/ipc/desktop.ts';
import { parsePublicLine } from '../../main/openssh/public-line.ts';
import { formatSkPublicBlob } from '../../main/openssh/sk-key.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { systemClock } from '../../time/clock.ts';
import type { RunningTerminal } from '../lab/terminal.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';
import { AgentClient } from '../unit/agent/agent-client.ts';
import { loginData, newSessionId, sessionHost, sshsigData } from '../unit/agent/session-host.ts';
import { waitFor } from './fabric-with-plain-ssh.ts';

let lab: Lab;
let keyBlob: Uint8Array;
/** Those that earlier logins have had there. */
const seen = new Set<string>();

beforeAll(async () => {
  lab = await startLab({
    topology: { further: [{ name: 'ce2-rack4', kind: 'device', accounts: [{ user: 'alice', upn: UPN }] }] },
  });
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
  keyBlob = formatSkPublicBlob(parsePublicLine(readFileSync(`${lab.keyFile}.pub`, 'utf8')).publicKey);
});
afterAll(() => lab?.close());

const addressOf = (name: string) => {
  const { user, host, port } = lab.fabric.machine(name);
  return `${user}@${host}:${port}`;
};

interface ForwardedSocket {
  readonly path: string;
  /** A process of the jump host. */
  readonly pid: string;
}

/**
 * As root there finds it: in the environment of what a login runs on the jump host. Its processes are seen from here, and its files through
 * them, as whoever is root on a real one sees both there.
 */
function forwardedSocket(): ForwardedSocket {
  const { host, port } = lab.fabric.jump;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const environment = textOf(`/proc/${pid}/environ`).split('\0');
    const connection = environment.find((one) => one.startsWith('SSH_CONNECTION='));
    const agent = environment.find((one) => one.startsWith('SSH_AUTH_SOCK='))?.slice('SSH_AUTH_SOCK='.length);
    if (agent === undefined || seen.has(agent) || connection?.endsWith(` ${host} ${port}`) !== true) continue;
    const path = `/proc/${pid}/root${agent}`;
    if (!existsSync(path)) continue;
    seen.add(agent);
    return { path, pid };
  }
  throw new Error('no process on the jump host has the forwarded agent');
}

async function sign(client: AgentClient, data: Uint8Array): Promise<string | undefined> {
  return (await client.ask({ type: 'signRequest', keyBlob, data, flags: 0 }))?.type;
}

/** The real ssh, as a program there would run it. */
function ssh({ path, pid }: ForwardedSocket, name: string): Promise<string> {
  const { user, host, port } = lab.fabric.machine(name);
  const settings = {
    IdentityAgent: path,
    IdentityFile: `${lab.keyFile}.pub`,
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    UserKnownHostsFile: join(lab.folder, 'data', 'known_hosts'),
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const [program = 'ssh', ...before] =
    lab.fabric.mode === 'namespaces' ? ['nsenter', '--net', '--target', pid, 'ssh'] : ['ssh'];
  return new Promise((resolve) => {
    execFile(
      program,
      [...before, '-F', 'none', ...words, '-p', `${port}`, `${user}@${host}`, 'show hostname'],
      (_, stdout, stderr) => resolve(stdout + stderr),
    ).stdin?.end();
  });
}

describe('the host that a forwarded way passes', () => {
  let session: RunningTerminal;
  let shown = '';
  let socket: ForwardedSocket;

  beforeAll(async () => {
    lab.authenticator.counters.reset();
    session = lab.startGlasskey(['connect', '--verbose', lab.device, '--jump', lab.jump, '--way', 'forwarded'], {
      answers: [lab.typePin()],
      timeoutMs: 60_000,
      onOutput: (text) => {
        shown += text;
      },
    });
    await waitFor(() => shown.includes(`${lab.fabric.deviceName}>`) || shown.includes(`${lab.fabric.deviceName}#`));
    socket = forwardedSocket();
    expect(lab.authenticator.counters.read().touches).toBe(2);
  });
  afterAll(async () => {
    session?.type('exit\r');
    await session?.ended;
  });

  it('may list the key, and has had the one login to the target', async () => {
    const client = await AgentClient.connect(socket.path);
    const answer = await client.ask({ type: 'requestIdentities' });
    client.close();
    const listed = answer?.type === 'identitiesAnswer' ? answer.identities.map(({ blob }) => Buffer.from(blob)) : [];
    expect(listed).toEqual([Buffer.from(keyBlob)]);
  });

  it('gets no second login to the target, nor one to another device, however many it asks for at once', async () => {
    const said = await Promise.all(
      ['device', 'ce2-rack4', 'device', 'ce2-rack4', 'jump'].map((name) => ssh(socket, name)),
    );
    for (const one of said) expect(one).toContain('Permission denied');
    expect(lab.authenticator.counters.read().touches).toBe(2);
    await waitFor(() => shown.includes('wanted a login that was not planned, and got none'));
    expect(shown).toContain('--onward USER@HOST');
    expect(shown).toContain('agent.rule');
    expect(shown).toContain('forwarded-known-host');
  });

  it('gets none for a host of its own making, with a binding that this host signed', async () => {
    const client = await AgentClient.connect(socket.path);
    const own = sessionHost();
    const sessionId = newSessionId();
    expect((await client.ask(own.bind(sessionId, false)))?.type).toBe('success');
    expect(await sign(client, loginData({ sessionId, user: 'root', keyBlob, hostKey: own.blob }))).toBe('failure');
    client.close();
    await waitFor(() => shown.includes('a login to a host whose key is not known here'));
  });

  it('gets none by a binding that is made up, said again with another session, or left out', async () => {
    const { bind, blob } = sessionHost();
    const { hostKey } = lab.fabric.machine('device');
    const device = Buffer.from(hostKey.split(' ')[1] ?? '', 'base64');
    const [sessionId, other] = [newSessionId(), newSessionId()];
    const madeUp = bind(sessionId, false);
    // The blob of the real device in the place of the one that signed.
    const data = Buffer.from(madeUp.data);
    data.set(device.subarray(0, blob.length), 4);
    for (const first of [{ ...madeUp, data }, bind(other, false), undefined]) {
      const client = await AgentClient.connect(socket.path);
      if (first !== undefined) await client.ask(first);
      expect(await sign(client, loginData({ sessionId, user: 'alice', keyBlob, hostKey: device }))).toBe('failure');
      expect(await sign(client, loginData({ sessionId, user: 'alice', keyBlob }))).toBe('failure');
      client.close();
    }
  });

  it('gets no signature over a file, and nothing over data that is neither', async () => {
    const client = await AgentClient.connect(socket.path);
    expect(await sign(client, sshsigData('git'))).toBe('failure');
    expect(await sign(client, new Uint8Array(32).fill(7))).toBe('failure');
    client.close();
    await waitFor(() => shown.includes('a signature that is no login'));
  });

  it('has cost not one touch more than the login', () => {
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2 });
  });
});

describe('a device that the agent is forwarded to', () => {
  const onward = (...words: string[]) => {
    const { user, host, port } = lab.fabric.machine('ce2-rack4');
    const command = ['--', 'bash', 'ssh', '-p', `${port}`, `${user}@${host}`, 'show', 'hostname'];
    const route = [lab.device, '--jump', lab.jump];
    return lab.glasskeyScript(['connect', '--pin-stdin', ...route, ...words, ...command], { stdin: `${lab.pin}\n` });
  };

  it('goes on to a second device that was named, with a touch for each host', async () => {
    lab.authenticator.counters.reset();
    const { exitCode, stdout, stderr } = await onward('--onward', addressOf('ce2-rack4'));
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('Hostname: ce2-rack4');
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 3 });
  });

  it('gets nothing for one that was not, and the person is told how to go on', async () => {
    lab.authenticator.counters.reset();
    const { exitCode, stdout, stderr } = await onward();
    expect(exitCode).not.toBe(0);
    expect(stdout).not.toContain('Hostname: ce2-rack4');
    expect(stderr).toContain('connect again with --onward USER@HOST');
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2 });
  });
});

describe('the app', () => {
  let desktop: Desktop;
  let refused: RefusedRequestView[];
  /** What a person was asked besides the PIN. */
  let asked: PromptView[];
  /** What they answer to that. */
  let answer: 'once' | 'deny';

  beforeAll(async () => {
    desktop = await startDesktop({
      hid: async () => lab.authenticator.bus,
      clock: systemClock,
      log: silentLog,
      environment: lab.environment,
      homeFolder: lab.environment.HOME ?? '',
      owner: 'alice@lab',
      check: ['/opt/glasskey', '--check-reminders'],
      texts: textsFor(['en']),
      version: '0.0.0',
      platform: process.platform,
      tokens: memoryTokenCache(),
      copy: () => {},
      openKeySettings: async () => {},
      fitPrompt: () => {},
      chooseFile: async () => undefined,
      chooseNewFile: async () => undefined,
    });
    desktop.onRequestRefused((request) => void refused.push(request));
    desktop.prompts.onChange(look);
  });
  beforeEach(() => {
    refused = [];
    asked = [];
    answer = 'deny';
    lab.authenticator.counters.reset();
  });
  afterAll(() => desktop?.close());

  let answeredFor = '';
  /** The prompt window, with a person at it. */
  function look(): void {
    const [prompt] = desktop.prompts.view().prompts;
    if (prompt === undefined) return;
    const question = `${prompt.id} ${prompt.field?.kind}`;
    if (prompt.state !== 'asking' || question === answeredFor) return;
    answeredFor = question;
    if (prompt.field === undefined) asked.push(prompt);
    const pin = prompt.field === undefined ? {} : { pin: new TextEncoder().encode(lab.pin) };
    const isNo = prompt.field === undefined && answer === 'deny';
    setTimeout(() => {
      desktop.prompts.answer(prompt.id, isNo ? { kind: 'deny' } : { kind: 'allow', keep: 'once', ...pin });
    }, prompt.pauseMs + 20);
  }

  async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    return desktop.handlers[name](input, { signal: new AbortController().signal, progress: () => {}, windowId: 1 });
  }

  /** Everything that a hostile host could try; resolves to what the real ssh said of each known host. */
  async function tryAll(socket: ForwardedSocket): Promise<string[]> {
    const own = sessionHost();
    for (const hostKey of [own.blob, undefined]) {
      const client = await AgentClient.connect(socket.path);
      const sessionId = newSessionId();
      if (hostKey !== undefined) expect((await client.ask(own.bind(sessionId, false)))?.type).toBe('success');
      const named = hostKey === undefined ? {} : { hostKey };
      expect(await sign(client, loginData({ sessionId, user: 'root', keyBlob, ...named }))).toBe('failure');
      client.close();
    }
    const client = await AgentClient.connect(socket.path);
    expect(await sign(client, sshsigData('git'))).toBe('failure');
    expect(await sign(client, new Uint8Array(32).fill(7))).toBe('failure');
    client.close();
    expect(asked).toEqual([]);
    await expect
      .poll(() => refused.map(({ reason }) => reason))
      .toEqual(['AGENT_FORWARDED_REFUSED', 'AGENT_FORWARDED_REFUSED', 'AGENT_FORWARDED_REFUSED', 'data.unrecognized']);
    return Promise.all(['device', 'ce2-rack4'].map((name) => ssh(socket, name)));
  }

  async function noted(): Promise<readonly string[]> {
    const { requests } = await call('agent.activity', { limit: 6 });
    return requests.map(({ decision }) => decision).toSorted();
  }
  const touches = () => lab.authenticator.counters.read().touches;
  const SIX = ['denied', 'denied', 'refused', 'refused', 'refused', 'refused'];
  const CHAIN = [
    expect.stringMatching(/^asked by ssh/),
    expect.stringMatching(/^has your agent · SHA256:/),
    expect.stringMatching(/^as \S+ · SHA256:/),
  ];
  const NAMED = /^Log in as \S+ on .* \(SHA256:\S+\), through .* \(SHA256:\S+\), asked by ssh/;

  it('gives a host that a session passes nothing beyond the login: it asks, refuses, notes and tells', async () => {
    const ways = [{ kind: 'forwarded' as const, jumps: [lab.jump] }];
    await call('targets.save', { name: 'leaf1', role: 'tor', device: lab.device, ways, tags: [], notes: '' });
    const { id } = await call('sessions.open', { target: 'leaf1', columns: 100, rows: 30 });
    const state = async () => (await call('sessions.list', {})).sessions.find((one) => one.id === id)?.state;
    await expect.poll(state, { timeout: 20_000 }).toBe('open');
    await expect.poll(touches, { timeout: 10_000 }).toBe(2);

    for (const said of await tryAll(forwardedSocket())) expect(said).toContain('Permission denied');
    expect(asked.map(({ sentences }) => sentences.join(' '))).toEqual([
      expect.stringMatching(NAMED),
      expect.stringMatching(NAMED),
    ]);
    for (const { chain } of asked) expect(chain?.links.map(({ detail }) => detail)).toEqual(CHAIN);
    await expect.poll(noted).toEqual(SIX);
    expect(touches()).toBe(2);
    expect(await state()).toBe('open');
    await call('sessions.end', { id });
    await expect.poll(state, { timeout: 10_000 }).toBe('ended');
  });

  it('gives a host that plain ssh -A has forwarded its agent to no more, and what a person allows there', async () => {
    const { user, host, port } = lab.fabric.jump;
    const settings = {
      IdentityAgent: (await call('agent.status', {})).socketPath,
      BatchMode: 'yes',
      UserKnownHostsFile: join(lab.folder, 'data', 'known_hosts'),
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    answer = 'once';
    const child = spawn('ssh', ['-F', 'none', '-A', ...words, '-p', `${port}`, `${user}@${host}`, 'echo in; cat']);
    try {
      let said = '';
      child.stdout.on('data', (text) => {
        said += String(text);
      });
      await expect.poll(() => said, { timeout: 20_000 }).toContain('in');
      expect(asked).toHaveLength(1);
      asked = [];
      answer = 'deny';
      const socket = forwardedSocket();
      for (const one of await tryAll(socket)) expect(one).toContain('Permission denied');
      expect(asked.map(({ sentences }) => sentences.join(' '))).toEqual([
        expect.stringMatching(NAMED),
        expect.stringMatching(NAMED),
      ]);
      await expect.poll(noted).toEqual(SIX);
      expect(touches()).toBe(1);
      answer = 'once';
      expect(await ssh(socket, 'ce2-rack4')).toContain('Hostname: ce2-rack4');
      expect(touches()).toBe(2);
    } finally {
      child.kill();
      await once(child, 'close');
    }
  });
});

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended meanwhile, or is somebody else's
  }
}
