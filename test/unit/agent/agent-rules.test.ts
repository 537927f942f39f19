import { describe, expect, it } from 'vitest';
import {
  DEFAULT_KEY_POLICY,
  type Expectations,
  type ForwardedHop,
  type KeyPolicy,
  ruleOn,
  type Unasked,
} from '../../../main/agent/agent-rules.ts';
import type { SigningPurpose, SignRequest } from '../../../main/agent/keyring.ts';
import { formatSkPublicBlob, SK_ED25519 } from '../../../main/openssh/sk-key.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import { loginData, newSessionId, sessionHost, sshsigData } from './session-host.ts';

const [jump, device, second, stranger] = [
  sessionHost().blob,
  sessionHost().blob,
  sessionHost().blob,
  sessionHost().blob,
];
const key = (fill: number) =>
  formatSkPublicBlob({ algorithm: SK_ED25519, publicKey: new Uint8Array(32).fill(fill), application: 'ssh:' });
const [firstKey, otherKey] = [key(1), key(2)];
const session = newSessionId();

function hop(user: string, hostKey: Uint8Array | undefined): ForwardedHop {
  return {
    user,
    isHostKey: (blob) => hostKey !== undefined && Buffer.compare(hostKey, blob) === 0,
    isAnyKeyKnown: () => hostKey !== undefined,
  };
}

const plan: Expectations = {
  planned: [hop('ops', jump), hop('alice', device)],
  unnamedHosts: 'refused',
  forwardedOnce: [],
  onward: [],
};
/** The jump host gets the agent, and its ssh logs in to the device. */
const forwardedWay: Expectations = { ...plan, planned: [hop('ops', jump)], forwardedOnce: [hop('alice', device)] };

interface Asked {
  readonly user?: string;
  readonly host?: Uint8Array | undefined;
  readonly keyBlob?: Uint8Array;
  readonly sessionId?: Uint8Array;
  readonly through?: readonly Uint8Array[];
  readonly path?: Partial<SignRequest>;
}

function login(asked: Asked = {}): SignRequest {
  const { user = 'alice', keyBlob = firstKey, sessionId = session, through = [], path = {} } = asked;
  const host = 'host' in asked ? asked.host : device;
  const named = host === undefined ? {} : { hostKey: host };
  const purpose: SigningPurpose = { kind: 'login', user, ...named, sessionBound: host !== undefined };
  const data = loginData({ sessionId, user, keyBlob, ...named });
  const proven = { forwardedThrough: through, isPathProven: true, throughUnverifiedHost: false };
  return { keyBlob, data, purpose, ...proven, ...path };
}

function file(through: readonly Uint8Array[] = []): SignRequest {
  const purpose = { kind: 'sshsig', namespace: 'git' } as const;
  const path = { forwardedThrough: through, isPathProven: true, throughUnverifiedHost: false };
  return { keyBlob: firstKey, data: sshsigData('git'), purpose, ...path };
}

interface Against {
  readonly expected?: Expectations | undefined;
  readonly known?: readonly Uint8Array[];
  readonly policy?: KeyPolicy;
  readonly unasked?: readonly Unasked[];
}

function ruling(request: SignRequest, against: Against = {}) {
  const { known = [jump, device, second], policy = DEFAULT_KEY_POLICY, unasked = [] } = against;
  const expected = 'expected' in against ? against.expected : plan;
  const isKnownHost = (blob: Uint8Array) => known.some((one) => Buffer.compare(one, blob) === 0);
  return ruleOn(request, { expected, isKnownHost, policy, unasked });
}

function ruled(request: SignRequest, against?: Against): string {
  const { verdict, reason } = ruling(request, against);
  return `${verdict}: ${reason}`;
}

/** What is ruled on each, where those before it that were signed are counted. */
function inTurn(requests: readonly SignRequest[], expected: Expectations): string[] {
  const unasked: Unasked[] = [];
  return requests.map((request) => {
    const one = ruling(request, { expected, unasked });
    if (one.verdict === 'sign') unasked.push(one.unasked);
    return `${one.verdict}: ${one.reason}`;
  });
}

const certificateOf = (blob: Uint8Array) =>
  new SshWriter()
    .text('ssh-ed25519-cert-v01@openssh.com')
    .text('nonce')
    // PROTOCOL.certkeys: type, nonce, the key's fields (here behind its 4 + 11 bytes of type), and more.
    .bytes(blob.subarray(4 + 'ssh-ed25519'.length))
    .bytes(new Uint8Array(40))
    .toBytes();

