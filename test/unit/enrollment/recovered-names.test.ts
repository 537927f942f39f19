import { describe, expect, it } from 'vitest';
import { keyFileCandidates, residentKeyName, usualKeyFile } from '../../../main/enrollment/recovered-names.ts';
import { SK_ECDSA, SK_ED25519, type SkPublicKey } from '../../../main/openssh/sk-key.ts';
import { ED25519_KEY, P256_X, P256_Y } from './sample-enrollment.ts';

const ed25519 = (application = 'ssh:'): SkPublicKey => {
  return { algorithm: SK_ED25519, publicKey: ED25519_KEY, application };
};
const ecdsa: SkPublicKey = { algorithm: SK_ECDSA, point: Uint8Array.of(4, ...P256_X, ...P256_Y), application: 'ssh:' };

function userId(text: string): Uint8Array {
  const id = new Uint8Array(32);
  new TextEncoder().encodeInto(text, id);
  return id;
}

describe('the name of a recovered key’s file', () => {
  // openssh-sk.md, section 5: id_<type>_rk[_<application without "ssh:" or "ssh://">][_<user.id without trailing zeros>]
  it.each([
    ['ssh:', '', 'id_ed25519_sk_rk'],
    ['ssh:', 'alice', 'id_ed25519_sk_rk_alice'],
    ['ssh:demo', 'alice', 'id_ed25519_sk_rk_demo_alice'],
    ['ssh://demo', '', 'id_ed25519_sk_rk_demo'],
    ['ssh:', 'glasskey-20261123-010203', 'id_ed25519_sk_rk_glasskey-20261123-010203'],
    ['ssh:', 'a/b', 'id_ed25519_sk_rk_612f62'],
    ['ssh:', '..', 'id_ed25519_sk_rk_2e2e'],
    ['ssh:', 'a\\b', 'id_ed25519_sk_rk_615c62'],
    // What OpenSSH would write as it is: a name that is more than one, or none at all.
    ['ssh:../../etc', '', 'id_ed25519_sk_rk_____etc'],
    ['ssh:', 'a\nb', 'id_ed25519_sk_rk_610a62'],
  ])('for the application %s and the user id %j is %s', (application, user, name) => {
    expect(residentKeyName(ed25519(application), userId(user))).toBe(name);
  });

  it('says the algorithm', () => {
    expect(residentKeyName(ecdsa, userId(''))).toBe('id_ecdsa_sk_rk');
    expect(usualKeyFile('/home/alice/.ssh/id_ed25519_sk', ecdsa)).toBe('/home/alice/.ssh/id_ecdsa_sk');
    expect(usualKeyFile('/home/alice/.ssh/id_ed25519_sk', ed25519())).toBe('/home/alice/.ssh/id_ed25519_sk');
    expect(usualKeyFile('/keys/mine', ecdsa)).toBe('/keys/mine');
  });

  it('is counted up where it is taken', () => {
    const candidates = keyFileCandidates('/k/id_ed25519_sk', true, ed25519(), userId(''));
    const [one, two, three, four] = Array.from({ length: 4 }, () => candidates.next().value);
    expect([one, two, three, four]).toEqual([
      '/k/id_ed25519_sk',
      '/k/id_ed25519_sk_rk',
      '/k/id_ed25519_sk_rk_2',
      '/k/id_ed25519_sk_rk_3',
    ]);
    expect(keyFileCandidates('/k/id_ed25519_sk', false, ed25519(), userId('')).next().value).toBe(
      '/k/id_ed25519_sk_rk',
    );
  });
});
