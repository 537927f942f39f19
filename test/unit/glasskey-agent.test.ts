import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import type { Expectations } from '../../main/agent/agent-rules.ts';
import { LET_GO_AFTER_MS } from '../../main/agent/key-release.ts';
import type { UnplannedQuestion } from '../../main/agent/ruled-keyring.ts';
import type { WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { skPrivateKey, skPublicKey } from '../../main/enrollment/key-files.ts';
import {
  type KeyAgent,
  type KeyAgentRequest,
  type SigningPinQuestion,
  startKeyAgent,
} from '../../main/glasskey-agent.ts';
import { sha256Fingerprint } from '../../main/openssh/fingerprint.ts';
import { formatSkPublicBlob, SkFlag } from '../../main/openssh/sk-key.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import { CredProtect } from '../../native/ctap2/make-credential.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { AgentClient } from './agent/agent-client.ts';
import { countingBus } from './agent/counting-bus.ts';
import { loginData, newSessionId, type SessionHost, sessionHost, sshsigData } from './agent/session-host.ts';
import { found, written } from './enrollment/sample-enrollment.ts';
import { ManualClock } from './lab/authenticator/manual-clock.ts';

const PIN = '493815';
const channel = systemChannelWorld({ clock: systemClock, log: silentLog });
const { signal } = new AbortController();
const pin = () => new Pin(new TextEncoder().encode(PIN));

async function enrolledOn(key: LabAuthenticator, product: string): Promise<WrittenEnrollment> {
  const [device] = await key.bus.list();
  if (device === undefined) throw new Error('the key is unplugged');
  const authenticator = await Authenticator.open(device, channel);
  try {
    const { authData, authDataBytes } = await authenticator.makeCredential(
      {
        clientDataHash: new Uint8Array(createHash('sha256').update(product).digest()),
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
    return { ...sample, credential: { ...sample.credential, authData: authDataBytes, product, aaguid } };
  } finally {
    await authenticator.close();
  }
}

/** A credential as `ssh-keygen -t ed25519-sk` makes it without more, of which only the file was found. */
async function touchOnlyOn({ bus }: Pick<LabAuthenticator, 'bus'>): Promise<WrittenEnrollment> {
  const [device] = await bus.list();
  if (device === undefined) throw new Error('the key is unplugged');
  const authenticator = await Authenticator.open(device, channel);
  try {
    const { attested } = (
      await authenticator.makeCredential(
        {
          clientDataHash: new Uint8Array(32),
          rpId: 'ssh:',
          user: { id: new Uint8Array(32), name: 'openssh' },
          algorithm: CoseAlgorithm.EDDSA,
          residentKey: false,
        },
        pin(),
      )
    ).authData;
    const publicKey = skPublicKey(attested.publicKey, 'ssh:');
    const flags = SkFlag.USER_PRESENCE_REQUIRED;
    return { ...found(), credential: { origin: 'found', keyHandle: attested.credentialId, publicKey, flags } };
  } finally {
    await authenticator.close();
  }
}

const blobOf = (enrollment: WrittenEnrollment) => formatSkPublicBlob(skPrivateKey(enrollment).publicKey);

let folder: string;
let agent: KeyAgent | undefined;
let client: AgentClient | undefined;
let questions: SigningPinQuestion[];
let given: Pin[];
let notices: string[];
let remarks: string[];
let unplanned: UnplannedQuestion[];
/** Undefined: nobody can be asked. */
let answer: boolean | undefined;
let known: readonly Uint8Array[];
/** What becomes of the security key while the next PIN is being typed. */
let whilePinIsTyped: () => Promise<void>;

async function serve(
  enrollments: KeyAgentRequest['enrollments'],
  bus: HidBus,
  how: Pick<KeyAgentRequest, 'keepPin' | 'expected' | 'policyOf' | 'enrolledNow'> & { readonly clock?: Clock },
): Promise<void> {
  const socketPath = join(folder, 'a', 's');
  agent = await startKeyAgent({
    socketPath,
    enrollments,
    people: {
      async signingPin(question) {
        questions.push(question);
        await whilePinIsTyped();
        const typed = pin();
        given.push(typed);
        return typed;
      },
      touchWanted: (purpose) => void notices.push(purpose),
      touchDone() {},
      remark: (text) => void remarks.push(text),
      ...(answer === undefined
        ? {}
        : {
            async approveUnplanned(question) {
              unplanned.push(question);
              return answer === true;
            },
          }),
    },
    hostNames: {
      nameHost: () => undefined,
      routeTo: () => [],
      isKnownHost: (blob) => known.some((one) => Buffer.compare(one, blob) === 0),
    },
    hid: async () => bus,
    channel,
    clock: systemClock,
    log: silentLog,
    ...how,
  });
  client = await AgentClient.connect(socketPath);
}

async function sign(by: AgentClient | undefined, keyBlob: Uint8Array, data: Uint8Array): Promise<string | undefined> {
  return (await by?.ask({ type: 'signRequest', keyBlob, data, flags: 0 }))?.type;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  questions = [];
  given = [];
  notices = [];
  remarks = [];
  unplanned = [];
  answer = true;
  known = [];
  whilePinIsTyped = async () => {};
});

/** Out and in again, once. */
function replugged(labKey: LabAuthenticator): () => Promise<void> {
  return async () => {
    whilePinIsTyped = async () => {};
    await labKey.unplug();
    await labKey.replug();
  };
}

afterEach(async () => {
  client?.close();
  await agent?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the agent over enrolled keys', () => {
  it('names in each question for a PIN the security key that it is for', async () => {
    const labKeys = [
      new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN }),
      new LabAuthenticator({ profile: 'yubikey-5.4', pin: PIN }),
    ] as const;
    const enrollments = [
      await enrolledOn(labKeys[0], 'The first'),
      await enrolledOn(labKeys[1], 'The second'),
    ] as const;
    const bus = { list: async () => (await Promise.all(labKeys.map((key) => key.bus.list()))).flat() };
    await serve(enrollments, bus, { keepPin: 'for-one-signature' });
    for (const enrollment of enrollments) {
      expect(await sign(client, blobOf(enrollment), sshsigData('git'))).toBe('signResponse');
    }
    expect(questions.map(({ product }) => product)).toEqual(['The first', 'The second']);
  });

  it('offers and signs with what was enrolled after it began, and no more with what was given up', async () => {
    const labKey = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    const first = await enrolledOn(labKey, 'The first');
    let enrolled = [first];
    await serve([first], labKey.bus, { keepPin: 'for-one-signature', enrolledNow: async () => enrolled });
    const listed = async () => {
      const answered = await client?.ask({ type: 'requestIdentities' });
      return answered?.type === 'identitiesAnswer' ? answered.identities.map(({ blob }) => blob) : [];
    };
    expect(await listed()).toEqual([blobOf(first)]);
    const second = await enrolledOn(labKey, 'The second');
    enrolled = [second];
    expect(await sign(client, blobOf(second), sshsigData('git'))).toBe('signResponse');
    expect(await sign(client, blobOf(first), sshsigData('git'))).toBe('failure');
    expect(await listed()).toEqual([blobOf(second)]);
    expect(questions.map(({ product }) => product)).toEqual(['The second']);
  });
});

