/** A jump host that is somebody else's by now, with the agent that is forwarded to it: what it gets of the security key. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePublicLine } from '../../main/openssh/public-line.ts';
import { formatSkPublicBlob } from '../../main/openssh/sk-key.ts';
import type { RunningTerminal } from '../lab/terminal.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';
import { AgentClient } from '../unit/agent/agent-client.ts';
import { loginData, newSessionId, sessionHost, sshsigData } from '../unit/agent/session-host.ts';
import { waitFor } from './fabric-with-plain-ssh.ts';

let lab: Lab;
beforeAll(async () => {
  // On loopback the host's processes are seen from here, as whoever is root on a real one sees them there.
  lab = await startLab({
    fabric: 'loopback',
    topology: { further: [{ name: 'ce2-rack4', kind: 'device', accounts: [{ user: 'alice', upn: UPN }] }] },
  });
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
});
afterAll(() => lab?.close());

const addressOf = (name: string) => {
  const { user, host, port } = lab.fabric.machine(name);
  return `${user}@${host}:${port}`;
};

describe('the host that a forwarded way passes', () => {
  let session: RunningTerminal;
  let shown = '';
  let socket: string;
  let keyBlob: Uint8Array;

  beforeAll(async () => {
    keyBlob = formatSkPublicBlob(parsePublicLine(readFileSync(`${lab.keyFile}.pub`, 'utf8')).publicKey);
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

  /** As root there finds it: in the environment of the ssh that the session runs on the jump host. */
  function forwardedSocket(): string {
    const { port } = lab.fabric.jump;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const environment = textOf(`/proc/${pid}/environ`).split('\0');
      const connection = environment.find((one) => one.startsWith('SSH_CONNECTION='));
      const agent = environment.find((one) => one.startsWith('SSH_AUTH_SOCK='));
      if (agent !== undefined && connection?.endsWith(` ${port}`)) return agent.slice('SSH_AUTH_SOCK='.length);
    }
    throw new Error('no process on the jump host has the forwarded agent');
  }

  async function sign(client: AgentClient, data: Uint8Array): Promise<string | undefined> {
    return (await client.ask({ type: 'signRequest', keyBlob, data, flags: 0 }))?.type;
  }

  /** The real ssh, as a program there would run it. */
  function ssh(name: string): Promise<string> {
    const { user, host, port } = lab.fabric.machine(name);
    const settings = {
      IdentityAgent: socket,
      IdentityFile: `${lab.keyFile}.pub`,
      IdentitiesOnly: 'yes',
      BatchMode: 'yes',
      UserKnownHostsFile: join(lab.folder, 'data', 'known_hosts'),
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    return new Promise((resolve) => {
      execFile(
        'ssh',
        ['-F', 'none', ...words, '-p', `${port}`, `${user}@${host}`, 'show hostname'],
        (_, stdout, stderr) => resolve(stdout + stderr),
      ).stdin?.end();
    });
  }

  it('may list the key, and has had the one login to the target', async () => {
    const client = await AgentClient.connect(socket);
    const answer = await client.ask({ type: 'requestIdentities' });
    client.close();
    const listed = answer?.type === 'identitiesAnswer' ? answer.identities.map(({ blob }) => Buffer.from(blob)) : [];
    expect(listed).toEqual([Buffer.from(keyBlob)]);
  });

  it('gets no second login to the target, nor one to another device, however many it asks for at once', async () => {
    const said = await Promise.all(['device', 'ce2-rack4', 'device', 'ce2-rack4', 'jump'].map(ssh));
    for (const one of said) expect(one).toContain('Permission denied');
    expect(lab.authenticator.counters.read().touches).toBe(2);
    await waitFor(() => shown.includes('wanted a login that was not planned, and got none'));
    expect(shown).toContain('--onward USER@HOST');
    expect(shown).toContain('agent.rule');
    expect(shown).toContain('forwarded-known-host');
  });

  it('gets none for a host of its own making, with a binding that this host signed', async () => {
    const client = await AgentClient.connect(socket);
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
      const client = await AgentClient.connect(socket);
      if (first !== undefined) await client.ask(first);
      expect(await sign(client, loginData({ sessionId, user: 'alice', keyBlob, hostKey: device }))).toBe('failure');
      expect(await sign(client, loginData({ sessionId, user: 'alice', keyBlob }))).toBe('failure');
      client.close();
    }
  });

  it('gets no signature over a file, and nothing over data that is neither', async () => {
    const client = await AgentClient.connect(socket);
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

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended meanwhile, or is somebody else's
  }
}