describe('in a connect, a request of this computer', () => {
  it('is signed where it is the planned user’s login at a hop, and nothing else is', () => {
    expect(ruled(login({ user: 'ops', host: jump }))).toBe('sign: planned');
    expect(ruled(login())).toBe('sign: planned');
    for (const other of [
      login({ host: jump }),
      login({ user: 'ops' }),
      login({ host: stranger }),
      login({ host: second }),
      file(),
    ]) {
      expect(ruled(other)).toBe('refuse: not-planned');
    }
  });

  it('is signed in one ssh session for each hop, once for each key; what any other session wants is asked for', () => {
    const [ops, another] = [{ user: 'ops', host: jump }, newSessionId()];
    expect(
      inTurn(
        [
          login(ops),
          login({ sessionId: another }),
          login({ sessionId: another }),
          login({ sessionId: another, keyBlob: otherKey }),
          login({ sessionId: another, keyBlob: otherKey }),
          login(),
          login({ keyBlob: otherKey }),
          login({ ...ops, sessionId: another, keyBlob: otherKey }),
        ],
        plan,
      ),
    ).toEqual([
      ...['sign: planned', 'sign: planned', 'ask: planned-again', 'sign: planned', 'ask: planned-again'],
      ...['ask: planned-again', 'ask: planned-again', 'ask: planned-again'],
    ]);
  });

  it('is signed anew in another way, and once for each of two hops that are the same host', () => {
    const first = ruling(login(), { expected: { ...plan, way: 'first' } });
    const unasked = first.verdict === 'sign' ? [first.unasked] : [];
    const again = login({ sessionId: newSessionId() });
    expect(ruled(again, { expected: { ...plan, way: 'first' }, unasked })).toBe('ask: planned-again');
    expect(ruled(again, { expected: { ...plan, way: 'second' }, unasked })).toBe('sign: planned');
    const twice: Expectations = { ...plan, planned: [hop('alice', device), hop('alice', device)] };
    // The first of the two, whose signature was not made in the end, is no second one for the session of the other.
    const signed = inTurn([login(), again], twice);
    expect(signed).toEqual(['sign: planned', 'sign: planned']);
    const ofSecond = ruling(again, { expected: { ...twice, planned: [hop('bob', device), hop('alice', device)] } });
    const spent = ofSecond.verdict === 'sign' ? [ofSecond.unasked] : [];
    expect(ruled(again, { expected: twice, unasked: spent })).toBe('ask: planned-again');
    expect(inTurn([login(), login(), again, login({ sessionId: newSessionId() })], twice)).toEqual([
      ...['sign: planned', 'ask: planned-again', 'sign: planned', 'ask: planned-again'],
    ]);
  });

  it('may name a host certificate whose inner key is known: ssh notes that one where it knows no authority', () => {
    const certificate = certificateOf(device);
    expect(ruled(login({ host: certificate }))).toBe('sign: planned');
    expect(ruled(login({ host: certificate.subarray(0, 60) }))).toBe('refuse: not-planned');
    expect(ruled(login({ host: certificateOf(stranger) }))).toBe('refuse: not-planned');
  });

  it('may name no host only where ssh is too old to name one, and then for a planned user', () => {
    const accepting: Expectations = { ...plan, unnamedHosts: 'accepted' };
    expect(ruled(login({ host: undefined }))).toBe('refuse: not-planned');
    expect(ruled(login({ host: undefined }), { expected: accepting })).toBe('sign: planned');
    expect(ruled(login({ host: undefined, user: 'root' }), { expected: accepting })).toBe('refuse: not-planned');
    expect(ruled(login({ host: stranger }), { expected: accepting })).toBe('refuse: not-planned');
  });

  it('is refused where it names its host and proves no session: a host that an old ssh forwards the agent to could write that', () => {
    const claimed = login({ sessionId: newSessionId() });
    const request: SignRequest = { ...claimed, purpose: { ...claimed.purpose, sessionBound: false } as SigningPurpose };
    for (const unnamedHosts of ['refused', 'accepted'] as const) {
      expect(ruled(request, { expected: { ...plan, unnamedHosts } })).toBe('refuse: not-planned');
    }
  });

  it('that names no host gets the logins of the plan, each in one session: a host with the agent could ask so too', () => {
    const unnamed = (over: Asked = {}) => login({ host: undefined, sessionId: newSessionId(), ...over });
    const accepting: Expectations = {
      ...plan,
      planned: [hop('ops', jump), hop('ops', device)],
      unnamedHosts: 'accepted',
    };
    expect(
      inTurn(
        ['ops', 'ops', 'ops', 'ops'].map((user) => unnamed({ user })),
        accepting,
      ),
    ).toEqual(['sign: planned', 'sign: planned', 'ask: planned-again', 'ask: planned-again']);
    // Another key is another try of the same login, in its session; another way has logins of its own.
    const one = { ...accepting, planned: [hop('ops', jump)] };
    const second = unnamed({ user: 'ops', keyBlob: otherKey, sessionId: session });
    expect(inTurn([unnamed({ user: 'ops', sessionId: session }), second, second], one)).toEqual([
      ...['sign: planned', 'sign: planned', 'ask: planned-again'],
    ]);
    expect(inTurn([unnamed({ user: 'ops' }), unnamed({ user: 'ops', keyBlob: otherKey })], one)).toEqual([
      ...['sign: planned', 'ask: planned-again'],
    ]);
    // Nor does a host with the agent get another one by binding the connection that the old ssh left unbound.
    const bound = login({ user: 'ops', host: jump, sessionId: newSessionId() });
    expect(inTurn([unnamed({ user: 'ops' }), bound], one)).toEqual(['sign: planned', 'ask: planned-again']);
    const inWay = (way: string): Expectations => ({ ...plan, unnamedHosts: 'accepted', way });
    const first = ruling(unnamed(), { expected: inWay('first') });
    const unasked = first.verdict === 'sign' ? [first.unasked] : [];
    expect(unasked).toHaveLength(1);
    expect(ruled(unnamed(), { expected: inWay('first'), unasked })).toBe('ask: planned-again');
    expect(ruled(unnamed(), { expected: inWay('second'), unasked })).toBe('sign: planned');
  });
});

