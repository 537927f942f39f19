/** The agent of the app with the system's own ssh programs: approved, signed, and told by the prompts, without a window. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { Glasskey } from '../../main/glasskey.ts';
import type { PromptView } from '../../main/ipc/contract.ts';
import { agentRequestPrompts } from '../../main/prompts/agent-request-prompts.ts';
import { PromptDesk } from '../../main/prompts/prompt-desk.ts';
import { PAUSE_MS } from '../../main/prompts/prompt-entry.ts';
import type { ResidentAgent } from '../../main/resident-agent.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { systemClock } from '../../time/clock.ts';
import { type Lab, startLab } from '../lab/world.ts';
import { AgentClient } from '../unit/agent/agent-client.ts';

const run = promisify(execFile);
const texts = textsFor(['en']);

let lab: Lab;
let glasskey: Glasskey;
let desk: PromptDesk;
let agent: ResidentAgent;
let socket: string;
/** Each prompt as it was drawn, once for each of its states. */
let drawn: PromptView[];
/** What the person presses when asked for approval. */
let press: 'once' | 'session' | 'deny' | 'nothing';

beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback' });
  glasskey = new Glasskey({
    hid: async () => lab.authenticator.bus,
    clock: systemClock,
    log: silentLog,
    environment: lab.environment,
    homeFolder: join(lab.folder, 'home'),
    owner: 'alice@computer',
  });
  await start();
  expect(agent.status()).toMatchObject({ state: 'listening', keys: 0 });
  const { stdout } = await withAgent('ssh-add', '-l').catch((error: { stdout: string }) => error);
  expect(stdout).toContain('The agent has no identities');
  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
}, 60_000);

afterAll(async () => {
  await agent?.close();
  await glasskey?.close();
  await lab?.close();
});

async function start(): Promise<void> {
  drawn = [];
  press = 'once';
  desk = new PromptDesk({ clock: systemClock, texts });
  desk.onChange(draw);
  agent = await glasskey.startResidentAgent((productOf) => agentRequestPrompts(desk, texts, productOf));
  socket = agent.status().socketPath;
}

/** The prompt window, with a person at it. */
function draw(): void {
  const [prompt] = desk.view().prompts;
  const last = drawn.at(-1);
  if (prompt === undefined || (last?.id === prompt.id && last.state === prompt.state && last.status === prompt.status))
    return;
  drawn.push(prompt);
  if (prompt.state !== 'asking') return;
  const { id, field } = prompt;
  setTimeout(() => {
    if (field !== undefined) {
      desk.answer(id, { kind: 'allow', keep: 'once', pin: new TextEncoder().encode(lab.pin) });
    } else if (press === 'deny') desk.answer(id, { kind: 'deny' });
    else if (press !== 'nothing') desk.answer(id, { kind: 'allow', keep: press });
  }, PAUSE_MS + 20);
}

/** What was wanted of the person, and what came of it. */
const states = () =>
  drawn
    .filter(({ state }) => state !== 'waiting')
    .map(({ state, field }) => (field === undefined ? state : `${state} pin`));
const sentences = () => drawn.map((prompt) => prompt.sentences.join(' '));

/** What the record says of the last request. */
const lastNoted = async () => (await glasskey.agentActivity(1))[0];

async function withAgent(program: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(program, words, {
    env: { ...lab.environment, SSH_AUTH_SOCK: socket },
    cwd: join(lab.folder, 'home'),
    timeout: 30_000,
  });
}

