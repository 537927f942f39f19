/** The keys of another agent behind our own: agents that behave, and agents that do not; the clock moves when the test says so. */
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import type { AnsweredRequest } from '../../../main/agent/activity-log.ts';
import { type AgentServer, startAgentServer } from '../../../main/agent/agent-server.ts';
import {
  isSameSocket,
  LISTS_WITHIN_MS,
  PASS_THROUGH_EXTENSION,
  PassThrough,
  SIGNS_WITHIN_MS,
  SILENT_FOR_MS,
} from '../../../main/agent/pass-through.ts';
import { AGENT_MESSAGE_LIMIT, AgentFramer, frameAgentMessage } from '../../../main/openssh/agent-framing.ts';
import {
  type AgentIdentity,
  type AgentRequest,
  type AgentResponse,
  encodeAgentResponse,
  parseAgentRequest,
} from '../../../main/openssh/agent-messages.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import { systemClock } from '../../../time/clock.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { AgentClient } from './agent-client.ts';
import { loginData, newSessionId, sessionHost, sshsigData } from './session-host.ts';
import { SoftwareKeyring, softwareKey } from './software-keyring.ts';

const list: AgentRequest = { type: 'requestIdentities' };
const ours = softwareKey('ours');
const theirs = softwareKey('theirs');
const FAILURE: AgentResponse = { type: 'failure' };
const SIGNATURE = new SshWriter().text('ssh-ed25519').string(new Uint8Array(64).fill(9)).toBytes();
const signed: AgentResponse = { type: 'signResponse', signature: SIGNATURE };
const comments = (answer: AgentResponse | undefined) =>
  answer?.type === 'identitiesAnswer' ? answer.identities.map(({ comment }) => comment) : answer;
const signRequest = (keyBlob: Uint8Array, data = sshsigData('git')): AgentRequest & { type: 'signRequest' } => ({
  type: 'signRequest',
  keyBlob,
  data,
  flags: 2,
});

/** What the other agent does with a message: its answer, bytes of no answer, or nothing. */
type Behaviour = (request: AgentRequest, socket: Socket) => AgentResponse | Uint8Array | undefined;

const holding =
  (...identities: AgentIdentity[]): Behaviour =>
  ({ type }) => {
    if (type === 'requestIdentities') return { type: 'identitiesAnswer', identities };
    return type === 'signRequest' ? signed : FAILURE;
  };

let folder: string;
let otherSocket: string | undefined;
let others: { server: Server; sockets: Set<Socket>; heard: AgentRequest[] };
let behaviour: Behaviour;
let clock: ManualClock;
let passThrough: PassThrough;
let keyring: SoftwareKeyring;
let server: AgentServer;
let noted: AnsweredRequest[];
let logged: string[];
const clients: AgentClient[] = [];

async function startOther(path: string): Promise<typeof others> {
  const heard: AgentRequest[] = [];
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    const framer = new AgentFramer();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      for (const message of framer.push(chunk)) {
        const request = parseAgentRequest(message);
        heard.push(request);
        const answer = behaviour(request, socket);
        if (answer instanceof Uint8Array) socket.write(answer);
        else if (answer !== undefined) socket.write(frameAgentMessage(encodeAgentResponse(answer)));
      }
    });
  });
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  return { server: listening, sockets, heard };
}

