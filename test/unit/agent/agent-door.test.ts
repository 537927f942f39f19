import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { type AgentDoor, openAgentDoor, openAgentDoorAtOnce } from '../../../main/agent/agent-door.ts';
import { startAgentServer } from '../../../main/agent/agent-server.ts';
import { systemClock } from '../../../time/clock.ts';
import { AgentClient } from './agent-client.ts';
import { SoftwareKeyring, softwareKey } from './software-keyring.ts';

const key = softwareKey('the key');
const world = { clock: systemClock, log: silentLog };
let folder: string;
let socketPath: string;
let door: AgentDoor;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gk-'));
  socketPath = join(folder, 'a', 'agent');
  door = await openAgentDoor({ socketPath, ...world });
});

afterEach(async () => {
  await door.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the door of an agent that is not ready yet', () => {
  it('is the user’s own', () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  });

  it('lets clients in that are answered once the agent is there', async () => {
    const early = await AgentClient.connect(socketPath);
    const answer = early.ask({ type: 'requestIdentities' });
    const server = await startAgentServer({ socketPath, door, keyring: new SoftwareKeyring([key]), ...world });
    try {
      expect(await answer).toMatchObject({ type: 'identitiesAnswer', identities: [{ comment: 'the key' }] });
      const late = await AgentClient.connect(socketPath);
      expect(await late.ask({ type: 'requestIdentities' })).toMatchObject({ identities: [{ comment: 'the key' }] });
      late.close();
      early.close();
    } finally {
      await server.close();
    }
    expect(existsSync(socketPath)).toBe(false);
  });

  it('drops those who wait, and goes, where the agent never comes', async () => {
    const waiting = await new Promise<Socket>((resolve) => {
      const socket = connect(socketPath, () => resolve(socket));
    });
    const dropped = new Promise((resolve) => waiting.once('close', resolve));
    await door.close();
    await dropped;
    expect(existsSync(socketPath)).toBe(false);
  });
});

describe('a door that is opened at once', () => {
  const openAt = (...path: string[]) => openAgentDoorAtOnce({ socketPath: join(folder, ...path), log: silentLog });

  it('stands open when the call returns, is the user’s own, and lets clients in until the agent is there', async () => {
    const early = openAt('a', 'early');
    expect(statSync(join(folder, 'a', 'early')).mode & 0o777).toBe(0o600);
    const client = await AgentClient.connect(join(folder, 'a', 'early'));
    const answer = client.ask({ type: 'requestIdentities' });
    const keyring = new SoftwareKeyring([key]);
    const server = await startAgentServer({
      socketPath: join(folder, 'a', 'early'),
      ...(early === undefined ? {} : { door: early }),
      keyring,
      ...world,
    });
    expect(await answer).toMatchObject({ identities: [{ comment: 'the key' }] });
    client.close();
    await server.close();
    expect(existsSync(join(folder, 'a', 'early'))).toBe(false);
  });

  it('is none where something lies there, and leaves that alone', () => {
    writeFileSync(join(folder, 'a', 'file'), 'not ours');
    expect(openAt('a', 'file')).toBeUndefined();
    expect(statSync(join(folder, 'a', 'file')).size).toBe('not ours'.length);
    expect(openAt('a', 'agent')).toBeUndefined();
    expect(statSync(socketPath).isSocket()).toBe(true);
  });

  it('is none in a folder that others may enter, or that is not there, or by a path that is too long', () => {
    mkdirSync(join(folder, 'open'));
    chmodSync(join(folder, 'open'), 0o755);
    expect(openAt('open', 'agent')).toBeUndefined();
    expect(existsSync(join(folder, 'open', 'agent'))).toBe(false);
    expect(openAt('nowhere', 'agent')).toBeUndefined();
    expect(openAt('a', 'x'.repeat(108))).toBeUndefined();
    expect(openAgentDoorAtOnce({ socketPath: '\\\\.\\pipe\\glasskey', log: silentLog })).toBeUndefined();
  });
});
