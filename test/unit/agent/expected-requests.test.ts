import { describe, expect, it } from 'vitest';
import { assertExpected, expectLoginsTo } from '../../../main/agent/expected-requests.ts';
import type { SigningPurpose, SignRequest } from '../../../main/agent/keyring.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import { sessionHost } from './session-host.ts';

const [jumpKey, deviceKey, strangeKey] = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)];
const isKey = (key: Uint8Array) => (blob: Uint8Array) => Buffer.compare(key, blob) === 0;
const hops = [
  { user: 'ops', isHostKey: isKey(jumpKey) },
  { user: 'alice', isHostKey: isKey(deviceKey) },
];
const login = (user: string, hostKey?: Uint8Array): SigningPurpose => ({
  kind: 'login',
  user,
  ...(hostKey ? { hostKey } : {}),
  sessionBound: true,
});
const sshsig: SigningPurpose = { kind: 'sshsig', namespace: 'git' };

describe('what a planned way expects', () => {
  it('is the planned user’s login at each of its hops, and nothing else', () => {
    const expected = expectLoginsTo(hops);
    expect(expected(login('ops', jumpKey))).toBe(true);
    expect(expected(login('alice', deviceKey))).toBe(true);
    for (const other of [login('alice', jumpKey), login('ops', deviceKey), login('alice', strangeKey), sshsig]) {
      expect(expected(other)).toBe(false);
    }
  });

  it('is a login to a host certificate whose inner key is known: ssh notes that one where it knows no authority', () => {
    const host = sessionHost();
    // PROTOCOL.certkeys: type, nonce, the key's fields (here behind its 4 + 11 bytes of type), and more.
    const fields = host.blob.subarray(4 + 'ssh-ed25519'.length);
    const certificate = new SshWriter()
      .text('ssh-ed25519-cert-v01@openssh.com')
      .text('nonce')
      .bytes(fields)
      .bytes(new Uint8Array(40))
      .toBytes();
    const expected = expectLoginsTo([{ user: 'alice', isHostKey: isKey(host.blob) }]);
    expect(expected(login('alice', certificate))).toBe(true);
    expect(expected(login('alice', certificate.subarray(0, 60)))).toBe(false);
    expect(expectLoginsTo(hops)(login('alice', certificate))).toBe(false);
  });

  it('is a login that names no host only where that is accepted, and then for a planned user', () => {
    expect(expectLoginsTo(hops)(login('alice'))).toBe(false);
    const accepting = expectLoginsTo(hops, { unnamedHosts: 'accepted' });
    expect(accepting(login('alice'))).toBe(true);
    expect(accepting(login('root'))).toBe(false);
    expect(accepting(login('alice', strangeKey))).toBe(false);
  });
});

describe('a request to the agent of a connect', () => {
  const outcome = (purpose: SigningPurpose, path: Partial<SignRequest> = {}): string => {
    const local = { forwardedThrough: [], isPathProven: true, throughUnverifiedHost: false };
    const request = { keyBlob: deviceKey, data: deviceKey, purpose, ...local, ...path };
    try {
      assertExpected(request, expectLoginsTo(hops));
      return 'signed';
    } catch (error) {
      return String(error instanceof Error && 'code' in error && error.code);
    }
  };

  it('is signed where it is expected, and refused where not', () => {
    expect(outcome(login('alice', deviceKey))).toBe('signed');
    expect(outcome(login('alice', strangeKey))).toBe('AGENT_REQUEST_UNEXPECTED');
    expect(outcome(sshsig)).toBe('AGENT_REQUEST_UNEXPECTED');
  });

  it.each([
    ['forwarded', { forwardedThrough: [deviceKey] }],
    ['through a host that could not be verified', { isPathProven: false, throughUnverifiedHost: true }],
  ])('that is %s is signed where it is a login, wherever that leads, and refused where not', (_, path) => {
    expect(outcome(login('root', strangeKey), path)).toBe('signed');
    expect(outcome(sshsig, path)).toBe('AGENT_REQUEST_UNEXPECTED');
  });
});
