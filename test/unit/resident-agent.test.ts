/** What the agent of the app does after a sleep, over real sockets; the clock moves when the test says so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { DEFAULT_KEY_POLICY } from '../../main/agent/agent-rules.ts';
import { startAgentServer } from '../../main/agent/agent-server.ts';
import type { WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { skPrivateKey } from '../../main/enrollment/key-files.ts';
import { formatSkPublicBlob } from '../../main/openssh/sk-key.ts';
import { type ResidentAgent, type ResidentAgentWorld, startResidentAgent } from '../../main/resident-agent.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import { CredProtect } from '../../native/ctap2/make-credential.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import { systemClock } from '../../time/clock.ts';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { AgentClient } from './agent/agent-client.ts';
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
  agent = await startResidentAgent({
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
  } satisfies ResidentAgentWorld);
});

afterEach(async () => {
  await whilePassing(agent.close());
  await rm(folder, { recursive: true, force: true });
});

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