describe('the agent over the two keys of a rotation', () => {
  it('opens whichever security key is there, and asks for the PIN of that one', async () => {
    const old = new LabAuthenticator({ profile: 'yubikey-5.4', pin: PIN });
    const away = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    const enrollments = [await enrolledOn(away, 'The new one'), await enrolledOn(old, 'The old one')] as const;
    const device = sessionHost();
    const isHostKey = (blob: Uint8Array) => Buffer.compare(blob, device.blob) === 0;
    const planned = [{ user: 'alice', isHostKey }];
    const expected: Expectations = { planned, unnamedHosts: 'refused', forwardedOnce: [], onward: [] };
    await serve(enrollments, old.bus, { keepPin: 'until-closed', expected: () => expected });
    await agent?.warmUp(signal);
    const sessionId = newSessionId();
    await client?.ask(device.bind(sessionId, false));
    const login = (keyBlob: Uint8Array) => {
      const data = loginData({ sessionId, user: 'alice', keyBlob, hostKey: device.blob });
      return sign(client, keyBlob, data);
    };
    expect(await login(blobOf(enrollments[1]))).toBe('signResponse');
    expect(questions.map(({ product }) => product)).toEqual(['The old one']);
    expect(await login(blobOf(enrollments[0]))).toBe('failure');
    expect(agent?.lastFailure()).toMatchObject({ code: 'KEY_MISSING' });
  });

  it('says that none is there', async () => {
    const away = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    const other = new LabAuthenticator({ profile: 'yubikey-bio', pin: PIN });
    await serve([await enrolledOn(away, 'The new one')], other.bus, { keepPin: 'until-closed' });
    await expect(agent?.warmUp(signal)).rejects.toMatchObject({ code: 'KEY_MISSING' });
    expect(questions).toEqual([]);
  });
});