describe('in a connect, a request through another host', () => {
  it('is signed for the device of a forwarded way in one ssh session, once for each key', () => {
    const through = [jump];
    expect(
      inTurn(
        [
          login({ through }),
          login({ through }),
          login({ through, keyBlob: otherKey }),
          login({ through, sessionId: newSessionId() }),
          login({ through, sessionId: newSessionId(), keyBlob: otherKey }),
          login({ through, user: 'root' }),
        ],
        forwardedWay,
      ),
    ).toEqual([
      ...['sign: forwarded-way', 'ask: forwarded-known-host', 'sign: forwarded-way', 'ask: forwarded-known-host'],
      ...['ask: forwarded-known-host', 'ask: forwarded-known-host'],
    ]);
  });

  it('is signed no second time because its host went through itself', () => {
    const through = [[jump], [jump, jump], [jump, jump, jump]];
    expect(
      inTurn(
        through.map((chain) => login({ through: chain, sessionId: newSessionId() })),
        forwardedWay,
      ),
    ).toEqual(['sign: forwarded-way', 'ask: forwarded-known-host', 'ask: forwarded-known-host']);
  });

  it('is signed for an onward host, and only through hosts of the plan', () => {
    const expected: Expectations = { ...plan, onward: [hop('bob', second)] };
    const bob = { user: 'bob', host: second };
    expect(ruled(login({ ...bob, through: [device] }), { expected })).toBe('sign: onward');
    expect(ruled(login({ ...bob, through: [certificateOf(device)] }), { expected })).toBe('sign: onward');
    expect(ruled(login({ ...bob, user: 'root', through: [device] }), { expected })).toBe('ask: forwarded-known-host');
    expect(ruled(login({ ...bob, through: [device, stranger] }), { expected })).toBe('refuse: forwarded-unknown-host');
    expect(
      inTurn(
        [1, 2].map(() => login({ ...bob, through: [device] })),
        expected,
      )[1],
    ).toBe('ask: forwarded-known-host');
  });

  it('is asked for to another known host, the planned ones too, and refused to an unknown one', () => {
    for (const host of [second, device, jump]) {
      expect(ruled(login({ host, through: [device] }))).toBe('ask: forwarded-known-host');
    }
    expect(ruled(login({ host: stranger, through: [device] }))).toBe('refuse: forwarded-unknown-host');
    expect(ruled(login({ host: second, through: [stranger] }))).toBe('refuse: forwarded-unknown-host');
    expect(ruled(login({ host: second, through: [device] }), { known: [second] })).toBe('ask: forwarded-known-host');
  });

  it('is refused where its way is not proven, whatever host it names', () => {
    const unverified = { isPathProven: false, throughUnverifiedHost: true };
    expect(ruled(login({ through: [jump], path: unverified }), { expected: forwardedWay })).toBe(
      'refuse: chain-unproven',
    );
    expect(ruled(login({ path: unverified }))).toBe('refuse: chain-unproven');
    expect(ruled(login({ host: undefined, through: [device] }))).toBe('refuse: chain-unproven');
  });

  it('is refused where it is no login', () => {
    expect(ruled(file([device]))).toBe('refuse: forwarded-signature');
  });

  it('is asked for to the device of a forwarded way whose key nobody knows here, and to no other unknown host', () => {
    const expected: Expectations = { ...forwardedWay, forwardedOnce: [hop('alice', undefined)] };
    const known = [jump];
    const asked = { host: stranger, through: [jump] };
    expect(ruled(login(asked), { expected, known })).toBe('ask: forwarded-way-new-host-key');
    expect(ruled(login({ ...asked, user: 'root' }), { expected, known })).toBe('refuse: forwarded-unknown-host');
    expect(ruled(login({ ...asked, through: [stranger] }), { expected, known })).toBe('refuse: forwarded-unknown-host');
    expect(ruled(login(asked), { expected: forwardedWay, known })).toBe('refuse: forwarded-way-other-host-key');
  });

  it('is refused to an unknown host in the place of the device, until the device was logged in to', () => {
    const through = [jump];
    const inItsPlace = login({ through, host: stranger });
    expect(inTurn([inItsPlace, login({ through }), inItsPlace], forwardedWay)).toEqual([
      'refuse: forwarded-way-other-host-key',
      'sign: forwarded-way',
      'refuse: forwarded-unknown-host',
    ]);
    for (const other of [
      login({ through, host: stranger, user: 'root' }),
      login({ through: [device], host: stranger }),
    ]) {
      expect(ruled(other, { expected: forwardedWay })).toBe('refuse: forwarded-unknown-host');
    }
  });

  it('is refused, the forwarded way too, where the policy of the key says so; this computer’s are not', () => {
    const policy: KeyPolicy = { ask: 'once-per-session', forwarded: 'refuse' };
    const through = [jump];
    expect(ruled(login({ through }), { expected: forwardedWay, policy })).toBe('refuse: forwarded-refused-by-policy');
    expect(ruled(file(through), { expected: undefined, policy })).toBe('refuse: forwarded-refused-by-policy');
    expect(ruled(login(), { policy })).toBe('sign: planned');
  });
});

