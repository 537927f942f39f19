/** `glasskey connect` over each way in, and over several in order, against real daemons. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../main/storage/database.ts';
import { plainTarget, targetStore, type Way } from '../../main/storage/target-store.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';

const ACCESS_ID = '4f9e27a8-1d07-4b5e-9c3a-6f2f5c7e8d10';
const DEAD = 'ops@127.0.0.1:1';

let lab: Lab;
let silent: Server;
beforeAll(async () => {
  silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  lab = await startLab({
    reconcileEveryMs: 200,
    topology: {
      further: [
        { name: 'jump-b', kind: 'jump-host', accounts: [{ user: 'jumper', upn: UPN }] },
        {
          name: 'jump-strict',
          kind: 'jump-host',
          accounts: [{ user: 'jumper', upn: UPN }],
          sshd: { allowsAgentForwarding: false, allowsTcpForwarding: false },
        },
        { name: 'vm4', kind: 'console', networks: ['edge'], accounts: [{ user: ACCESS_ID, upn: UPN }] },
      ],
    },
  });
  const settings = join(lab.folder, 'data', 'settings.json');
  writeFileSync(settings, JSON.stringify({ ...JSON.parse(readFileSync(settings, 'utf8')), 'connect.waitSeconds': 3 }));
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
});
afterAll(async () => {
  silent?.close();
  await lab?.close();
});

const at = (name: string) => {
  const { user, host, port } = lab.fabric.machine(name);
  return `${user}@${host}:${port}`;
};
const tarpit = () => {
  const address = silent.address();
  return `ops@127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

function save(name: string, ...ways: [Way, ...Way[]]): void {
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  try {
    targetStore(database).add({ ...plainTarget(name, lab.device, []), ways });
  } finally {
    database.close();
  }
}

const connect = (...words: string[]) =>
  lab.glasskeyScript(['connect', '--pin-stdin', ...words, '--', 'show hostname'], { stdin: `${lab.pin}\n` });

describe('several ways', () => {
  it('are tried in order, with one PIN, past a jump host that refuses and one that says nothing', async () => {
    save(
      'leaf1',
      { kind: 'jump', jumps: [DEAD] },
      { kind: 'jump', jumps: [tarpit()] },
      { kind: 'jump', jumps: [lab.jump] },
    );
    const { exitCode, stdout, stderr } = await connect('leaf1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(lab.fabric.deviceName);
    expect(stderr).toContain('The jump host ops@127.0.0.1:1 refused the connection');
    // Who found out first: Glasskey, which looked, or ssh, which a script's PIN lets begin at once.
    expect(stderr).toMatch(/(said nothing for 3 s|did not answer in time)\. Trying the next way\./);
  });

  it('are left where only the device behind the jump host is out of reach', async () => {
    save('leaf2', { kind: 'jump', jumps: [at('jump-strict')] }, { kind: 'jump', jumps: [at('jump-b')] });
    const { exitCode, stdout, stderr } = await connect('leaf2');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(lab.fabric.deviceName);
    expect(stderr).toContain('does not allow a connection on to');
  });

  it('tell of every one that was tried where none led there, and nobody is asked for a PIN', async () => {
    save('leaf3', { kind: 'jump', jumps: [DEAD] }, { kind: 'forwarded', jumps: ['ops@no-such-host.invalid'] });
    lab.authenticator.counters.reset();
    const { exitCode, stderr } = await connect('leaf3');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('None of the 2 ways led there. 1: The jump host ops@127.0.0.1:1 refused');
    expect(stderr).toContain('[CONNECT_UNREACHABLE]');
    expect(lab.authenticator.counters.read().touches).toBe(0);
  });

  it('end where a host refuses whoever came', async () => {
    save(
      'leaf4',
      { kind: 'jump', jumps: [lab.jump.replace(/^[^@]+/, 'nobody-here')] },
      { kind: 'jump', jumps: [lab.jump] },
    );
    const { exitCode, stderr } = await connect('leaf4');
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('next way');
  });
});

describe('a way by kind', () => {
  it('goes on from the jump host with its own ssh and the forwarded agent', async () => {
    const { exitCode, stdout, stderr } = await connect(lab.device, '--jump', lab.jump, '--way', 'forwarded');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(lab.fabric.deviceName);
    expect(stderr).toContain('which gets the agent');
  });

  it('says that the jump host forwards no agent', async () => {
    const { exitCode, stderr } = await connect(lab.device, '--jump', at('jump-strict'), '--way', 'forwarded');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('[CONNECT_FORWARDING_DENIED]');
    expect(stderr).toContain('does not let the agent be forwarded');
  });

  it('is a VM console, which says whose session ends', async () => {
    const { host, port } = lab.fabric.machine('vm4');
    const { stderr } = await connect(`${ACCESS_ID}@${host}:${port}`, '--direct', '--way', 'console');
    expect(stderr).toContain('A session that somebody else has on it ends.');
    expect(stderr).not.toContain('[CONNECT_');
  });
});