/** `ssh-keygen -Y sign` of one text, by a shell that leads a session of its own, as a terminal's does. */
async function signInShell(...texts: string[]): Promise<{ code: number | null; stderr: string }> {
  const sign = texts.map((text) => `echo ${text} | ssh-keygen -Y sign -f ${lab.keyFile}.pub -n file - >/dev/null`);
  const shell = spawn('sh', ['-c', `${sign.join(' && ')} && true`], {
    env: { ...lab.environment, SSH_AUTH_SOCK: socket },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  shell.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = (await once(shell, 'close')) as [number | null];
  return { code, stderr };
}

beforeEach(() => {
  drawn = [];
  press = 'once';
  lab.authenticator.counters.reset();
});

afterEach(async () => {
  desk.denyAll();
  await expect.poll(() => desk.view().prompts, { timeout: 15_000 }).toEqual([]);
});

describe('the agent of the app', { timeout: 60_000 }, () => {
  it('offers a key as soon as it is enrolled, by another program too', async () => {
    const line = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    expect((await withAgent('ssh-add', '-L')).stdout).toBe(line);
    expect(agent.status()).toMatchObject({ state: 'listening', keys: 1 });
    expect(drawn).toEqual([]);
  });

  it('asks for approval, then for the PIN, then for the touch, for each hop of plain ssh', async () => {
    const { jump, device } = lab.fabric;
    const config = join(lab.folder, 'home', 'ssh_config');
    const settings = [
      `IdentityAgent ${socket}`,
      `UserKnownHostsFile ${join(lab.folder, 'data', 'known_hosts')}`,
      'StrictHostKeyChecking yes',
      'BatchMode yes',
    ];
    await writeFile(config, `Host *\n${settings.map((one) => `  ${one}\n`).join('')}`);
    const words = ['-F', config, '-J', `${jump.user}@${jump.host}:${jump.port}`, '-p', String(device.port)];
    const login = await withAgent('ssh', ...words, `${device.user}@${device.host}`, 'show hostname');
    expect(login.stdout).toContain(`Hostname: ${lab.fabric.deviceName}`);
    const once = ['asking', 'asking pin', 'touch', 'done'];
    expect(states()).toEqual([...once, ...once]);
    const asked = sentences().filter((_, at) => drawn[at]?.state === 'asking');
    for (const [at, host] of [jump, jump, device, device].entries()) {
      expect(asked[at]).toMatch(
        /^Log in as \S+ on \[?[\d.]+\]?(:\d+)? \(SHA256:\S+\), asked by ssh( for \w+)?( in \w+)?\.$/,
      );
      expect(asked[at]).toContain(`Log in as ${host.user} on `);
    }
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2, pinChecks: 2 });
    await expect.poll(async () => (await glasskey.agentActivity(2)).length).toBe(2);
    const [key] = (await glasskey.status()).enrollments;
    for (const [at, host] of [device, jump].entries()) {
      expect((await glasskey.agentActivity(2))[at]).toMatchObject({
        agent: 'app',
        key: key?.fingerprint,
        purpose: { kind: 'login', user: host.user, hostName: expect.stringContaining(host.host) },
        through: [],
        client: { program: 'ssh' },
        decision: 'signed',
        asked: true,
      });
    }
  });

  it('signs nothing that is denied, and never shows the key a PIN for it', async () => {
    press = 'deny';
    const { code, stderr } = await signInShell('a');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/refused/);
    expect(states()).toEqual(['asking']);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 0, pinChecks: 0 });
    await expect
      .poll(lastNoted)
      .toMatchObject({ decision: 'denied', asked: true, purpose: { kind: 'sshsig', namespace: 'file' } });
  });

  it('asks anew for each signature that was allowed once', async () => {
    expect((await signInShell('a', 'b')).code).toBe(0);
    expect(states().filter((state) => state.startsWith('asking'))).toEqual([
      'asking',
      'asking pin',
      'asking',
      'asking pin',
    ]);
  });

  it('asks once for a session of the terminal, and anew for another one', async () => {
    press = 'session';
    expect((await signInShell('a', 'b', 'c')).code).toBe(0);
    expect(states().filter((state) => state.startsWith('asking'))).toEqual(['asking', 'asking pin']);
    expect(states().filter((state) => state === 'touch')).toHaveLength(3);
    expect(sentences()[0]).toMatch(/^Sign for file, asked by ssh-keygen in (sh|dash|bash|busybox)\.$/);
    drawn = [];
    expect((await signInShell('d')).code).toBe(0);
    expect(states().filter((state) => state.startsWith('asking'))).toEqual(['asking', 'asking pin']);
  });

  it('takes back the question when the program that asked has gone', async () => {
    press = 'nothing';
    const child = execFile('ssh-keygen', ['-Y', 'sign', '-f', `${lab.keyFile}.pub`, '-n', 'file', '-'], {
      env: { ...lab.environment, SSH_AUTH_SOCK: socket },
    });
    child.stdin?.end('a text');
    await expect.poll(() => states()).toEqual(['asking']);
    child.kill('SIGKILL');
    await expect.poll(() => desk.view().prompts).toEqual([]);
    await expect.poll(lastNoted).toMatchObject({ decision: 'cancelled', reason: 'CANCELLED' });
  });

  it('while the screen is locked lists its keys and signs nothing; what waits ends', async () => {
    press = 'nothing';
    const waiting = signInShell('a');
    await expect.poll(() => states()).toEqual(['asking']);
    agent.lock();
    expect((await waiting).code).not.toBe(0);
    expect(desk.view().prompts).toEqual([]);
    await expect.poll(lastNoted).toMatchObject({ decision: 'cancelled', reason: 'AGENT_LOCKED' });
    expect(agent.status().state).toBe('locked');
    expect((await withAgent('ssh-add', '-l')).stdout).toContain('ED25519-SK');
    expect((await signInShell('b')).code).not.toBe(0);
    expect(states()).toEqual(['asking']);
    agent.unlock();
    press = 'once';
    expect((await signInShell('c')).code).toBe(0);
    expect(agent.status().state).toBe('listening');
  });

  it('says that the key is missing, and asks for no PIN', async () => {
    lab.authenticator.unplug();
    expect((await signInShell('a')).code).not.toBe(0);
    lab.authenticator.replug();
    await expect.poll(lastNoted).toMatchObject({ decision: 'failed', reason: 'KEY_MISSING' });
    expect(states()).toEqual(['asking', 'failed']);
    expect(drawn.at(-1)?.status).toContain('not plugged in');
    desk.answer(drawn.at(-1)?.id ?? '', { kind: 'cancel' });
  });

  it('forgets what was allowed for the session when the key is unplugged', async () => {
    press = 'session';
    // One session: after its first signature the key is unplugged and plugged in again.
    let isReplugged = false;
    const stop = desk.onChange(() => {
      if (isReplugged || desk.view().prompts[0]?.state !== 'done') return;
      isReplugged = true;
      void lab.authenticator.unplug().then(() => lab.authenticator.replug());
    });
    expect((await signInShell('a', 'b', 'c')).code).toBe(0);
    stop();
    expect(states().filter((state) => state === 'asking pin').length).toBeGreaterThan(1);
  });

  it('is locked and unlocked by ssh-add’s passphrase too', async () => {
    const client = await AgentClient.connect(socket);
    const passphrase = () => new TextEncoder().encode('a passphrase');
    await client.ask({ type: 'lock', passphrase: passphrase() });
    expect(agent.status().state).toBe('locked');
    expect((await signInShell('a')).code).not.toBe(0);
    // The screen has its own lock: its end is not the end of this one.
    agent.lock();
    agent.unlock();
    expect(agent.status().state).toBe('locked');
    await client.ask({ type: 'unlock', passphrase: passphrase() });
    client.close();
    expect(agent.status().state).toBe('listening');
    expect((await signInShell('a')).code).toBe(0);
  });

  it('comes back after its socket was taken away', async () => {
    await rm(socket);
    await agent.check();
    expect(agent.status().state).toBe('listening');
    expect((await withAgent('ssh-add', '-l')).stdout).toContain('ED25519-SK');
  });

  it('waits for a glasskey agent that has the socket, and says so', async () => {
    await agent.close();
    expect(existsSync(socket)).toBe(false);
    const other = lab.startGlasskey(['agent']);
    await expect.poll(() => existsSync(socket), { timeout: 10_000 }).toBe(true);
    await start();
    expect(agent.status()).toMatchObject({ state: 'failed', error: { code: 'AGENT_ALREADY_RUNNING' } });
    other.kill('SIGTERM');
    await other.ended;
    await expect.poll(() => agent.status().state, { timeout: 10_000 }).toBe('listening');
    expect((await withAgent('ssh-add', '-l')).stdout).toContain('ED25519-SK');
  });
});
