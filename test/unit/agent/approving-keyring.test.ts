import { beforeEach, describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { silentLog } from '../../../diagnostics/log.ts';
import { DEFAULT_KEY_POLICY, type KeyPolicy } from '../../../main/agent/agent-rules.ts';
import { type ApprovalRequest, ApprovingKeyring, type RequestPeople } from '../../../main/agent/approving-keyring.ts';
import type { AuthenticatorKeyring, EnrolledKey } from '../../../main/agent/authenticator-keyring.ts';
import type { SignRequest } from '../../../main/agent/keyring.ts';
import { MOST_REQUESTS } from '../../../main/agent/question-limits.ts';
import { SessionGrants } from '../../../main/agent/session-grants.ts';
import { formatSkPublicBlob, SK_ED25519 } from '../../../main/openssh/sk-key.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';
import { loginData, newSessionId, sessionHost } from './session-host.ts';

const RIGHT = '493815';
const MODEL = 'model';
const key: EnrolledKey = {
  publicBlob: Uint8Array.of(1),
  comment: 'a key',
  application: 'ssh:',
  credentialId: Uint8Array.of(7),
  model: MODEL,
  userVerification: true,
};
const request: SignRequest = {
  keyBlob: key.publicBlob,
  data: Uint8Array.of(2),
  purpose: { kind: 'sshsig', namespace: 'git' },
  forwardedThrough: [],
  isPathProven: false,
  throughUnverifiedHost: false,
  client: { pid: 7, program: 'ssh-keygen', place: 'bash', session: '10:99' },
};
const signature = Uint8Array.of(42);
const SK_BLOB = formatSkPublicBlob({ algorithm: SK_ED25519, publicKey: new Uint8Array(32), application: 'ssh:' });
const { signal } = new AbortController();

/** Stands in for the keyring of the key itself: takes the right PIN, one after another. */
const inner: Pick<AuthenticatorKeyring<Pin>, 'identities' | 'sign'> = {
  identities: async () => [{ blob: key.publicBlob, comment: key.comment }],
  async sign(_, stop, asked) {
    const facts = { purpose: { kind: 'sshsig', namespace: 'git' }, through: [], way: 'known' } as const;
    const about = { purpose: '', facts, model: MODEL, credentialId: key.credentialId };
    for (let why: 'needed' | 'wrong' = 'needed'; ; why = 'wrong') {
      const pin = await asked?.pins.request({ why, ...about }, stop);
      if (pin === undefined || stop.aborted)
        throw new GlasskeyError({ code: 'CANCELLED', message: '', remedy: '', kind: 'cancelled' });
      used.push(pin);
      if (pin.equals(new Pin(new TextEncoder().encode(right)))) break;
    }
    asked?.notices.touchWanted('', facts);
    asked?.notices.touchDone('signed');
    return signature;
  },
};

let right: string;
let typed: string[];
let approval: 'once' | 'session' | undefined | Promise<'once' | 'session' | undefined>;
let events: string[];
let used: Pin[];
let begun: ApprovalRequest[];
let cancels: (() => void)[];
let grants: SessionGrants;
let keyring: ApprovingKeyring;
let policy: KeyPolicy;
let known: readonly Uint8Array[];

beforeEach(() => {
  right = RIGHT;
  policy = DEFAULT_KEY_POLICY;
  known = [];
  typed = [];
  approval = 'once';
  events = [];
  used = [];
  begun = [];
  cancels = [];
  grants = new SessionGrants(new ManualClock(), () => false);
  const people = (): RequestPeople => ({
    async approve(asking) {
      events.push('approval');
      const stopped = new Promise<undefined>((resolve) => asking.addEventListener('abort', () => resolve(undefined)));
      return Promise.race([approval, stopped]);
    },
    async signingPin({ why }) {
      events.push(`pin ${why}`);
      return new Pin(new TextEncoder().encode(typed.shift() ?? RIGHT));
    },
    touchWanted: () => void events.push('touch'),
    touchDone: () => {},
    keyBusy: () => void events.push('busy'),
    end: (how) => void events.push(how === 'signed' ? 'signed' : how.code),
  });
  keyring = new ApprovingKeyring({
    keyring: inner,
    keys: async () => [key],
    grants,
    people: {
      begin(about, cancel) {
        begun.push(about);
        cancels.push(cancel);
        return people();
      },
    },
    nameHost: () => undefined,
    isKnownHost: (blob) => known.some((one) => Buffer.compare(one, blob) === 0),
    policyOf: () => policy,
    log: silentLog,
    pinTriesLeft: async () => undefined,
  });
});

describe('a request of a foreign program', () => {
  it('is approved before the PIN is asked for, and the PIN is wiped after it', async () => {
    expect(await keyring.sign(request, signal)).toBe(signature);
    expect(events).toEqual(['approval', 'pin needed', 'touch', 'signed']);
    expect(begun[0]).toMatchObject({ client: request.client, mayKeep: true });
    expect(used.every(({ isWiped }) => isWiped)).toBe(true);
  });

  it('that is denied reaches neither PIN nor key', async () => {
    approval = undefined;
    await expect(keyring.sign(request, signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(events).toEqual(['approval', 'CANCELLED']);
  });

  it('allowed once is one signature', async () => {
    await keyring.sign(request, signal);
    await keyring.sign(request, signal);
    expect(events.filter((event) => event === 'approval')).toHaveLength(2);
    expect(events.filter((event) => event.startsWith('pin'))).toHaveLength(2);
    expect(grants.isEmpty).toBe(true);
  });

  it('allowed for the session is asked neither for approval nor PIN again, in that session', async () => {
    approval = 'session';
    await keyring.sign(request, signal);
    events = [];
    await keyring.sign(request, signal);
    expect(events).toEqual(['touch', 'signed']);
    expect(new Set(used).size).toBe(1);
    await keyring.sign({ ...request, client: { ...request.client, session: '11:1' } }, signal);
    expect(events.slice(2)).toEqual(['approval', 'pin needed', 'touch', 'signed']);
    keyring.lock();
    expect(used.every(({ isWiped }) => isWiped)).toBe(true);
  });

  it('does not use the PIN that was kept for another purpose, even allowed for the session', async () => {
    approval = 'session';
    await keyring.sign(request, signal);
    events = [];
    await keyring.sign({ ...request, purpose: { kind: 'sshsig', namespace: 'file' } }, signal);
    expect(events).toEqual(['approval', 'pin needed', 'touch', 'signed']);
  });

  it('keeps nothing of a PIN that was wrong, and asks again', async () => {
    approval = 'session';
    typed = ['000000', RIGHT];
    await keyring.sign(request, signal);
    expect(events).toEqual(['approval', 'pin needed', 'pin wrong', 'touch', 'signed']);
    expect(used[0]?.isWiped).toBe(true);
    expect(grants.pinFor(MODEL)).toBe(used[1]);
  });

  it('forgets a kept PIN that the key no longer takes: it is shown to it once', async () => {
    approval = 'session';
    await keyring.sign(request, signal);
    right = '111111';
    typed = ['111111'];
    events = [];
    await keyring.sign(request, signal);
    expect(events).toEqual(['pin wrong', 'touch', 'signed']);
    expect(used.map(({ isWiped }) => isWiped)).toEqual([true, true, false]);
  });

  it('is asked about each time where the key’s policy is so, also where it was allowed for the session before', async () => {
    approval = 'session';
    await keyring.sign(request, signal);
    policy = { ask: 'always', forwarded: 'ask' };
    await keyring.sign(request, signal);
    expect(begun.map(({ mayKeep }) => mayKeep)).toEqual([true, false]);
    expect(events.filter((event) => event === 'approval')).toHaveLength(2);
  });

  it('is refused unasked where it came through another host, or may have, and the key’s policy refuses that', async () => {
    policy = { ask: 'once-per-session', forwarded: 'refuse' };
    const remote = [{ forwardedThrough: [Uint8Array.of(9)] }, { throughUnverifiedHost: true }];
    for (const path of remote) {
      const refused = keyring.sign({ ...request, ...path }, signal);
      await expect(refused).rejects.toMatchObject({ code: 'AGENT_FORWARDED_REFUSED' });
    }
    expect(events).toEqual([]);
    expect(await keyring.sign(request, signal)).toBe(signature);
  });

  it('that comes through another host is asked about where the whole chain is known, and else refused unasked', async () => {
    const [jump, device, stranger] = [sessionHost().blob, sessionHost().blob, sessionHost().blob];
    known = [jump, device];
    const sessionId = newSessionId();
    const login = (through: Uint8Array, hostKey: Uint8Array): SignRequest => ({
      ...request,
      data: loginData({ sessionId, user: 'alice', keyBlob: SK_BLOB, hostKey }),
      purpose: { kind: 'login', user: 'alice', hostKey, sessionBound: true },
      forwardedThrough: [through],
      isPathProven: true,
    });
    for (const refused of [login(jump, stranger), login(stranger, device), { ...request, forwardedThrough: [jump] }]) {
      await expect(keyring.sign(refused, signal)).rejects.toMatchObject({ code: 'AGENT_FORWARDED_REFUSED' });
    }
    expect(begun).toEqual([]);
    expect(await keyring.sign(login(jump, device), signal)).toBe(signature);
    expect(begun).toMatchObject([{ mayKeep: false, facts: { through: [{ name: undefined }] } }]);
    expect(events).toEqual(['approval', 'pin needed', 'touch', 'signed']);
  });

  it('ends when its client goes, when it is cancelled, and with the key that it is for', async () => {
    approval = new Promise(() => {});
    const gone = new AbortController();
    const first = keyring.sign(request, gone.signal);
    const second = keyring.sign(request, signal);
    await settle();
    gone.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    cancels[1]?.();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    // Neither has a place among those that wait any more.
    const waiting = Array.from({ length: MOST_REQUESTS }, () => keyring.sign(request, signal));
    await settle();
    expect(begun).toHaveLength(2 + MOST_REQUESTS);
    for (const cancel of cancels.slice(2)) cancel();
    expect((await Promise.allSettled(waiting)).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('waits with others beside it, but not with any number of them', async () => {
    approval = new Promise(() => {});
    const waiting = Array.from({ length: MOST_REQUESTS }, () => keyring.sign(request, signal));
    await settle();
    expect(events).toEqual(waiting.map(() => 'approval'));
    await expect(keyring.sign(request, signal)).rejects.toMatchObject({ code: 'AGENT_TOO_MANY_REQUESTS' });
    keyring.lock();
    for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('while the screen is locked', () => {
  it('keys are listed, nothing is signed or asked, and what was allowed is forgotten', async () => {
    approval = 'session';
    await keyring.sign(request, signal);
    keyring.lock();
    expect(used.every(({ isWiped }) => isWiped)).toBe(true);
    events = [];
    await expect(keyring.sign(request, signal)).rejects.toMatchObject({ code: 'AGENT_LOCKED' });
    expect(await keyring.identities()).toHaveLength(1);
    expect(events).toEqual([]);
    keyring.unlock();
    await keyring.sign(request, signal);
    expect(events[0]).toBe('approval');
  });

  it('a PIN that was given just before is not kept', async () => {
    approval = 'session';
    const { promise, resolve } = Promise.withResolvers<'session'>();
    approval = promise;
    const signing = keyring.sign(request, signal);
    await settle();
    keyring.lock();
    resolve('session');
    await expect(signing).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(grants.isEmpty).toBe(true);
    expect(used).toEqual([]);
  });
});