describe('where nothing is expected', () => {
  const expected = undefined;

  it('asks for everything of this computer', () => {
    for (const request of [login(), login({ host: stranger }), login({ host: undefined }), file()]) {
      expect(ruled(request, { expected })).toBe('ask: local');
    }
  });

  it('asks for what comes through known hosts to a known host, and refuses the rest', () => {
    expect(ruled(login({ through: [jump] }), { expected })).toBe('ask: forwarded-known-host');
    expect(ruled(login({ through: [jump], host: stranger }), { expected })).toBe('refuse: forwarded-unknown-host');
    expect(ruled(login({ through: [stranger] }), { expected })).toBe('refuse: forwarded-unknown-host');
    for (const host of [jump, stranger]) {
      expect(ruled(file([host]), { expected })).toBe('refuse: forwarded-signature');
    }
    expect(ruled(login({ through: [jump], host: undefined }), { expected })).toBe('refuse: chain-unproven');
    expect(ruled(login({ path: { throughUnverifiedHost: true } }), { expected })).toBe('refuse: chain-unproven');
  });

  it('takes a file signature that ssh wants for another host’s: it signs none itself, and an old one binds nothing', () => {
    const unbound = { ...file(), isPathProven: false };
    expect(ruled({ ...unbound, client: { program: 'ssh' } }, { expected })).toBe('refuse: chain-unproven');
    expect(ruled({ ...unbound, client: { program: 'ssh-keygen' } }, { expected })).toBe('ask: local');
  });
});