describe('a drill', () => {
  it('asks for the PIN again where the key was replugged while it was typed, and goes on', async () => {
    const labKey = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    await serve([await enrolledOn(labKey, 'The key')], labKey.bus, { keepPin: 'until-closed' });
    labKey.counters.reset();
    whilePinIsTyped = replugged(labKey);
    const through: string[] = [];
    await agent?.rehearse(signal, (step) => void through.push(step));
    expect(through).toEqual(['key', 'pin', 'credential']);
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'replugged']);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 1, touches: 0 });
  });
});

describe('the agent over a key that wants a touch and no PIN', () => {
  it('lets none blink while the screen is locked', async () => {
    const labKey = new LabAuthenticator({ profile: 'yubikey-5.4', pin: PIN });
    const enrollment = await touchOnlyOn(labKey);
    await serve([enrollment], labKey.bus, { keepPin: 'until-closed' });
    labKey.counters.reset();
    agent?.lock();
    expect(await sign(client, blobOf(enrollment), sshsigData('git'))).toBe('failure');
    expect(labKey.counters.read()).toMatchObject({ touches: 0 });
    agent?.unlock();
    expect(await sign(client, blobOf(enrollment), sshsigData('git'))).toBe('signResponse');
  });

  it('signs without asking for one, and opens whichever security key is there where it knows no model', async () => {
    const labKey = new LabAuthenticator({ profile: 'yubikey-5.4', pin: PIN });
    const enrollment = await touchOnlyOn(labKey);
    await serve([enrollment], labKey.bus, { keepPin: 'until-closed' });
    await agent?.warmUp(AbortSignal.timeout(5_000));
    expect(await sign(client, blobOf(enrollment), sshsigData('git'))).toBe('signResponse');
    expect(questions).toEqual([]);
    expect(notices).toHaveLength(1);
  });
});