async function connect(to = server): Promise<AgentClient> {
  const client = await AgentClient.connect(to.socketPath);
  clients.push(client);
  return client;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

const types = () => others.heard.map((request) => (request.type === 'extension' ? request.name : request.type));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  otherSocket = join(folder, 'other');
  behaviour = holding(theirs);
  others = await startOther(otherSocket);
  clock = new ManualClock();
  logged = [];
  noted = [];
  keyring = new SoftwareKeyring([ours]);
  const log = (_: string, event: string) => void logged.push(event);
  const socketPath = join(folder, 'a', 'agent');
  passThrough = new PassThrough({ otherSocket: () => otherSocket, clock, log }, socketPath);
  const activity = { record: (answered: AnsweredRequest) => void noted.push(answered) };
  server = await startAgentServer({ socketPath, keyring, clock: systemClock, log: silentLog, passThrough, activity });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.close();
  for (const socket of others.sockets) socket.destroy();
  await new Promise((resolve) => others.server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

describe('an agent that behaves', () => {
  it('has its keys listed after ours, each once', async () => {
    behaviour = holding(theirs, { blob: ours.blob, comment: 'ours too' }, theirs);
    expect(comments(await (await connect()).ask(list))).toEqual(['ours', 'theirs']);
  });

  it('gets sign requests for its keys as they came, and its signature goes back as it is', async () => {
    const client = await connect();
    const request = signRequest(theirs.blob, new Uint8Array([1, 2, 3]));
    expect(await client.ask(request)).toEqual(signed);
    expect(others.heard.at(-1)).toEqual(request);
    expect(noted).toMatchObject([{ decision: 'passed-through', request: undefined, asked: false }]);
    expect(keyring.requests).toEqual([]);
  });

  it('gets none for ours, of which it may hold the same', async () => {
    behaviour = holding(ours, theirs);
    expect((await (await connect()).ask(signRequest(ours.blob)))?.type).toBe('signResponse');
    expect(types()).not.toContain('signRequest');
    expect(noted).toMatchObject([{ decision: 'signed' }]);
  });

  it('hears first that it is passed on to, then the binding of that very client, then the request', async () => {
    const host = sessionHost();
    const sessionId = newSessionId();
    const [bound, unbound] = [await connect(), await connect()];
    const bind = host.bind(sessionId, false);
    expect(await bound.ask(bind)).toEqual({ type: 'success' });
    const data = loginData({ sessionId, user: 'alice', keyBlob: theirs.blob, hostKey: host.blob });
    expect(await bound.ask(signRequest(theirs.blob, data))).toEqual(signed);
    expect(types()).toEqual([PASS_THROUGH_EXTENSION, 'session-bind@openssh.com', 'signRequest']);
    expect(others.heard[1]).toEqual(bind);
    expect(noted).toMatchObject([{ request: { purpose: { kind: 'login', user: 'alice', hostKey: host.blob } } }]);
    await unbound.ask(list);
    expect(types().slice(3)).toEqual([PASS_THROUGH_EXTENSION, 'requestIdentities']);
  });

  it('says no, and the client hears it, and the record says whose no it was', async () => {
    behaviour = () => FAILURE;
    expect(await (await connect()).ask(signRequest(theirs.blob))).toEqual(FAILURE);
    expect(noted).toMatchObject([{ decision: 'failed', reason: 'OTHER_AGENT_REFUSED' }]);
  });

  it('is bound anew where it was started anew', async () => {
    const host = sessionHost();
    const client = await connect();
    await client.ask(host.bind(newSessionId(), false));
    await client.ask(list);
    for (const socket of others.sockets) socket.destroy();
    await until(() => others.sockets.size === 0);
    expect(comments(await client.ask(list))).toEqual(['ours', 'theirs']);
    expect(types().slice(3)).toEqual([PASS_THROUGH_EXTENSION, 'session-bind@openssh.com', 'requestIdentities']);
  });

  it('is let go of when the client leaves', async () => {
    const client = await connect();
    await client.ask(list);
    client.close();
    await until(() => others.sockets.size === 0);
  });

  it('is not asked at all where none is set', async () => {
    otherSocket = undefined;
    const client = await connect();
    expect(comments(await client.ask(list))).toEqual(['ours']);
    expect(await client.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    expect(others.heard).toEqual([]);
  });

  it('keeps a list within what ssh reads, our keys in it', async () => {
    const [small, alsoSmall] = [
      { blob: Uint8Array.of(1), comment: 'small' },
      { blob: Uint8Array.of(2), comment: 'also small' },
    ];
    const rest =
      AGENT_MESSAGE_LIMIT - encodeAgentResponse({ type: 'identitiesAnswer', identities: [small, alsoSmall] }).length;
    const large = { blob: Uint8Array.of(3), comment: 'x'.repeat(rest - 4 - 1 - 4) };
    behaviour = holding(small, large, alsoSmall);
    expect(comments(await (await connect()).ask(list))).toEqual(['ours', 'small', 'also small']);
    behaviour = holding(
      ...Array.from({ length: 2048 }, (_, at) => ({ blob: Uint8Array.of(at & 255, at >> 8), comment: '' })),
    );
    expect(comments(await (await connect()).ask(list))).toHaveLength(2048);
  });

  it('may call a key what is no text', async () => {
    const list12 = new SshWriter().uint8(12).uint32(1).string(theirs.blob).string(Uint8Array.of(0xe9)).toBytes();
    behaviour = ({ type }) => (type === 'requestIdentities' ? frameAgentMessage(list12) : FAILURE);
    expect(comments(await (await connect()).ask(list))).toEqual(['ours', '\u{FFFD}']);
  });
});

describe('what may come from another host, or comes while nobody is there', () => {
  it.each([
    ['a connection that is forwarded', (client: AgentClient) => client.ask(sessionHost().bind(newSessionId(), true))],
    [
      'a binding that does not hold',
      (client: AgentClient) => {
        const bind = sessionHost().bind(newSessionId(), false);
        return client.ask({ ...bind, data: sessionHost().bind(newSessionId(), false).data.with(-1, 7).with(40, 1) });
      },
    ],
    [
      'an agent that passes on itself',
      (client: AgentClient) => client.ask({ type: 'extension', name: PASS_THROUGH_EXTENSION, data: new Uint8Array() }),
    ],
  ])('%s reaches no other agent, and never will', async (_, make) => {
    const client = await connect();
    expect(comments(await client.ask(list))).toEqual(['ours', 'theirs']);
    others.heard.length = 0;
    await make(client);
    expect(comments(await client.ask(list))).toEqual(['ours']);
    expect(await client.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    expect(others.heard).toEqual([]);
    await until(() => others.sockets.size === 0);
  });

  it('while the screen is locked nothing is passed through, and what waits ends', async () => {
    const hanging = holding(theirs);
    behaviour = (request, socket) => (request.type === 'signRequest' ? undefined : hanging(request, socket));
    const [waiting, late] = [await connect(), await connect()];
    waiting.send(signRequest(theirs.blob));
    await until(() => types().includes('signRequest'));
    passThrough.lock();
    expect(await waiting.answer()).toEqual(FAILURE);
    others.heard.length = 0;
    expect(comments(await late.ask(list))).toEqual(['ours']);
    expect(await late.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    expect(others.heard).toEqual([]);
    expect(noted).toMatchObject([
      { decision: 'cancelled', reason: 'AGENT_LOCKED' },
      { decision: 'refused', reason: 'AGENT_LOCKED' },
    ]);
    passThrough.unlock();
    expect(comments(await late.ask(list))).toEqual(['ours', 'theirs']);
  });

  it('nor while it is locked by ssh-add -x, where a client that passes on is heard as one all the same', async () => {
    const [client, passer] = [await connect(), await connect()];
    const secret = new TextEncoder().encode('secret');
    expect(await client.ask({ type: 'lock', passphrase: secret })).toEqual({ type: 'success' });
    expect(comments(await client.ask(list))).toEqual([]);
    expect(await client.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    await passer.ask({ type: 'extension', name: PASS_THROUGH_EXTENSION, data: new Uint8Array() });
    expect(others.heard).toEqual([]);
    await client.ask({ type: 'unlock', passphrase: secret });
    expect(comments(await passer.ask(list))).toEqual(['ours']);
    expect(comments(await client.ask(list))).toEqual(['ours', 'theirs']);
  });
});

describe('an agent that does not behave', () => {
  it('is not there: our keys are', async () => {
    otherSocket = join(folder, 'nobody');
    const client = await connect();
    expect(comments(await client.ask(list))).toEqual(['ours']);
    expect(await client.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    expect(await client.ask(signRequest(ours.blob))).toMatchObject({ type: 'signResponse' });
    expect(noted[0]).toMatchObject({ decision: 'failed', reason: 'OTHER_AGENT_ABSENT' });
    expect(logged).toEqual(['agent.pass-through.failed']);
  });

  it('says nothing: a list waits a second once, later ones do not, and our keys sign', async () => {
    behaviour = () => undefined;
    const [first, second] = [await connect(), await connect()];
    first.send(list);
    await until(() => others.heard.length === 1);
    expect(await second.ask(signRequest(ours.blob))).toMatchObject({ type: 'signResponse' });
    await clock.pass(LISTS_WITHIN_MS);
    expect(comments(await first.answer())).toEqual(['ours']);
    expect(comments(await second.ask(list))).toEqual(['ours']);
    expect(others.heard).toHaveLength(1);
    behaviour = holding(theirs);
    await clock.pass(SILENT_FOR_MS);
    expect(comments(await second.ask(list))).toEqual(['ours', 'theirs']);
  });

  it('answers each message late, and a list waits for all of them together no longer than for one', async () => {
    const late: Socket[] = [];
    behaviour = (_request, socket) => void late.push(socket);
    const client = await connect();
    await client.ask(sessionHost().bind(newSessionId(), false));
    client.send(list);
    for (const expected of [1, 2]) {
      await until(() => late.length === expected);
      await clock.pass(0.4 * LISTS_WITHIN_MS);
      late.at(-1)?.write(frameAgentMessage(encodeAgentResponse(FAILURE)));
    }
    await until(() => late.length === 3);
    await clock.pass(0.2 * LISTS_WITHIN_MS);
    expect(comments(await client.answer())).toEqual(['ours']);
    expect(types()).toEqual([PASS_THROUGH_EXTENSION, 'session-bind@openssh.com', 'requestIdentities']);
  });

  it('answers a list and then never signs: the client hears no after two minutes, and no other client waits', async () => {
    const hanging = holding(theirs);
    behaviour = (request, socket) => (request.type === 'signRequest' ? undefined : hanging(request, socket));
    const [first, second] = [await connect(), await connect()];
    first.send(signRequest(theirs.blob));
    await until(() => types().includes('signRequest'));
    expect(comments(await second.ask(list))).toEqual(['ours', 'theirs']);
    await clock.pass(SIGNS_WITHIN_MS);
    expect(await first.answer()).toEqual(FAILURE);
    expect(noted).toMatchObject([{ decision: 'failed', reason: 'OTHER_AGENT_SILENT' }]);
  });

  it('is told to stop when the client leaves', async () => {
    const hanging = holding(theirs);
    behaviour = (request, socket) => (request.type === 'signRequest' ? undefined : hanging(request, socket));
    const client = await connect();
    client.send(signRequest(theirs.blob));
    await until(() => types().includes('signRequest'));
    client.close();
    await until(() => others.sockets.size === 0);
    await until(() => noted.length === 1);
    expect(noted).toMatchObject([{ decision: 'cancelled' }]);
  });

  it.each([
    ['hangs up', (socket: Socket) => void socket.destroy()],
    ['announces more than a message may hold', () => new Uint8Array([0xff, 0xff, 0xff, 0xff])],
    ['announces nothing', () => new Uint8Array(4)],
    ['answers with a number that nobody defined', () => frameAgentMessage(Uint8Array.of(200))],
    ['answers with half a list', () => frameAgentMessage(Uint8Array.of(12, 0, 0, 0, 9))],
    ['answers twice', () => new Uint8Array([0, 0, 0, 1, 5, 0, 0, 0, 1, 5])],
    ['answers, and begins to answer again', () => new Uint8Array([0, 0, 0, 1, 5, 0])],
    ['lists more keys than ssh reads', () => frameAgentMessage(Uint8Array.of(12, 0, 1, 0, 0))],
  ])('%s: our keys are listed and sign', async (_, misbehave) => {
    behaviour = ({ type }, socket) => (type === 'extension' ? FAILURE : (misbehave(socket) ?? undefined));
    const client = await connect();
    expect(comments(await client.ask(list))).toEqual(['ours']);
    expect(await client.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    expect(await client.ask(signRequest(ours.blob))).toMatchObject({ type: 'signResponse' });
  });
});

describe('a loop', () => {
  it('to our own socket is seen, also through a link', async () => {
    const link = join(folder, 'link');
    await symlink(server.socketPath, link);
    for (const path of [server.socketPath, link, `${folder}/./a/../a/agent`]) {
      otherSocket = path;
      const client = await connect();
      expect(comments(await client.ask(list))).toEqual(['ours']);
      expect(await client.ask(signRequest(theirs.blob))).toEqual(FAILURE);
    }
    expect(noted[0]).toMatchObject({ reason: 'OTHER_AGENT_IS_OURS' });
    expect(isSameSocket('\\\\.\\pipe\\Glasskey-a', '\\\\.\\PIPE\\glasskey-a')).toBe(true);
    expect(isSameSocket('\\\\.\\pipe\\glasskey-a', '\\\\.\\pipe\\glasskey-b')).toBe(false);
  });

  it('of two agents that pass through to each other ends at the second', async () => {
    const second = softwareKey('second');
    const log = silentLog;
    const socketPath = join(folder, 'b', 'agent');
    const back = new PassThrough({ otherSocket: () => server.socketPath, clock, log }, socketPath);
    const keys = new SoftwareKeyring([second]);
    const other = await startAgentServer({ socketPath, keyring: keys, clock: systemClock, log, passThrough: back });
    try {
      otherSocket = socketPath;
      expect(comments(await (await connect()).ask(list))).toEqual(['ours', 'second']);
      expect(comments(await (await connect(other)).ask(list))).toEqual(['second', 'ours']);
      expect(await (await connect()).ask(signRequest(theirs.blob))).toEqual(FAILURE);
    } finally {
      await other.close();
    }
  });
});
