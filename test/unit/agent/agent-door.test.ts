import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { type AgentDoor, openAgentDoor } from '../../../main/agent/agent-door.ts';
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
