/** 200 clients of one agent at once, most of them ill-behaved, over one software key that signs one request at a time. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { type AgentServer, startAgentServer } from '../../../main/agent/agent-server.ts';
import { AuthenticatorKeyring } from '../../../main/agent/authenticator-keyring.ts';
import { frameAgentMessage } from '../../../main/openssh/agent-framing.ts';
import { type AgentRequest, encodeAgentRequest } from '../../../main/openssh/agent-messages.ts';
import { parseSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { verifySkSignature } from '../../../main/openssh/sk-signature.ts';
import { systemClock } from '../../../time/clock.ts';
import { AgentClient } from './agent-client.ts';
import { loginData, newSessionId, sessionHost, sshsigData } from './session-host.ts';
import { softwareKey } from './software-keyring.ts';

const CLIENTS_OF_A_KIND = 20;
const key = softwareKey('the key');
const list: AgentRequest = { type: 'requestIdentities' };
const gitSignature: AgentRequest = { type: 'signRequest', keyBlob: key.blob, data: sshsigData('git'), flags: 0 };
const policy = { requireTouch: true, requireUserVerification: true };
const framed = (request: AgentRequest) => frameAgentMessage(encodeAgentRequest(request));
const lists = (count: number) => Buffer.concat(Array<Uint8Array>(count).fill(framed(list)));
/** More answers than a socket holds, and more requests than a client may pile up. */
const [UNREAD, FLOOD] = [lists(4000), lists(20_000)];

let folder: string;
let server: AgentServer;
const clients: AgentClient[] = [];
/** The key blinks until the person touches it. */
let touch: () => void;
let blinking: number;
let mostBlinking: number;

/** Handles of sockets that this test has open, and those of its runner. */
const openPipes = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('Pipe')).length;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  [blinking, mostBlinking] = [0, 0];
  const touched = new Promise<void>((resolve) => {
    touch = resolve;
  });
  const keyring = new AuthenticatorKeyring<never>({
    keys: {
      list: async () => [
        {
          publicBlob: key.blob,
          comment: key.comment,
          application: key.application,
          credentialId: new Uint8Array(16),
          model: 'software',
          userVerification: false,
        },
      ],
    },
    authenticator: {
      async assert({ clientDataHash }) {
        blinking += 1;
        mostBlinking = Math.max(mostBlinking, blinking);
        await touched;
        await nextTurn();
        blinking -= 1;
        return key.assert(clientDataHash);
      },
    },
    pins: { request: async () => undefined },
    notices: { touchWanted() {}, touchDone() {} },
    nameHost: () => undefined,
  });
  const socketPath = join(folder, 'a', 'agent');
  server = await startAgentServer({ socketPath, keyring, clock: systemClock, log: silentLog });
});

