import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancelled } from '../../../diagnostics/glasskey-error.ts';
import type { LogFacts } from '../../../diagnostics/log.ts';
import type { AnsweredRequest } from '../../../main/agent/activity-log.ts';
import { MESSAGE_DEADLINE_MS } from '../../../main/agent/agent-connection.ts';
import { MAX_CLIENTS } from '../../../main/agent/agent-door.ts';
import { AgentLock } from '../../../main/agent/agent-lock.ts';
import { type AgentServer, type AgentServerOptions, startAgentServer } from '../../../main/agent/agent-server.ts';
import type { Client, Keyring } from '../../../main/agent/keyring.ts';
import { frameAgentMessage } from '../../../main/openssh/agent-framing.ts';
import type { AgentRequest } from '../../../main/openssh/agent-messages.ts';
import { parseSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { verifySkSignature } from '../../../main/openssh/sk-signature.ts';
import { systemClock } from '../../../time/clock.ts';
import { AgentClient } from './agent-client.ts';
import { loginData, newSessionId, sessionHost, sshsigData } from './session-host.ts';
import { SoftwareKeyring, softwareKey, untilAborted } from './software-keyring.ts';

const key = softwareKey('the key');
const list: AgentRequest = { type: 'requestIdentities' };
const gitSignature: AgentRequest = { type: 'signRequest', keyBlob: key.blob, data: sshsigData('git'), flags: 0 };
const bytes = (text: string) => new TextEncoder().encode(text);

let folder: string;
let keyring: SoftwareKeyring;
let events: { event: string; facts: LogFacts | undefined }[];
let server: AgentServer;
const clients: AgentClient[] = [];
const deadlines: (() => void)[] = [];

/** The real clock, but the deadline of slow messages fires when the test says so. */
const clock = {
  now: systemClock.now,
  after(ms: number, run: () => void) {
    if (ms !== MESSAGE_DEADLINE_MS) return systemClock.after(ms, run);
    deadlines.push(run);
    return () => {
      const at = deadlines.indexOf(run);
      if (at >= 0) deadlines.splice(at, 1);
    };
  },
};

async function start(served: Keyring, more: Partial<AgentServerOptions> = {}): Promise<AgentServer> {
  const log = (_: string, event: string, facts?: LogFacts) => void events.push({ event, facts });
  return startAgentServer({ socketPath: join(folder, 'a', 'agent'), keyring: served, clock, log, ...more });
}

async function connect(): Promise<AgentClient> {
  const client = await AgentClient.connect(server.socketPath);
  clients.push(client);
  return client;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const seen = (name: string) => events.filter(({ event }) => event === name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  events = [];
  keyring = new SoftwareKeyring([key]);
  server = await start(keyring);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  deadlines.length = 0;
  await rm(folder, { recursive: true, force: true });
});

describe('the agent', () => {
  it('lists its keys, and signs a login to the host that the connection is bound to', async () => {
    const client = await connect();
    const host = sessionHost();
    const sessionId = newSessionId();
    expect(await client.ask(host.bind(sessionId, false))).toEqual({ type: 'success' });
    expect(await client.ask(list)).toEqual({
      type: 'identitiesAnswer',
      identities: [{ blob: key.blob, comment: 'the key' }],
    });
    const data = loginData({ sessionId, user: 'alice', keyBlob: key.blob, hostKey: host.blob });
    const answer = await client.ask({ type: 'signRequest', keyBlob: key.blob, data, flags: 0 });
    if (answer?.type !== 'signResponse') throw new Error(`answered ${answer?.type}`);
    const policy = { requireTouch: true, requireUserVerification: true };
    expect(verifySkSignature(parseSkPublicBlob(key.blob), data, answer.signature, policy).valid).toBe(true);
    expect(keyring.requests[0]?.purpose).toEqual({
      kind: 'login',
      user: 'alice',
      hostKey: host.blob,
      sessionBound: true,
    });
  });

  it('notes each request for a signature with what came of it', async () => {
    await server.close();
    const noted: AnsweredRequest[] = [];
    server = await start(keyring, {
      activity: { record: (answered) => void noted.push(answered) },
      clientOf: () => ({ program: 'ssh' }),
    });
    const client = await connect();
    await client.ask(list);
    await client.ask(gitSignature);
    const sessionId = newSessionId();
    await client.ask(sessionHost().bind(sessionId, false));
    const elsewhere = loginData({ sessionId: newSessionId(), user: 'eve', keyBlob: key.blob });
    for (const data of [bytes('no such data'), elsewhere]) {
      expect((await client.ask({ type: 'signRequest', keyBlob: key.blob, data, flags: 0 }))?.type).toBe('failure');
    }
    await client.ask({ ...gitSignature, keyBlob: bytes('another key') });
    client.sendRaw(frameAgentMessage(Uint8Array.of(13, 0, 0, 0, 9)));
    await client.answer();
    keyring.wait = async () => {
      throw cancelled('The signature');
    };
    await client.ask(gitSignature);
    expect(noted.map(({ decision, reason, request }) => [decision, reason, request?.purpose.kind])).toEqual([
      ['signed', undefined, 'sshsig'],
      ['refused', 'data.unrecognized', undefined],
      ['refused', 'login.other-session', 'login'],
      ['failed', 'INTERNAL', 'sshsig'],
      ['refused', 'AGENT_MESSAGE_MALFORMED', undefined],
      ['denied', 'CANCELLED', 'sshsig'],
    ]);
    expect(noted[2]).toMatchObject({ client: { program: 'ssh' }, request: { purpose: { user: 'eve' } } });
  });

  it('notes that the program that asked has gone', async () => {
    await server.close();
    const noted: AnsweredRequest[] = [];
    server = await start(keyring, { activity: { record: (answered) => void noted.push(answered) } });
    keyring.wait = (signal) => untilAborted(signal).catch(() => Promise.reject(cancelled('The signature')));
    const client = await connect();
    void client.ask(gitSignature);
    await until(() => keyring.requests.length === 1);
    client.close();
    await until(() => noted.length === 1);
    expect(noted).toMatchObject([{ decision: 'cancelled' }]);
  });

  it('tells the keyring who asks, and turns away a peer of another user', async () => {
    await server.close();
    const who: (Client | 'another-user')[] = [{ pid: 7, program: 'ssh' }, 'another-user'];
    server = await start(keyring, { clientOf: () => who.shift() ?? {} });
    const client = await connect();
    expect((await client.ask(gitSignature))?.type).toBe('signResponse');
    expect(keyring.requests[0]?.client).toEqual({ pid: 7, program: 'ssh' });
    const other = await connect();
    expect(await other.ask(list)).toBeUndefined();
    expect(seen('agent.connection.of-another-user')).toHaveLength(1);
  });

  it('finds out who asked only where that is wanted, and notes it with what was refused', async () => {
    await server.close();
    const answered: AnsweredRequest[] = [];
    const activity = { record: (one: AnsweredRequest) => void answered.push(one) };
    let looked = 0;
    const findClientOf = async () => {
      looked += 1;
      return () => ({ pid: 7, program: 'ssh' });
    };
    const asking: Keyring = {
      identities: () => keyring.identities(),
      async sign(request, signal) {
        if (request.purpose.kind === 'sshsig') await request.findClient?.();
        return keyring.sign(request, signal);
      },
    };
    server = await start(asking, { findClientOf, activity });
    const client = await connect();
    const [host, sessionId] = [sessionHost(), newSessionId()];
    await client.ask(host.bind(sessionId, false));
    const data = loginData({ sessionId, user: 'alice', keyBlob: key.blob, hostKey: host.blob });
    expect((await client.ask({ type: 'signRequest', keyBlob: key.blob, data, flags: 0 }))?.type).toBe('signResponse');
    expect(looked).toBe(0);
    await (await connect()).ask({ type: 'signRequest', keyBlob: key.blob, data: bytes('any'), flags: 0 });
    await (await connect()).ask(gitSignature);
    expect(answered.map((one) => [one.decision, one.client.program])).toEqual([
      ...[
        ['signed', undefined],
        ['refused', 'ssh'],
        ['signed', 'ssh'],
      ],
    ]);
  });

  it('is locked and unlocked by a client with the lock that it was given, and leaves that to the next one', async () => {
    await server.close();
    const changes: boolean[] = [];
    const lock = new AgentLock(clock, () => changes.push(lock.isLocked));
    server = await start(keyring, { lock });
    await (await connect()).ask({ type: 'lock', passphrase: bytes('secret') });
    await server.close();
    server = await start(keyring, { lock });
    const client = await connect();
    expect(await client.ask(list)).toEqual({ type: 'identitiesAnswer', identities: [] });
    await client.ask({ type: 'unlock', passphrase: bytes('secret') });
    expect(changes).toEqual([true, false]);
    lock.close();
  });

  it('keeps the bindings of one connection from another', async () => {
    const bound = await connect();
    const host = sessionHost();
    const sessionId = newSessionId();
    await bound.ask(host.bind(sessionId, false));
    const other = await connect();
    const data = loginData({ sessionId, user: 'alice', keyBlob: key.blob });
    await other.ask({ type: 'signRequest', keyBlob: key.blob, data, flags: 0 });
    expect(keyring.requests[0]).toMatchObject({ isPathProven: false, purpose: { sessionBound: false } });
  });

  it('refuses what is neither a login nor an SSHSIG message, with a line in the log and without asking the keyring', async () => {
    const client = await connect();
    const request: AgentRequest = { type: 'signRequest', keyBlob: key.blob, data: bytes('pay 100'), flags: 0 };
    expect(await client.ask(request)).toEqual({ type: 'failure' });
    expect(keyring.requests).toEqual([]);
    expect(seen('agent.sign.refused')[0]?.facts).toMatchObject({ reason: 'data.unrecognized' });
  });

  it('refuses to add, remove or take smartcards, and unknown messages and extensions', async () => {
    const client = await connect();
    const refused: AgentRequest[] = [
      { type: 'addIdentity', key: { kind: 'other', keyType: 'ssh-ed25519', rest: new Uint8Array(9) } },
      { type: 'removeIdentity', keyBlob: key.blob },
      { type: 'removeAllIdentities' },
      { type: 'addSmartcardKey', provider: '/x', pin: bytes('1234') },
      { type: 'removeSmartcardKey', provider: '/x', pin: bytes('1234') },
      { type: 'extension', name: 'unknown@example.com', data: bytes('x') },
      { type: 'ssh1RequestIdentities' },
      { type: 'unknown', messageType: 99, body: new Uint8Array() },
      { type: 'unlock', passphrase: bytes('x') },
    ];
    for (const request of refused) expect(await client.ask(request), request.type).toEqual({ type: 'failure' });
    expect(await client.ask({ type: 'ssh1RemoveAllIdentities' })).toEqual({ type: 'success' });
    expect(await client.ask(list)).toMatchObject({ identities: [{ comment: 'the key' }] });
    expect(JSON.stringify(events)).not.toContain('1234');
  });

  it('answers query with what it knows', async () => {
    const answer = await (await connect()).ask({ type: 'extension', name: 'query', data: new Uint8Array() });
    expect(answer).toMatchObject({ type: 'extensionResponse', name: 'query' });
  });

  it('goes on with a client after a malformed message, and drops one whose framing is broken', async () => {
    const client = await connect();
    client.sendRaw(Uint8Array.of(0, 0, 0, 2, 13, 0));
    expect(await client.answer()).toEqual({ type: 'failure' });
    expect(await client.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
    client.sendRaw(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    await client.closed();
    expect(seen('agent.connection.dropped')[0]?.facts).toEqual({ reason: 'AGENT_MESSAGE_TOO_LONG' });
  });

  it('answers a failed binding with a failure and treats the connection as unknown afterwards', async () => {
    const client = await connect();
    const name = 'session-bind@openssh.com';
    expect(await client.ask({ type: 'extension', name, data: bytes('junk') })).toEqual({ type: 'extensionFailure' });
    await client.ask({ ...gitSignature });
    expect(keyring.requests[0]?.isPathProven).toBe(false);
  });

  it('turns any error of the keyring into a refusal and logs it', async () => {
    keyring.wait = async () => {
      throw new TypeError('a bug');
    };
    const client = await connect();
    expect(await client.ask(gitSignature)).toEqual({ type: 'failure' });
    expect(seen('agent.failed')[0]?.facts).toMatchObject({ code: 'INTERNAL', messageType: 13 });
    expect(await client.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
  });
});

describe('a signature that waits for a person', () => {
  beforeEach(() => {
    keyring.wait = untilAborted;
  });

  it('does not keep other clients waiting, and answers of one client stay in order', async () => {
    const waiting = await connect();
    waiting.send(gitSignature);
    waiting.send(list);
    await until(() => keyring.requests.length === 1);
    const other = await connect();
    expect(await other.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
    expect(await other.ask(sessionHost().bind(newSessionId(), false))).toEqual({ type: 'success' });
    expect(keyring.aborted).toEqual([]);
    await other.ask({ type: 'lock', passphrase: bytes('x') }); // ends the wait
    expect(await waiting.answer()).toEqual({ type: 'failure' });
    expect(await waiting.answer()).toEqual({ type: 'identitiesAnswer', identities: [] });
  });

  it('is aborted when its client goes', async () => {
    const client = await connect();
    client.send(gitSignature);
    await until(() => keyring.requests.length === 1);
    client.close();
    await until(() => keyring.aborted.length === 1);
  });

  it('is aborted when its client goes with more requests behind it, none of which reach the keyring as wanted', async () => {
    const client = await connect();
    for (let request = 0; request < 20; request += 1) client.send(gitSignature);
    await until(() => keyring.requests.length === 1);
    client.close();
    await until(() => keyring.aborted.length >= 1);
    expect(await (await connect()).ask(list)).toMatchObject({ type: 'identitiesAnswer' });
    expect(keyring.aborted.length).toBe(keyring.requests.length);
  });

  it('is aborted when the agent is closed, which removes the socket and leaves no connection', async () => {
    const client = await connect();
    client.send(gitSignature);
    await until(() => keyring.requests.length === 1);
    await server.close();
    expect(keyring.aborted).toHaveLength(1);
    await client.closed();
    expect(existsSync(server.socketPath)).toBe(false);
    await server.close(); // twice is fine
  });
});

describe('while locked', () => {
  it('lists nothing, signs nothing, still takes bindings, and opens to the passphrase only', async () => {
    const client = await connect();
    const passphrase = bytes('correct horse');
    expect(await client.ask({ type: 'lock', passphrase })).toEqual({ type: 'success' });
    expect(await client.ask({ type: 'lock', passphrase })).toEqual({ type: 'failure' });
    expect(await client.ask(list)).toEqual({ type: 'identitiesAnswer', identities: [] });
    expect(await client.ask(gitSignature)).toEqual({ type: 'failure' });
    expect(await client.ask({ type: 'extension', name: 'query', data: new Uint8Array() })).toEqual({ type: 'failure' });
    const hop = sessionHost();
    const forwarded = await connect();
    expect(await forwarded.ask(hop.bind(newSessionId(), true))).toEqual({ type: 'success' });
    expect(await client.ask({ type: 'unlock', passphrase: bytes('wrong') })).toEqual({ type: 'failure' });
    expect(await client.ask({ type: 'unlock', passphrase })).toEqual({ type: 'success' });
    expect(await forwarded.ask(gitSignature)).toMatchObject({ type: 'signResponse' });
    expect(keyring.requests[0]?.forwardedThrough).toEqual([hop.blob]);
    expect(JSON.stringify(events)).not.toContain('correct horse');
  });
});

describe('the lock', () => {
  it('is neither set nor opened over a connection that is forwarded, or whose host could not be verified', async () => {
    const [here, forwarded, unverified] = [await connect(), await connect(), await connect()];
    await forwarded.ask(sessionHost().bind(newSessionId(), true));
    await unverified.ask({ type: 'extension', name: 'session-bind@openssh.com', data: bytes('junk') });
    const passphrase = bytes('secret');
    for (const client of [forwarded, unverified]) {
      expect(await client.ask({ type: 'lock', passphrase })).toEqual({ type: 'failure' });
    }
    expect(await here.ask(list)).toMatchObject({ identities: [{ comment: 'the key' }] });
    expect(await here.ask({ type: 'lock', passphrase })).toEqual({ type: 'success' });
    for (const client of [forwarded, unverified]) {
      expect(await client.ask({ type: 'unlock', passphrase })).toEqual({ type: 'failure' });
    }
    expect(await here.ask({ type: 'unlock', passphrase })).toEqual({ type: 'success' });
  });
});

describe('clients that misbehave', () => {
  it('who leave a message unfinished are dropped at the deadline, who are silent between messages are not', async () => {
    const [slow, silent] = [await connect(), await connect()];
    await silent.ask(list);
    slow.sendRaw(Uint8Array.of(0, 0, 1));
    await until(() => deadlines.length === 1);
    deadlines[0]?.();
    await slow.closed();
    expect(await silent.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
    expect(deadlines).toHaveLength(0);
  });

  it('who pile up requests without waiting for answers are dropped, without a cost to others', async () => {
    keyring.wait = untilAborted;
    const flooder = await connect();
    flooder.send(gitSignature);
    await until(() => keyring.requests.length === 1);
    const chunk = new Uint8Array(5 * 8000);
    for (let at = 0; at < chunk.length; at += 5) chunk.set([0, 0, 0, 1, 11], at);
    flooder.sendRaw(chunk);
    await flooder.closed();
    expect(seen('agent.connection.dropped')[0]?.facts).toEqual({ reason: 'TOO_MANY_WAITING' });
    await until(() => keyring.aborted.length === 1);
    expect(await (await connect()).ask(list)).toMatchObject({ type: 'identitiesAnswer' });
  });

  it('who shut down their sending side still get the answers that need nobody', async () => {
    const client = await connect();
    client.send(list);
    client.socket.end();
    expect(await client.answer()).toMatchObject({ type: 'identitiesAnswer' });
    await client.closed();
  });

  it('200 at once, a third of them slow, malformed or vanishing, leave every honest one answered in 5 s', async () => {
    const began = performance.now();
    const honest = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const client = await connect();
        if (index % 9 === 0) client.sendRaw(Uint8Array.of(0, 4, 0, 0, 13));
        else if (index % 9 === 3) client.sendRaw(new Uint8Array(300).fill(index));
        else if (index % 9 === 6) client.close();
        else return [await client.ask(list), await client.ask(gitSignature), await client.ask(list)];
        return [];
      }),
    );
    const answered = honest.filter((answers) => answers.length > 0);
    expect(answered.length).toBeGreaterThan(130);
    for (const answers of answered) {
      expect(answers.map((answer) => answer?.type)).toEqual(['identitiesAnswer', 'signResponse', 'identitiesAnswer']);
    }
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('who connect without end and say nothing, or read nothing, keep nobody out: who is quiet longest makes room', async () => {
    keyring.wait = untilAborted;
    const waiting = await connect();
    waiting.send(gitSignature);
    await until(() => keyring.requests.length === 1);
    const unread = await connect();
    unread.socket.pause();
    unread.sendRaw(Buffer.concat(Array<Uint8Array>(4000).fill(Uint8Array.of(0, 0, 0, 1, 11))));
    // Each answer takes a turn; it gets no more of them than a socket holds.
    for (let turn = 0; turn < 8000; turn += 1) await nextTurn();
    const silent: AgentClient[] = [];
    for (let at = 0; at < 2 * MAX_CLIENTS; at += 1) silent.push(await connect());
    const honest = await connect();
    expect(await honest.ask(list)).toMatchObject({ type: 'identitiesAnswer' });
    await silent[0]?.closed();
    expect(silent.at(-1)?.isClosed).toBe(false);
    unread.socket.resume();
    await unread.closed();
    expect(keyring.aborted).toEqual([]);
    expect(seen('agent.connection.turned-away')).toHaveLength(0);
    expect(seen('agent.connection.dropped').every(({ facts }) => facts?.reason === 'CROWDED')).toBe(true);
  });

  it('beyond the limit, where all of them wait for an answer, are turned away and logged', async () => {
    keyring.wait = untilAborted;
    for (let count = 1; count <= MAX_CLIENTS; count += 1) {
      (await connect()).send(gitSignature);
      await until(() => keyring.requests.length === count);
    }
    const beyond = await connect();
    await beyond.closed();
    expect(seen('agent.connection.turned-away')).toHaveLength(1);
    expect(keyring.aborted).toEqual([]);
  });
});
