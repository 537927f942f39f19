import { describe, expect, it } from 'vitest';
import { describeSigning } from '../../../main/agent/describe-signing.ts';
import type { SigningPurpose, SignRequest } from '../../../main/agent/keyring.ts';
import { sha256Fingerprint } from '../../../main/openssh/fingerprint.ts';

const device = Uint8Array.of(1);
const hop = Uint8Array.of(2);
const stranger = Uint8Array.of(3);
const nameHost = (blob: Uint8Array) => ({ 1: 'ce1-rack4', 2: 'jump-east' })[blob[0] ?? 0];

function described(purpose: SigningPurpose, forwardedThrough: Uint8Array[] = [], isPathProven = true): string {
  const path = { forwardedThrough, isPathProven, throughUnverifiedHost: false };
  const request: SignRequest = { keyBlob: device, data: device, purpose, ...path };
  return describeSigning(request, nameHost);
}

const login = { kind: 'login', user: 'alice', hostKey: device, sessionBound: true } as const;

describe('the sentence for a touch', () => {
  it('says who, where and through what', () => {
    expect(described(login, [hop])).toBe(
      `Log in as alice on ce1-rack4 (${sha256Fingerprint(device)}) through jump-east (${sha256Fingerprint(hop)})`,
    );
  });

  it('names several hops in order, and a host that known_hosts lacks as such', () => {
    expect(described({ ...login, hostKey: stranger }, [hop, stranger])).toBe(
      `Log in as alice on a host not in known_hosts (${sha256Fingerprint(stranger)})` +
        ` through jump-east (${sha256Fingerprint(hop)}), then a host not in known_hosts (${sha256Fingerprint(stranger)})`,
    );
  });

  it('names the hops of a connect of our own, which the agent cannot see by itself', () => {
    const request: SignRequest = {
      keyBlob: device,
      data: device,
      purpose: login,
      forwardedThrough: [],
      isPathProven: true,
      throughUnverifiedHost: false,
    };
    const routeTo = (blob: Uint8Array) => (blob === device ? ['jump-east', '198.51.100.7'] : []);
    expect(describeSigning(request, nameHost, routeTo)).toBe(
      `Log in as alice on ce1-rack4 (${sha256Fingerprint(device)}) through jump-east, then 198.51.100.7`,
    );
    const atTheHop = { ...request, purpose: { ...login, hostKey: hop } };
    expect(describeSigning(atTheHop, nameHost, routeTo)).toBe(
      `Log in as alice on jump-east (${sha256Fingerprint(hop)})`,
    );
  });

  it('names a host that could not be verified as such, and never the way of a connect, which would vouch for it', () => {
    const routeTo = () => ['jump-east'];
    const unverified = {
      keyBlob: device,
      data: device,
      purpose: login,
      isPathProven: false,
      throughUnverifiedHost: true,
    };
    const onDevice = `Log in as alice on ce1-rack4 (${sha256Fingerprint(device)})`;
    expect(describeSigning({ ...unverified, forwardedThrough: [] }, nameHost, routeTo)).toBe(
      `${onDevice} through a host that could not be verified`,
    );
    expect(describeSigning({ ...unverified, forwardedThrough: [hop] }, nameHost, routeTo)).toBe(
      `${onDevice} through jump-east (${sha256Fingerprint(hop)}), and a host that could not be verified`,
    );
    const unsaid = { ...unverified, throughUnverifiedHost: false, forwardedThrough: [] };
    expect(describeSigning(unsaid, nameHost, routeTo)).toBe(
      `${onDevice} (the program that asks is too old to say from where)`,
    );
  });

  it('shows an address with a port as known_hosts has it', () => {
    const request: SignRequest = {
      keyBlob: device,
      data: device,
      purpose: login,
      forwardedThrough: [],
      isPathProven: true,
      throughUnverifiedHost: false,
    };
    expect(describeSigning(request, () => '[2001:db8::7]:2022')).toContain('on [2001:db8::7]:2022 (SHA256:');
  });

  it('says plainly what cannot be known', () => {
    const unknown = { kind: 'login', user: 'alice', sessionBound: false } as const;
    expect(described(unknown, [], false)).toBe(
      'Log in as alice on an unknown host (the program that asks is too old to say from where)',
    );
  });

  it('says what a file or git signature is for', () => {
    expect(described({ kind: 'sshsig', namespace: 'git' })).toBe('Sign for git');
    expect(described({ kind: 'sshsig', namespace: 'file' })).toBe('Sign for file');
    // ssh-keygen binds no session: there is none.
    expect(described({ kind: 'sshsig', namespace: 'file' }, [], false)).toBe('Sign for file');
  });

  it('shows a user name that imitates the sentence in quotes, on one line, cut, and without hidden characters', () => {
    const imitation = 'alice on ce1-rack4” (SHA256:x)\n\u202e\u0007';
    const text = described({ ...login, user: imitation + 'a'.repeat(500) });
    expect(text).toContain('as “alice on ce1-rack4\ufffd (SHA256:x)\ufffd\ufffd\ufffdaaa');
    expect(text).not.toMatch(/\p{C}/u);
    expect(text.length).toBeLessThan(200);
  });
});