afterEach(async () => {
  touch();
  for (const client of clients.splice(0)) client.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** One of each kind connects after the other, so that all of them are in each other's way. */
async function crowd<Kind extends string>(kinds: readonly Kind[]): Promise<Record<Kind, AgentClient[]>> {
  const all = Object.fromEntries(kinds.map((kind) => [kind, []])) as unknown as Record<Kind, AgentClient[]>;
  for (let round = 0; round < CLIENTS_OF_A_KIND; round += 1) {
    for (const kind of kinds) {
      const client = await AgentClient.connect(server.socketPath);
      clients.push(client);
      all[kind].push(client);
    }
  }
  return all;
}

/** Logs in to a host that the connection is bound to; the signature is verified. */
async function logIn(client: AgentClient): Promise<boolean> {
  const [host, sessionId] = [sessionHost(), newSessionId()];
  await client.ask(host.bind(sessionId, false));
  const data = loginData({ sessionId, user: 'alice', keyBlob: key.blob, hostKey: host.blob });
  const answer = await client.ask({ type: 'signRequest', keyBlob: key.blob, data, flags: 0 });
  if (answer?.type !== 'signResponse') return false;
  return verifySkSignature(parseSkPublicBlob(key.blob), data, answer.signature, policy).valid;
}

async function byteByByte(client: AgentClient, request: AgentRequest): Promise<string | undefined> {
  for (const byte of framed(request)) {
    client.sendRaw(Uint8Array.of(byte));
    await nextTurn();
  }
  return (await client.answer())?.type;
}

describe('200 clients of one agent', { timeout: 60_000 }, () => {
  it('starve nobody while a signature waits: every honest list is answered, then every honest signature is made', async () => {
    const before = openPipes();
    const kinds = [
      'signs',
      'lists',
      'trickles',
      'malforms',
      'breaksFraming',
      'halfCloses',
      'neverReads',
      'floods',
      'isSilent',
      'vanishes',
    ] as const;
    const all = await crowd(kinds);
    const signatures = all.signs.map(logIn);
    await expect.poll(() => blinking).toBe(1);
    for (const client of all.vanishes) client.send(gitSignature);
    for (const client of all.neverReads) {
      client.socket.pause();
      client.sendRaw(UNREAD);
    }
    for (const client of all.floods) client.sendRaw(FLOOD);
    for (const client of all.breaksFraming) client.sendRaw(new Uint8Array(300).fill(0xff));
    for (const client of all.halfCloses) {
      client.send(list);
      client.socket.end();
    }
    const malformed = all.malforms.map((client) => {
      client.sendRaw(Uint8Array.of(0, 0, 0, 2, 13, 0));
      return client.answer();
    });
    const trickled = all.trickles.map((client) => byteByByte(client, list));

    const listed = all.lists.map(async (client) => {
      const answers = [];
      for (let at = 0; at < 10; at += 1) answers.push((await client.ask(list))?.type);
      return answers;
    });
    for (const answers of await Promise.all(listed)) expect(answers).toEqual(Array(10).fill('identitiesAnswer'));
    expect(await Promise.all(trickled)).toEqual(all.trickles.map(() => 'identitiesAnswer'));
    expect(await Promise.all(malformed)).toEqual(all.malforms.map(() => ({ type: 'failure' })));
    for (const client of all.halfCloses) {
      expect((await client.answer())?.type).toBe('identitiesAnswer');
      await client.closed();
    }
    await Promise.all([...all.breaksFraming, ...all.floods].map((client) => client.closed()));
    for (const client of all.vanishes) client.close();
    expect(blinking).toBe(1);

    touch();
    expect(await Promise.all(signatures)).toEqual(all.signs.map(() => true));
    expect(mostBlinking).toBe(1);
    // Whoever was malformed or silent until now is as welcome as before.
    for (const client of [...all.malforms, ...all.isSilent]) {
      expect((await client.ask(list))?.type).toBe('identitiesAnswer');
    }

    await server.close();
    for (const client of all.neverReads) client.socket.resume();
    await Promise.all(clients.map((client) => client.closed()));
    await expect.poll(openPipes).toBe(before - 1); // the listening socket has gone, too
    expect(existsSync(server.socketPath)).toBe(false);
  });

  it('are all let go of when the agent closes in the midst of it, and no signature is made after', async () => {
    const before = openPipes();
    const all = await crowd(['signs', 'trickles', 'isSilent', 'neverReads', 'vanishes']);
    const signatures = all.signs.map(logIn);
    await expect.poll(() => blinking).toBe(1);
    for (const client of all.trickles) client.sendRaw(Uint8Array.of(0, 0, 1));
    for (const client of all.neverReads) {
      client.socket.pause();
      client.sendRaw(UNREAD);
    }
    for (const client of all.vanishes) client.send(gitSignature);
    await server.close();
    for (const client of all.neverReads) client.socket.resume();
    expect(await Promise.all(signatures)).toEqual(all.signs.map(() => false));
    await Promise.all(clients.map((client) => client.closed()));
    touch();
    await expect.poll(openPipes).toBe(before - 1);
    expect(mostBlinking).toBe(1);
  });
});
