import { beforeEach, describe, expect, it } from 'vitest';
import type { Client, SignRequest } from '../../../main/agent/keyring.ts';
import { grantFor, KEPT_UNUSED_MS, SessionGrants } from '../../../main/agent/session-grants.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const newPin = () => new Pin(new TextEncoder().encode('123456'));
const client: Client = { pid: 7, program: 'git', place: 'bash', session: '10:99' };
const login: SignRequest = {
  keyBlob: Uint8Array.of(1),
  data: Uint8Array.of(2),
  purpose: { kind: 'login', user: 'alice', hostKey: Uint8Array.of(3), sessionBound: true },
  forwardedThrough: [],
  isPathProven: true,
  throughUnverifiedHost: false,
  client,
};
const signing: SignRequest = { ...login, isPathProven: false, purpose: { kind: 'sshsig', namespace: 'git' } };

describe('what "this session" covers', () => {
  it('is the same program in the same session, with the same key, for the same purpose', () => {
    const grant = grantFor(login);
    expect(grant).toBeDefined();
    expect(grantFor({ ...login, data: Uint8Array.of(9), client: { ...client, pid: 8 } })).toBe(grant);
  });

  it.each<[string, Partial<SignRequest>]>([
    ['another session', { client: { ...client, session: '11:99' } }],
    ['a session of the same number that began later', { client: { ...client, session: '10:100' } }],
    ['another program', { client: { ...client, program: 'scp' } }],
    ['a program that another one started', { client: { ...client, starter: 'make' } }],
    ['another key', { keyBlob: Uint8Array.of(9) }],
    [
      'another user',
      { purpose: { ...login.purpose, kind: 'login', user: 'root', sessionBound: true, hostKey: Uint8Array.of(3) } },
    ],
    ['another host', { purpose: { kind: 'login', user: 'alice', sessionBound: true, hostKey: Uint8Array.of(4) } }],
    ['a signature', { purpose: { kind: 'sshsig', namespace: 'alice' } }],
  ])('is not %s', (_, other) => {
    expect(grantFor({ ...login, ...other })).not.toBe(grantFor(login));
  });

  it('is the namespace of a signature', () => {
    expect(grantFor(signing)).toBeDefined();
    expect(grantFor(signing)).not.toBe(grantFor({ ...signing, purpose: { kind: 'sshsig', namespace: 'file' } }));
  });

  it.each<[string, SignRequest]>([
    ['an unknown program', { ...login, client: { pid: 7 } }],
    ['a program whose session is not known', { ...login, client: { pid: 7, program: 'git' } }],
    ['a login that names no host', { ...login, purpose: { kind: 'login', user: 'alice', sessionBound: false } }],
    ['a login from who knows where', { ...login, isPathProven: false }],
    ['what came through another host', { ...login, forwardedThrough: [Uint8Array.of(5)] }],
    ['what may have come from a host that could not be verified', { ...login, throughUnverifiedHost: true }],
    [
      'a file that ssh wants signed, which does so only for a host',
      { ...signing, client: { ...client, program: 'ssh' } },
    ],
  ])('is never %s', (_, request) => {
    expect(grantFor(request)).toBeUndefined();
  });
});

describe('grants', () => {
  let clock: ManualClock;
  let isKeyGone: boolean;
  let grants: SessionGrants;
  beforeEach(() => {
    clock = new ManualClock();
    isKeyGone = false;
    grants = new SessionGrants(clock, () => isKeyGone);
  });

  it('keep one PIN, for its model alone', () => {
    const pin = newPin();
    grants.keep('a', pin, 'model');
    expect(grants.has('a')).toBe(true);
    expect(grants.has('b')).toBe(false);
    expect(grants.has(undefined)).toBe(false);
    expect(grants.pinFor('model')).toBe(pin);
    expect(grants.pinFor('another')).toBeUndefined();
    const next = newPin();
    grants.keep('b', next, 'another');
    expect(pin.isWiped).toBe(true);
    expect(next.isWiped).toBe(false);
    grants.forget();
    expect(next.isWiped).toBe(true);
  });

  it('are forgotten, with the PIN wiped, after a quarter of an hour without use', async () => {
    const pin = newPin();
    grants.keep('a', pin, 'model');
    await clock.pass(KEPT_UNUSED_MS - 1_000);
    expect(pin.isWiped).toBe(false);
    grants.used();
    await clock.pass(KEPT_UNUSED_MS - 1_000);
    expect(grants.has('a')).toBe(true);
    await clock.pass(1_001);
    expect(pin.isWiped).toBe(true);
    expect(grants.has('a')).toBe(false);
    expect(grants.isEmpty).toBe(true);
  });

  it('are forgotten within a second when the key goes', async () => {
    const pin = newPin();
    grants.keep('a', pin, 'model');
    isKeyGone = true;
    expect(grants.has('a')).toBe(false);
    expect(pin.isWiped).toBe(true);
    isKeyGone = false;
    const next = newPin();
    grants.keep('a', next, 'model');
    isKeyGone = true;
    await clock.pass(1_000);
    expect(next.isWiped).toBe(true);
  });

  it('leave no timer behind once they are forgotten', async () => {
    grants.keep('a', newPin(), 'model');
    grants.forget();
    let looked = 0;
    const watched = new SessionGrants(clock, () => {
      looked += 1;
      return false;
    });
    watched.keep('a', newPin(), 'model');
    watched.forget();
    await clock.pass(10_000);
    expect(looked).toBe(0);
  });
});