describe('the agent that serves other programs', () => {
  let enrollment: WrittenEnrollment;
  let labKey: LabAuthenticator;

  beforeEach(async () => {
    labKey = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    enrollment = await enrolledOn(labKey, 'The key');
    await serve([enrollment], labKey.bus, { keepPin: 'for-one-signature' });
    labKey.counters.reset();
  });

  async function login(user: string, host: SessionHost, through?: SessionHost): Promise<string | undefined> {
    const by = await AgentClient.connect(join(folder, 'a', 's'));
    const sessionId = newSessionId();
    if (through !== undefined) await by.ask(through.bind(newSessionId(), true));
    await by.ask(host.bind(sessionId, false));
    const keyBlob = blobOf(enrollment);
    const answered = await sign(by, keyBlob, loginData({ sessionId, user, keyBlob, hostKey: host.blob }));
    by.close();
    return answered;
  }

  it('lets go of the key a while after a signature, so that other programs may have it, and opens it for the next', async () => {
    client?.close();
    await agent?.close();
    const clock = new ManualClock();
    const bus = countingBus(labKey.bus);
    await serve([enrollment], bus, { keepPin: 'for-one-signature', clock });
    for (const _ of [1, 2]) {
      expect(await sign(client, blobOf(enrollment), sshsigData('git'))).toBe('signResponse');
      await clock.pass(LET_GO_AFTER_MS - 1);
      expect(bus.open).toBe(1);
      await clock.pass(1);
      await expect.poll(() => bus.open).toBe(0);
    }
  });

  it('asks before each signature that this computer wants, whichever host it is for, then for the PIN', async () => {
    expect(await login('alice', sessionHost())).toBe('signResponse');
    expect(unplanned).toMatchObject([
      { reason: 'local', facts: { purpose: { user: 'alice' } }, client: { pid: process.pid } },
    ]);
    expect(questions).toHaveLength(1);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('asks for the PIN again, and says why, where the key was replugged while it was typed, and signs then', async () => {
    whilePinIsTyped = replugged(labKey);
    expect(await login('alice', sessionHost())).toBe('signResponse');
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'replugged']);
    expect(unplanned).toHaveLength(1);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('asks neither for the PIN nor the key where that is denied', async () => {
    answer = false;
    expect(await login('alice', sessionHost())).toBe('failure');
    expect(unplanned).toHaveLength(1);
    expect(questions).toEqual([]);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  it('asks for what comes through known hosts to a known host; the rest is refused and told', async () => {
    const [jump, device, stranger] = [sessionHost(), sessionHost(), sessionHost()];
    known = [jump.blob, device.blob];
    expect(await login('alice', device, jump)).toBe('signResponse');
    expect(unplanned).toMatchObject([{ reason: 'forwarded-known-host', facts: { through: [{}] } }]);
    expect(await login('alice', stranger, jump)).toBe('failure');
    expect(await login('alice', device, stranger)).toBe('failure');
    await client?.ask(jump.bind(newSessionId(), true));
    expect(await sign(client, blobOf(enrollment), sshsigData('git'))).toBe('failure');
    expect(unplanned).toHaveLength(1);
    expect(remarks).toEqual([
      expect.stringContaining('a login to a host whose key is not known here'),
      expect.stringContaining('a login to a host whose key is not known here'),
      expect.stringContaining('a signature that is no login: Sign for git'),
    ]);
    expect(labKey.counters.read()).toMatchObject({ touches: 1 });
  });
});

describe('the agent of a connect', () => {
  let device: SessionHost;
  let enrollment: WrittenEnrollment;
  let labKey: LabAuthenticator;
  let expected: Expectations;

  beforeEach(async () => {
    answer = undefined;
    device = sessionHost();
    labKey = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
    enrollment = await enrolledOn(labKey, 'The key');
    const isHostKey = (blob: Uint8Array) => Buffer.compare(blob, device.blob) === 0;
    expected = { planned: [{ user: 'alice', isHostKey }], unnamedHosts: 'refused', forwardedOnce: [], onward: [] };
    await serveConnect();
  });

  async function serveConnect(): Promise<void> {
    await serve([enrollment], labKey.bus, { keepPin: 'until-closed', expected: () => expected });
    await agent?.warmUp(signal);
    labKey.counters.reset();
  }

  async function login(user: string, host: SessionHost, by = client): Promise<string | undefined> {
    const sessionId = newSessionId();
    await by?.ask(host.bind(sessionId, false));
    const keyBlob = blobOf(enrollment);
    return sign(by, keyBlob, loginData({ sessionId, user, keyBlob, hostKey: host.blob }));
  }

  it('signs the planned login with the PIN it was given, and asks for no other', async () => {
    expect(await login('alice', device)).toBe('signResponse');
    expect(questions).toHaveLength(1);
  });

  it('has agreed with the key on how a PIN is sent before there is something to sign, where the PIN was given', async () => {
    const agreeing = { command: 0x06, subCommand: 2 };
    client?.close();
    await agent?.close();
    questions = [];
    await serve([enrollment], labKey.bus, { keepPin: 'until-closed', expected: () => expected });
    labKey.counters.reset();
    await agent?.warmUp(signal, pin());
    expect(labKey.counters.read().commands).toContainEqual(agreeing);
    labKey.counters.reset();
    expect(await login('alice', device)).toBe('signResponse');
    expect(labKey.counters.read().commands).not.toContainEqual(agreeing);
    expect(questions).toEqual([]);
  });

  it('asks for the PIN again, and says why, where the key was replugged while it was typed, before ssh begins', async () => {
    client?.close();
    await agent?.close();
    questions = [];
    whilePinIsTyped = replugged(labKey);
    await serveConnect();
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'replugged']);
    expect(await login('alice', device)).toBe('signResponse');
    expect(questions).toHaveLength(2);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('asks for the PIN again in place of the one that it holds, where the key was replugged since', async () => {
    await labKey.unplug();
    await labKey.replug();
    expect(await login('alice', device)).toBe('signResponse');
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'needed']);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('asks for the PIN again after the screen was locked, when it next needs it', async () => {
    agent?.lock();
    agent?.unlock();
    expect(questions).toHaveLength(1);
    expect(await login('alice', device)).toBe('signResponse');
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'needed']);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 1, touches: 1 });
  });

  it('wipes the PIN when ssh-add -x locks it, and asks for it anew once it is unlocked', async () => {
    const passphrase = new TextEncoder().encode('a passphrase');
    const [own] = given;
    expect(own?.isWiped).toBe(false);
    const by = await AgentClient.connect(join(folder, 'a', 's'));
    expect(await by.ask({ type: 'lock', passphrase })).toMatchObject({ type: 'success' });
    expect(own?.isWiped).toBe(true);
    expect(await login('alice', device)).toBe('failure');
    expect(await by.ask({ type: 'unlock', passphrase })).toMatchObject({ type: 'success' });
    expect(questions).toHaveLength(1);
    expect(await login('alice', device, by)).toBe('signResponse');
    by.close();
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'needed']);
  });

  it('ends a signature that waits for its touch when ssh-add -x locks it', async () => {
    labKey.touchPad.policy = 'by-hand';
    const signed = login('alice', device);
    await labKey.touchPad.untilBlinking();
    const by = await AgentClient.connect(join(folder, 'a', 's'));
    await by.ask({ type: 'lock', passphrase: new TextEncoder().encode('x') });
    by.close();
    expect(await signed).toBe('failure');
    await expect.poll(() => labKey.touchPad.blinking).toBe(false);
    expect(given.every(({ isWiped }) => isWiped)).toBe(true);
  });

  it('gets no session but one logged in to the device: another program that found its socket is refused and told', async () => {
    expect(await login('alice', device)).toBe('signResponse');
    const other = await AgentClient.connect(join(folder, 'a', 's'));
    expect(await login('alice', device, other)).toBe('failure');
    other.close();
    expect(labKey.counters.read()).toMatchObject({ touches: 1 });
    expect(remarks).toEqual([expect.stringContaining('asked a second time for one login')]);
    if (process.platform !== 'linux') return;
    const program = basename(readlinkSync('/proc/self/exe'));
    expect(remarks[0]).toMatch(
      new RegExp(` It was asked by ${program}.* \\(process ${process.pid}\\)\\. If it was you,`),
    );
  });

  it('lets no key go on blinking behind a locked screen: a touch there signs nothing', async () => {
    labKey.touchPad.policy = 'by-hand';
    const signed = login('alice', device);
    await labKey.touchPad.untilBlinking();
    agent?.lock();
    await expect.poll(() => labKey.touchPad.blinking).toBe(false);
    expect(labKey.touch()).toBe(false);
    expect(await signed).toBe('failure');
    agent?.unlock();
    labKey.touchPad.policy = 'at-once';
    const again = await AgentClient.connect(join(folder, 'a', 's'));
    expect(await login('alice', device, again)).toBe('signResponse');
    again.close();
    expect(questions).toHaveLength(2);
  });

  it('signs no file, no other user’s login and none to another host: no touch, no PIN', async () => {
    expect(await sign(client, blobOf(enrollment), sshsigData('file'))).toBe('failure');
    expect(await login('root', device)).toBe('failure');
    expect(remarks).toEqual([expect.stringContaining('Sign for file'), expect.stringContaining('Log in as root')]);
    const other = await AgentClient.connect(join(folder, 'a', 's'));
    expect(await login('alice', sessionHost(), other)).toBe('failure');
    other.close();
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
    expect(questions).toHaveLength(1);
    expect(notices).toEqual([]);
  });

  it('signs a planned login once: a second time for the same session is refused and told', async () => {
    const sessionId = newSessionId();
    await client?.ask(device.bind(sessionId, false));
    const keyBlob = blobOf(enrollment);
    const data = loginData({ sessionId, user: 'alice', keyBlob, hostKey: device.blob });
    expect([await sign(client, keyBlob, data), await sign(client, keyBlob, data)]).toEqual(['signResponse', 'failure']);
    expect(labKey.counters.read()).toMatchObject({ touches: 1 });
    expect(remarks).toEqual([expect.stringContaining('asked a second time for one login')]);
  });

  it('signs one of two that come at once for the same session', async () => {
    const sessionId = newSessionId();
    const keyBlob = blobOf(enrollment);
    const data = loginData({ sessionId, user: 'alice', keyBlob, hostKey: device.blob });
    const other = await AgentClient.connect(join(folder, 'a', 's'));
    await Promise.all([client, other].map((one) => one?.ask(device.bind(sessionId, false))));
    const answers = await Promise.all([client, other].map((one) => sign(one, keyBlob, data)));
    other.close();
    expect(answers.toSorted()).toEqual(['failure', 'signResponse']);
    expect(labKey.counters.read()).toMatchObject({ touches: 1 });
  });

  it('signs a login onward from the device, with a notice that names the chain, and no file', async () => {
    const second = sessionHost();
    const isHostKey = (blob: Uint8Array) => Buffer.compare(blob, second.blob) === 0;
    expected = { ...expected, onward: [{ user: 'bob', isHostKey }] };
    await client?.ask(device.bind(newSessionId(), true));
    expect(await login('bob', second)).toBe('signResponse');
    expect(notices).toEqual([expect.stringContaining(' through a host not in known_hosts (SHA256:')]);
    expect(await sign(client, blobOf(enrollment), sshsigData('file'))).toBe('failure');
  });

  it('refuses a forwarded login to another known host where nobody can be asked, and tells the chain and --onward', async () => {
    const second = sessionHost();
    known = [second.blob];
    await client?.ask(device.bind(newSessionId(), true));
    expect(await login('bob', second)).toBe('failure');
    expect(remarks).toEqual([expect.stringMatching(/Log in as bob on .* through .*--onward USER@HOST/)]);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  it.each([
    [true, 'signResponse', 1],
    [false, 'failure', 0],
  ])('asks for it where somebody can be asked: %s', async (given, outcome, touches) => {
    answer = given;
    const second = sessionHost();
    known = [second.blob];
    client?.close();
    await agent?.close();
    await serveConnect();
    await client?.ask(device.bind(newSessionId(), true));
    expect(await login('bob', second)).toBe(outcome);
    expect(unplanned).toMatchObject([{ reason: 'forwarded-known-host', facts: { through: [{}] } }]);
    expect(labKey.counters.read()).toMatchObject({ touches });
  });

  it('refuses a forwarded login to an unknown host without a question, and tells each such thing once', async () => {
    const stranger = sessionHost();
    for (let tries = 0; tries < 3; tries += 1) {
      const other = await AgentClient.connect(join(folder, 'a', 's'));
      await other.ask(device.bind(newSessionId(), true));
      expect(await login('root', stranger, other)).toBe('failure');
      other.close();
    }
    expect(remarks).toEqual([expect.stringContaining('a login to a host whose key is not known here: Log in as root')]);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  describe('names the cause of a login that failed', () => {
    let jump: SessionHost;
    /** What a host asks for that has the forwarded agent, each a chain of its own. */
    let hostile: (() => Promise<string | undefined>)[];

    beforeEach(async () => {
      jump = sessionHost();
      const isKeyOf = (host: SessionHost) => (blob: Uint8Array) => Buffer.compare(blob, host.blob) === 0;
      expected = {
        planned: [{ user: 'ops', isHostKey: isKeyOf(jump) }],
        unnamedHosts: 'refused',
        forwardedOnce: [{ user: 'alice', isHostKey: isKeyOf(device), isAnyKeyKnown: () => true }],
        onward: [{ user: 'bob', isHostKey: isKeyOf(device) }],
      };
      const [knownHost, own] = [sessionHost(), sessionHost()];
      known = [knownHost.blob];
      const forwarded = (ask: (by: AgentClient) => Promise<string | undefined>) => async () => {
        const by = await AgentClient.connect(join(folder, 'a', 's'));
        await by.ask(jump.bind(newSessionId(), true));
        const answered = await ask(by);
        by.close();
        return answered;
      };
      hostile = [
        forwarded((by) => login('root', own, by)),
        forwarded((by) => login('alice', own, by)),
        forwarded((by) => login('alice', knownHost, by)),
        forwarded((by) => login('root', device, by)),
        forwarded((by) => sign(by, blobOf(enrollment), sshsigData('git'))),
        // A local program, or a host behind an ssh that binds nothing.
        async () => {
          const by = await AgentClient.connect(join(folder, 'a', 's'));
          const answered = await login('mallory', own, by);
          by.close();
          return answered;
        },
      ];
    });

    it('and no request of a hostile host, whatever it asks for', async () => {
      for (const ask of hostile) {
        expect(await ask()).toBe('failure');
        expect(agent?.lastFailure()).toBeUndefined();
      }
      // That one may be the device with another key, and says so itself.
      expect(agent?.otherDeviceKey()).toMatch(/^SHA256:/);
      // Each was told all the same.
      expect(remarks.length).toBeGreaterThanOrEqual(hostile.length - 1);
    });

    it('as another host in the place of the device, until the device was logged in to', async () => {
      const asDevice = async (host: SessionHost) => {
        const by = await AgentClient.connect(join(folder, 'a', 's'));
        await by.ask(jump.bind(newSessionId(), true));
        const answered = await login('alice', host, by);
        by.close();
        return answered;
      };
      const other = sessionHost();
      expect(agent?.otherDeviceKey()).toBeUndefined();
      expect(await asDevice(other)).toBe('failure');
      expect(agent?.otherDeviceKey()).toBe(sha256Fingerprint(other.blob));
      expect(remarks).toEqual([expect.stringMatching(/does not have the key which is known of the device/)]);
      expect(await asDevice(device)).toBe('signResponse');
      expect(agent?.otherDeviceKey()).toBeUndefined();
      expect(await asDevice(other)).toBe('failure');
      expect(agent?.otherDeviceKey()).toBeUndefined();
    });

    it('which hostile requests neither replace nor take away', async () => {
      await labKey.unplug();
      expect(await login('ops', jump)).toBe('failure');
      expect(agent?.lastFailure()?.code).toBe('KEY_MISSING');
      await labKey.replug();
      for (const ask of hostile) {
        await ask();
        expect(agent?.lastFailure()?.code).toBe('KEY_MISSING');
      }
      // One that is signed is no part of the planned login either.
      const by = await AgentClient.connect(join(folder, 'a', 's'));
      await by.ask(jump.bind(newSessionId(), true));
      expect(await login('bob', device, by)).toBe('signResponse');
      by.close();
      expect(agent?.lastFailure()?.code).toBe('KEY_MISSING');
      const again = await AgentClient.connect(join(folder, 'a', 's'));
      expect(await login('ops', jump, again)).toBe('signResponse');
      again.close();
      expect(agent?.lastFailure()).toBeUndefined();
    });

    it('where the policy of the key refuses the device of the way, and not where it refuses something else', async () => {
      client?.close();
      await agent?.close();
      const policyOf = () => ({ ask: 'once-per-session', forwarded: 'refuse' }) as const;
      await serve([enrollment], labKey.bus, { keepPin: 'until-closed', expected: () => expected, policyOf });
      for (const ask of hostile) await ask();
      expect(agent?.lastFailure()).toBeUndefined();
      await client?.ask(jump.bind(newSessionId(), true));
      expect(await login('alice', device)).toBe('failure');
      expect(agent?.lastFailure()?.detail).toMatchObject({ reason: 'forwarded-refused-by-policy' });
    });
  });

  it('forgets the PIN when its key is unplugged, and asks for it when the key is there again', async () => {
    expect(await login('alice', device)).toBe('signResponse');
    await labKey.unplug();
    await labKey.replug();
    expected = { ...expected, way: 'another' };
    const again = await AgentClient.connect(join(folder, 'a', 's'));
    expect(await login('alice', device, again)).toBe('signResponse');
    again.close();
    expect(questions.map(({ why }) => why)).toEqual(['needed', 'needed']);
    expect(labKey.counters.read()).toMatchObject({ pinChecks: 2, touches: 2 });
  });
});
