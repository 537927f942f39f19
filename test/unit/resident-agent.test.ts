/** What the agent of the app does after a sleep, over real sockets; the clock moves when the test says so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { DEFAULT_KEY_POLICY } from '../../main/agent/agent-rules.ts';
import { startAgentServer } from '../../main/agent/agent-server.ts';
import { LET_GO_AFTER_MS } from '../../main/agent/key-release.ts';
import { DENIED_AFTER_MS } from '../../main/agent/question-limits.ts';
import type { WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { skPrivateKey } from '../../main/enrollment/key-files.ts';
import { formatSkPublicBlob } from '../../main/openssh/sk-key.ts';
import { agentRequestPrompts } from '../../main/prompts/agent-request-prompts.ts';
import { PromptDesk } from '../../main/prompts/prompt-desk.ts';
import { PAUSE_MS } from '../../main/prompts/prompt-entry.ts';
import { type ResidentAgent, type ResidentAgentWorld, startResidentAgent } from '../../main/resident-agent.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import { CredProtect } from '../../native/ctap2/make-credential.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import { systemClock } from '../../time/clock.ts';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { AgentClient } from './agent/agent-client.ts';
import { countingBus } from './agent/counting-bus.ts';
import { sshsigData } from './agent/session-host.ts';
import { SoftwareKeyring, softwareKey } from './agent/software-keyring.ts';
import { written } from './enrollment/sample-enrollment.ts';
import { ManualClock } from './lab/authenticator/manual-clock.ts';

const PIN = '493815';
const channel = systemChannelWorld({ clock: systemClock, log: silentLog });
const pin = () => new Pin(new TextEncoder().encode(PIN));
const endless = <T>() => new Promise<T>(() => {});

async function enrolledOn(key: LabAuthenticator): Promise<WrittenEnrollment> {
  const [device] = await key.bus.list();
  if (device === undefined) throw new Error('the key is unplugged');
  const authenticator = await Authenticator.open(device, channel);
  try {
    const { authData, authDataBytes } = await authenticator.makeCredential(
      {
        clientDataHash: new Uint8Array(32),
        rpId: 'ssh:',
        user: { id: new Uint8Array(32).fill(1), name: 'alice' },
        algorithm: CoseAlgorithm.EDDSA,
        residentKey: true,
        credProtect: CredProtect.REQUIRED,
      },
      pin(),
    );
    const sample = written();
    const aaguid = formatAaguid(authData.attested.aaguid);
    return { ...sample, credential: { ...sample.credential, authData: authDataBytes, aaguid } };
  } finally {
    await authenticator.close();
  }
}

let folder: string;
let socketPath: string;
let clock: ManualClock;
let key: LabAuthenticator;
let enrollment: WrittenEnrollment;
/** What the agent reads and opens; replaced by a test for what a sleep has broken. */
let enrollments: () => Promise<readonly WrittenEnrollment[]>;
let hid: () => Promise<HidBus>;
let agent: ResidentAgent;
/** Of the user's other agent. */
let otherSocket: string | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  socketPath = join(folder, 'a', 's');
  clock = new ManualClock();
  key = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
  enrollment = await enrolledOn(key);
  enrollments = async () => [enrollment];
  hid = async () => key.bus;
  otherSocket = undefined;
  agent = await startResidentAgent(world());
});

afterEach(async () => {
  await whilePassing(agent.close());
  await rm(folder, { recursive: true, force: true });
});

function world(): ResidentAgentWorld {
  return {
    socketPath,
    enrollments: () => enrollments(),
    people: () => ({
      begin: () => ({
        approve: async () => 'once',
        signingPin: async () => pin(),
        touchWanted() {},
        touchDone() {},
        keyBusy() {},
        end() {},
      }),
    }),
    nameHost: () => undefined,
    isKnownHost: () => false,
    passThrough: { otherSocket: () => otherSocket, clock: systemClock, log: silentLog },
    policyOf: () => DEFAULT_KEY_POLICY,
    activity: { record() {}, close() {} },
    hid: () => hid(),
    channel,
    clock,
    log: silentLog,
  };
}

/** Lets time pass until the work has ended. */
async function whilePassing<T>(work: Promise<T>): Promise<T> {
  let hasEnded = false;
  const ended = () => {
    hasEnded = true;
  };
  work.then(ended, ended);
  while (!hasEnded) await clock.pass(50);
  return work;
}

/** After the time in which an agent that does not serve tries again. */
async function stateLater(): Promise<ReturnType<ResidentAgent['status']>['state']> {
  await clock.pass(5_000);
  return agent.status().state;
}

async function listed(): Promise<string | undefined> {
  const client = await AgentClient.connect(socketPath);
  const answer = await client.ask({ type: 'requestIdentities' });
  client.close();
  return answer?.type === 'identitiesAnswer' ? answer.identities.map(({ comment }) => comment).join() : answer?.type;
}

