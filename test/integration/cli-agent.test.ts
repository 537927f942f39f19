/** `glasskey agent` with the system's own ssh programs: each works with the key as with any other. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finalScreen } from '../lab/screen.ts';
import type { Answer, RunningTerminal } from '../lab/terminal.ts';
import { type Lab, startLab } from '../lab/world.ts';
import { AgentClient } from '../unit/agent/agent-client.ts';

const run = promisify(execFile);

let lab: Lab;
let agent: RunningTerminal;
let socket: string;
let screen = '';

beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback' });
  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
  const ready = Promise.withResolvers<string>();
  agent = lab.startGlasskey(['agent'], {
    answers: [approve(10), lab.typePin(10)],
    timeoutMs: 60_000,
    onOutput: (text) => {
      screen += text;
      const path = /export SSH_AUTH_SOCK=(\S+)\r\n/.exec(screen)?.[1];
      if (path !== undefined) ready.resolve(path);
    },
  });
  socket = await ready.promise;
});
afterAll(() => lab?.close());

/** Says yes to what the agent asks before each signature. */
function approve(times = 1): Answer {
  return { when: /Sign it\? \[y\/N\] $/, type: () => 'y\r', times };
}

/** Runs an ssh program in a shell that has done what the agent printed. */
async function withAgent(program: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> {
  return run(program, words, {
    env: { ...lab.environment, SSH_AUTH_SOCK: socket },
    cwd: join(lab.folder, 'home'),
    timeout: 20_000,
  });
}

describe('the agent', () => {
  it('listens on a socket of its owner’s alone', () => {
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
  });

  it('lists the key to ssh-add, by fingerprint and by line', async () => {
    const line = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    expect((await withAgent('ssh-add', '-L')).stdout).toBe(line);
    const { stdout: listed } = await withAgent('ssh-add', '-l');
    expect(listed).toBe((await withAgent('ssh-keygen', '-lf', `${lab.keyFile}.pub`)).stdout);
    expect(listed).toMatch(/^256 SHA256:\S+ NexusIdentitySSHKey \(ED25519-SK\)\n$/);
  });

  it('signs a login of plain ssh through a jump host, with a PIN and a touch for each hop', async () => {
    lab.authenticator.counters.reset();
    const { jump, device } = lab.fabric;
    const settings = [
      `IdentityAgent=${socket}`,
      `UserKnownHostsFile=${join(lab.folder, 'data', 'known_hosts')}`,
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
    ];
    // Options on the command line hold for the device alone: those of both hosts stand in a configuration.
    const config = join(lab.folder, 'home', 'ssh_config');
    await writeFile(config, `Host *\n${settings.map((one) => `  ${one.replace('=', ' ')}\n`).join('')}`);
    const words = ['-F', config, '-J', `${jump.user}@${jump.host}:${jump.port}`, '-p', String(device.port)];
    const login = await withAgent('ssh', ...words, `${device.user}@${device.host}`, 'show hostname');
    expect(login.stdout).toContain(`Hostname: ${lab.fabric.deviceName}`);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2, pinChecks: 2 });
    expect(screen).toContain(`wants a signature: log in as ${device.user} on`);
    expect(screen).toMatch(/ssh( for \w+)?( in \w+)? \(process \d+\) wants/);
  });

  it('signs another one amid 200 clients that are silent, slow, malformed, or read nothing', async () => {
    const clients: AgentClient[] = [];
    for (let at = 0; at < 200; at += 1) {
      const client = await AgentClient.connect(socket);
      clients.push(client);
      if (at % 4 === 1) client.sendRaw(Uint8Array.of(0, 0, 9));
      if (at % 4 === 2) client.sendRaw(new Uint8Array(3000).fill(0xff));
      if (at % 4 === 3) {
        client.socket.pause();
        client.sendRaw(Buffer.concat(Array<Uint8Array>(3000).fill(Uint8Array.of(0, 0, 0, 1, 11))));
      }
    }
    lab.authenticator.counters.reset();
    const { jump, device } = lab.fabric;
    const words = ['-J', `${jump.user}@${jump.host}:${jump.port}`, '-p', String(device.port)];
    const config = join(lab.folder, 'home', 'ssh_config');
    const login = await withAgent('ssh', '-F', config, ...words, `${device.user}@${device.host}`, 'show hostname');
    expect(login.stdout).toContain(`Hostname: ${lab.fabric.deviceName}`);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2 });
    // Those that were silent are as welcome as before.
    expect((await clients[0]?.ask({ type: 'requestIdentities' }))?.type).toBe('identitiesAnswer');
    for (const client of clients) client.close();
  });

  it('signs for ssh-keygen -Y, which verifies it, and says what it is for', async () => {
    const home = join(lab.folder, 'home');
    await writeFile(join(home, 'release.txt'), 'a release\n');
    await writeFile(join(home, 'other.txt'), 'another\n');
    const line = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    await writeFile(join(home, 'signers'), `alice@lab.example ${line}`);
    await withAgent('ssh-keygen', '-Y', 'sign', '-f', `${lab.keyFile}.pub`, '-n', 'file', 'release.txt');
    const verify = (file: string) =>
      run('sh', ['-c', `ssh-keygen -Y verify -f signers -I alice@lab.example -n file -s release.txt.sig < ${file}`], {
        cwd: home,
      });
    expect((await verify('release.txt')).stdout).toContain(
      'Good "file" signature for alice@lab.example with ED25519-SK',
    );
    await expect(verify('other.txt')).rejects.toThrow();
    expect(screen).toContain('wants a signature: sign for file');
  });

  it('takes no key from ssh-add, gives none away, signs nothing for its test, and is locked and unlocked by it', async () => {
    const home = join(lab.folder, 'home');
    const [askpass, plainKey] = [join(home, 'askpass'), join(home, 'id_to_add')];
    await writeFile(askpass, "#!/bin/sh\necho 'a passphrase'\n", { mode: 0o700 });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', plainKey]);
    const env = { ...lab.environment, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
    const sshAdd = (...words: string[]) =>
      run('ssh-add', words, { env, timeout: 20_000 }).then(
        ({ stdout }) => stdout,
        ({ code }: { code: number }) => `exit ${code}`,
      );
    const line = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    lab.authenticator.counters.reset();
    expect(await sshAdd('-D')).toBe('exit 1');
    expect(await sshAdd('-d', `${lab.keyFile}.pub`)).toBe('exit 1');
    expect(await sshAdd(plainKey)).toBe('exit 1');
    expect(await sshAdd('-t', '60', '-c', plainKey)).toBe('exit 1');
    // What it has signed is random, no login and no file.
    expect(await sshAdd('-T', `${lab.keyFile}.pub`)).toBe('exit 1');
    expect(await sshAdd('-X')).toBe('exit 1');
    expect(await sshAdd('-L')).toBe(line);
    expect(await sshAdd('-x')).toBe('');
    expect([await sshAdd('-L'), await sshAdd('-l'), await sshAdd('-x')]).toEqual(['exit 1', 'exit 1', 'exit 1']);
    expect(lab.authenticator.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
    expect(await sshAdd('-X')).toBe('');
    expect(await sshAdd('-L')).toBe(line);
  });

  it('offers and uses the keys of the ssh-agent that the settings name, as long as they do', async () => {
    const home = join(lab.folder, 'home');
    const [otherSocket, plainKey] = [join(lab.folder, 'other.sock'), join(home, 'id_plain')];
    const other = spawn('ssh-agent', ['-D', '-a', otherSocket], { stdio: 'ignore' });
    try {
      await expect.poll(() => existsSync(otherSocket)).toBe(true);
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'a plain key', '-f', plainKey]);
      await run('ssh-add', ['-q', plainKey], { env: { ...lab.environment, SSH_AUTH_SOCK: otherSocket } });
      const set = await lab.glasskeyScript(['settings', 'set', 'agent.passThrough', otherSocket]);
      expect(set.exitCode, set.stderr).toBe(0);
      const lines = [lab.keyFile, plainKey].map((file) => readFileSync(`${file}.pub`, 'utf8'));
      expect((await withAgent('ssh-add', '-L')).stdout).toBe(lines.join(''));
      await writeFile(join(home, 'plain.txt'), 'x\n');
      await withAgent('ssh-keygen', '-Y', 'sign', '-f', `${plainKey}.pub`, '-n', 'file', 'plain.txt');
      const { requests } = JSON.parse(
        (await lab.glasskeyScript(['agent', 'activity', '--limit', '1', '--json'])).stdout,
      );
      expect(requests).toMatchObject([
        { agent: 'command-line', decision: 'passed-through', purpose: { kind: 'sshsig' } },
      ]);
    } finally {
      await lab.glasskeyScript(['settings', 'reset', 'agent.passThrough']);
      other.kill();
      await once(other, 'exit');
    }
    expect((await withAgent('ssh-add', '-L')).stdout).toBe(readFileSync(`${lab.keyFile}.pub`, 'utf8'));
  });

  it('refuses a second one on the same socket, and says what to do', async () => {
    const second = await lab.glasskeyScript(['agent', '--json']);
    expect(second.exitCode).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'AGENT_ALREADY_RUNNING' } });
  });

  it('is not started where there is no terminal to ask at, and leaves no socket there', async () => {
    const path = join(lab.folder, 'unasked', 'agent.sock');
    const { exitCode, stdout, stderr } = await lab.glasskeyScript(['agent', '--socket', path]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('[NO_TERMINAL]');
    expect(stderr).toContain('Run it in a terminal, or open the app');
    expect(existsSync(path)).toBe(false);
  });

  it('shows the key no line that was typed into its terminal before somebody asked', async () => {
    lab.authenticator.counters.reset();
    agent.type('ls -l\r');
    await expect.poll(() => screen).toContain('ls -l');
    const home = join(lab.folder, 'home');
    await writeFile(join(home, 'typed-ahead.txt'), 'x\n');
    await withAgent('ssh-keygen', '-Y', 'sign', '-f', `${lab.keyFile}.pub`, '-n', 'file', 'typed-ahead.txt');
    expect(screen).not.toContain('Wrong PIN');
    expect(lab.authenticator.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('neither shows nor takes the rest of a PIN whose client went away', async () => {
    const path = join(lab.folder, 'leaving', 'agent.sock');
    let seen = '';
    const leaving = lab.startGlasskey(['agent', '--socket', path], {
      answers: [approve(2)],
      onOutput: (text) => {
        seen += text;
      },
    });
    const prompts = () => seen.match(/PIN of [^\n]*: /g)?.length ?? 0;
    const home = join(lab.folder, 'home');
    const env = { ...lab.environment, SSH_AUTH_SOCK: path };
    const sign = () => {
      const child = execFile('ssh-keygen', ['-Y', 'sign', '-f', `${lab.keyFile}.pub`, '-n', 'file', '-'], {
        cwd: home,
        env,
      });
      child.stdin?.end('a text');
      return { child, exitCode: once(child, 'close').then(([code]) => code as number | null) };
    };
    await expect.poll(() => existsSync(path), { timeout: 15_000 }).toBe(true);
    lab.authenticator.counters.reset();
    const first = sign();
    await expect.poll(prompts, { timeout: 15_000 }).toBe(1);
    leaving.type('555');
    first.child.kill('SIGKILL');
    await first.exitCode;
    // The agent has seen it when the line of the prompt is at its end.
    await expect.poll(() => /PIN of [^\n]*: \r?\n/.test(seen), { timeout: 15_000 }).toBe(true);
    leaving.type('666');
    const second = sign();
    leaving.type('777\r');
    await expect.poll(prompts, { timeout: 15_000 }).toBe(2);
    expect(lab.authenticator.counters.read().pinChecks).toBe(0);
    leaving.type(`${lab.pin}\r`);
    expect(await second.exitCode, seen).toBe(0);
    expect(lab.authenticator.counters.read().pinChecks).toBe(1);
    expect(seen).not.toMatch(/Wrong PIN|555|666|777/);
    leaving.kill('SIGTERM');
    expect((await leaving.ended).exitCode).toBe(0);
  });

  it('refuses a signature whose PIN was declined, and goes on serving', async () => {
    const path = join(lab.folder, 'declining', 'agent.sock');
    const declining = lab.startGlasskey(['agent', '--socket', path], {
      answers: [approve(), { when: /PIN of [^\n]*: $/, type: () => '\x03' }],
    });
    await expect.poll(() => existsSync(path), { timeout: 15_000 }).toBe(true);
    const home = join(lab.folder, 'home');
    const sign = ['-Y', 'sign', '-f', `${lab.keyFile}.pub`, '-n', 'file', 'other.txt'];
    await expect(
      run('ssh-keygen', sign, { cwd: home, env: { ...lab.environment, SSH_AUTH_SOCK: path } }),
    ).rejects.toThrow(/refused/);
    const listed = await run('ssh-add', ['-l'], { env: { ...lab.environment, SSH_AUTH_SOCK: path } });
    expect(listed.stdout).toContain('ED25519-SK');
    declining.kill('SIGTERM');
    expect((await declining.ended).exitCode).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('lists and signs with a key that was enrolled after it began', async () => {
    const file = join(lab.folder, 'home', '.ssh', 'id_later');
    const words = ['enroll', '--new', '--file', file, '--no-publish', '--pin-stdin'];
    const enrolled = await lab.glasskeyScript(words, { stdin: `${lab.pin}\n` });
    expect(enrolled.exitCode, enrolled.stderr).toBe(0);
    const lines = [file, lab.keyFile].map((one) => readFileSync(`${one}.pub`, 'utf8'));
    expect((await withAgent('ssh-add', '-L')).stdout).toBe(lines.join(''));
    await writeFile(join(lab.folder, 'home', 'later.txt'), 'x\n');
    await withAgent('ssh-keygen', '-Y', 'sign', '-f', `${file}.pub`, '-n', 'file', 'later.txt');
  });

  it('ends at Ctrl-C, removes its socket, and leaves a clean screen', async () => {
    agent.type('\x03');
    const { exitCode, raw } = await agent.ended;
    expect(exitCode).toBe(0);
    expect(existsSync(socket)).toBe(false);
    expect(finalScreen(raw, 120)).not.toContain('Touch');
  });
});