const keyBlob = () => formatSkPublicBlob(skPrivateKey(enrollment).publicKey);

async function signed(): Promise<string | undefined> {
  const client = await AgentClient.connect(socketPath);
  const answer = await client.ask({ type: 'signRequest', keyBlob: keyBlob(), data: sshsigData('git'), flags: 0 });
  client.close();
  return answer?.type;
}

it('lets go of the key a while after a signature, so that other programs may have it', async () => {
  const bus = countingBus(key.bus);
  hid = async () => bus;
  for (const _ of [1, 2]) {
    expect(await signed()).toBe('signResponse');
    await clock.pass(LET_GO_AFTER_MS - 1);
    expect(bus.open).toBe(1);
    await clock.pass(1);
    await expect.poll(() => bus.open).toBe(0);
  }
});

describe('several requests at once', () => {
  let desk: PromptDesk;
  const texts = textsFor(['en']);
  const titles = () => desk.view().prompts.map(({ title, state }) => `${title}: ${state}`);

  beforeEach(async () => {
    await whilePassing(agent.close());
    desk = new PromptDesk({ clock, texts });
    agent = await startResidentAgent({
      ...world(),
      people: (productOf) => agentRequestPrompts(desk, texts, productOf),
    });
    key.counters.reset();
  });

  /** Real sockets need turns of the event loop that the clock does not count. */
  const asked = (count: number) => expect.poll(() => desk.view().prompts.length).toBe(count);

  async function signing(namespace: string) {
    const client = await AgentClient.connect(socketPath);
    const data = sshsigData(namespace);
    const answer = client.ask({ type: 'signRequest', keyBlob: keyBlob(), data, flags: 0 }).then((said) => said?.type);
    return { client, answer };
  }

  it('are each shown, and each may be denied or given up while another one stands', async () => {
    const first = await signing('a');
    await asked(1);
    const second = await signing('b');
    await asked(2);
    const third = await signing('c');
    await asked(3);
    expect(titles()).toEqual(['Sign for a: asking', 'Sign for b: asking', 'Sign for c: asking']);
    expect(desk.view().position).toBe('1 of 3');
    desk.answer(desk.view().prompts[1]?.id ?? '', { kind: 'deny' });
    expect(await second.answer).toBe('failure');
    third.client.close();
    await asked(1);
    expect(titles()).toEqual(['Sign for a: asking']);
    desk.answer(desk.view().prompts[0]?.id ?? '', { kind: 'deny' });
    expect(await first.answer).toBe('failure');
    expect(desk.view().prompts).toEqual([]);
    expect(key.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
    for (const { client } of [first, second]) client.close();
  });

  it('are each denied after a minute of silence, counted from when it is drawn', async () => {
    const first = await signing('a');
    await asked(1);
    const second = await signing('b');
    await asked(2);
    await clock.pass(DENIED_AFTER_MS);
    expect(await first.answer).toBe('failure');
    await asked(1);
    expect(titles()).toEqual(['Sign for b: asking']);
    await clock.pass(DENIED_AFTER_MS - 1);
    expect(titles()).toEqual(['Sign for b: asking']);
    await clock.pass(1);
    expect(await second.answer).toBe('failure');
    expect(key.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
    for (const { client } of [first, second]) client.close();
  });

  it('go on where the key was replugged while a PIN was asked for: it is asked for again, and says why', async () => {
    const { client, answer } = await signing('a');
    await asked(1);
    const prompt = () => desk.view().prompts[0];
    const give = async () => {
      await clock.pass(PAUSE_MS);
      const typed = new TextEncoder().encode(PIN);
      desk.answer(prompt()?.id ?? '', { kind: 'allow', keep: 'once', ...(prompt()?.field ? { pin: typed } : {}) });
    };
    await give();
    await expect.poll(() => prompt()?.field?.kind).toBe('pin');
    expect(prompt()?.problem).toBeUndefined();
    await key.unplug();
    await key.replug();
    await give();
    await expect.poll(() => prompt()?.problem).toContain('was unplugged meanwhile');
    await give();
    expect(await answer).toBe('signResponse');
    expect(key.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
    client.close();
  });

  it('are signed one after another, each with its own PIN and touch, and the second can be stopped while it waits', async () => {
    key.touchPad.policy = 'by-hand';
    const allow = async (at: number) => {
      const id = desk.view().prompts[at]?.id ?? '';
      await clock.pass(PAUSE_MS);
      desk.answer(id, { kind: 'allow', keep: 'once' });
    };
    const first = await signing('a');
    await asked(1);
    await allow(0);
    await expect.poll(() => desk.view().prompts[0]?.field?.kind).toBe('pin');
    await clock.pass(PAUSE_MS);
    const typed = new TextEncoder().encode(PIN);
    desk.answer(desk.view().prompts[0]?.id ?? '', { kind: 'allow', keep: 'once', pin: typed });
    await key.touchPad.untilBlinking();
    await expect.poll(titles).toEqual(['Sign for a: touch']);
    const second = await signing('b');
    await expect.poll(titles).toEqual(['Sign for a: touch', 'Sign for b: asking']);
    const [, waiting] = desk.view().prompts;
    expect(waiting?.status).toContain('The security key blinks for something else: Sign for a');
    desk.answer(waiting?.id ?? '', { kind: 'deny' });
    expect(await second.answer).toBe('failure');
    expect(key.touch()).toBe(true);
    expect(await whilePassing(first.answer)).toBe('signResponse');
    expect(key.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
    for (const { client } of [first, second]) client.close();
  });
});

describe('the agent of the app after a sleep', () => {
  it('serves as before where nothing has happened, without letting go of its clients', async () => {
    const client = await AgentClient.connect(socketPath);
    await whilePassing(agent.check());
    expect((await client.ask({ type: 'requestIdentities' }))?.type).toBe('identitiesAnswer');
    expect(agent.status().state).toBe('listening');
    client.close();
  });

  it('makes its socket again where the file has gone', async () => {
    await rm(socketPath);
    await whilePassing(agent.check());
    expect(agent.status().state).toBe('listening');
    expect(await listed()).toBe(skPrivateKey(enrollment).comment);
  });

  it('is locked as it was by ssh-add -x where it makes its socket again, and unlocked by its passphrase', async () => {
    const passphrase = new TextEncoder().encode('a passphrase');
    const ask = async (type: 'lock' | 'unlock') => {
      const client = await AgentClient.connect(socketPath);
      const answer = await whilePassing(client.ask({ type, passphrase }));
      client.close();
      return answer?.type;
    };
    expect(await ask('lock')).toBe('success');
    await rm(socketPath);
    await whilePassing(agent.check());
    expect(agent.status().state).toBe('locked');
    expect([await listed(), await signed()]).toEqual(['', 'failure']);
    expect(await ask('unlock')).toBe('success');
    expect(agent.status().state).toBe('listening');
    expect(await whilePassing(signed())).toBe('signResponse');
  });

  it('leaves the socket to another agent that has it now, and takes it again when that one has ended', async () => {
    await rm(socketPath);
    const keyring = new SoftwareKeyring([softwareKey('of another agent')]);
    const other = await startAgentServer({ socketPath, keyring, clock: systemClock, log: silentLog });
    await whilePassing(agent.check());
    expect(agent.status()).toMatchObject({ state: 'failed', error: { code: 'AGENT_ALREADY_RUNNING' } });
    expect(await listed()).toBe('of another agent');
    await other.close();
    await expect.poll(stateLater).toBe('listening');
    expect(await listed()).toBe(skPrivateKey(enrollment).comment);
  });

  it('leaves it, too, to one that takes clients and does not answer', async () => {
    await rm(socketPath);
    const silent: Socket[] = [];
    const other: Server = createServer((socket) => silent.push(socket));
    await new Promise<void>((resolve) => other.listen(socketPath, resolve));
    await whilePassing(agent.check());
    expect(agent.status()).toMatchObject({ state: 'failed', error: { code: 'AGENT_ALREADY_RUNNING' } });
    for (const socket of silent) socket.destroy();
    await new Promise((resolve) => other.close(resolve));
    await expect.poll(stateLater).toBe('listening');
  });

  it('begins anew where it takes clients and does not answer them itself', async () => {
    const asked = enrollments;
    enrollments = endless;
    const stuck = await AgentClient.connect(socketPath);
    stuck.send({ type: 'requestIdentities' });
    const checked = agent.check();
    await whilePassing(stuck.closed());
    enrollments = asked;
    await whilePassing(checked);
    expect(agent.status().state).toBe('listening');
    expect(await listed()).toBe(skPrivateKey(enrollment).comment);
  });

  it('signs again although what it was doing with the key, which was unplugged since, never ends', async () => {
    let hasBegun = false;
    hid = () => {
      hasBegun = true;
      return endless();
    };
    const lost = signed();
    await expect.poll(() => hasBegun).toBe(true);
    agent.lock();
    expect(await lost).toBe('failure');
    hid = async () => key.bus;
    agent.unlock();
    await whilePassing(agent.check());
    expect(await whilePassing(signed())).toBe('signResponse');
  });
});

it('offers the keys of another agent too, but while the screen is locked ours alone', async () => {
  const keyring = new SoftwareKeyring([softwareKey('of another agent')]);
  otherSocket = join(folder, 'o', 's');
  const other = await startAgentServer({ socketPath: otherSocket, keyring, clock: systemClock, log: silentLog });
  try {
    const own = skPrivateKey(enrollment).comment;
    expect(await listed()).toBe(`${own},of another agent`);
    agent.lock();
    expect(await listed()).toBe(own);
    agent.unlock();
    expect(await listed()).toBe(`${own},of another agent`);
  } finally {
    await other.close();
  }
});
