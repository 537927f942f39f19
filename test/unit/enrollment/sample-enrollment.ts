/** Enrollments with a credential that was made up here: nothing signs with it. */
import type { EnrollmentIn, EnrollmentPlan, MadeCredential } from '../../../main/enrollment/enrollment.ts';
import { newUserId } from '../../../main/enrollment/user-entity.ts';
import { SkFlag, type SkPublicKey } from '../../../main/openssh/sk-key.ts';

export const CREDENTIAL_ID = Uint8Array.from({ length: 48 }, (_, index) => index);
export const ED25519_KEY = new Uint8Array(32).fill(0xed);
/** The curve's base point (SEC 2, 2.4.2). */
export const P256_X = new Uint8Array(
  Buffer.from('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex'),
);
export const P256_Y = new Uint8Array(
  Buffer.from('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5', 'hex'),
);

const COSE = {
  // {1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: x} (RFC 9053)
  'ed25519-sk': Buffer.concat([Buffer.from('a4010103272006215820', 'hex'), ED25519_KEY]),
  // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
  'ecdsa-sk': Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), P256_X, Buffer.from('225820', 'hex'), P256_Y]),
};

/** WebAuthn 2, 6.1: rpIdHash, flags UP UV AT ED, counter, aaguid, id length, id, COSE key, extensions {"credProtect": 3}. */
function authData(algorithm: EnrollmentPlan['algorithm']): Uint8Array {
  return new Uint8Array(
    Buffer.concat([
      Buffer.alloc(32, 0x55),
      Buffer.of(0xc5, 0, 0, 0, 1),
      Buffer.alloc(16, 0x19),
      Buffer.of(0, CREDENTIAL_ID.length),
      CREDENTIAL_ID,
      COSE[algorithm],
      Buffer.from('a16b6372656450726f7465637403', 'hex'),
    ]),
  );
}

type MadeHere<S extends 'written' | 'published'> = EnrollmentIn<S> & {
  credential: MadeCredential;
  attestation: EnrollmentIn<'attested'>['attestation'];
};

export function written(algorithm: EnrollmentPlan['algorithm'] = 'ed25519-sk', createdAt = 1_000): MadeHere<'written'> {
  return {
    id: `${algorithm}-${createdAt}`,
    createdAt,
    state: 'written',
    plan: {
      algorithm,
      application: 'ssh:',
      userId: newUserId(createdAt, Uint8Array.of(1, 2, 3)),
      userName: '2026-11-23 alice@laptop',
      comment: 'NexusIdentitySSHKey',
      keyFile: '/home/alice/.ssh/id_ed25519_sk',
      overwrite: false,
      publish: true,
    },
    credential: {
      origin: 'made',
      challenge: new Uint8Array(32).fill(7),
      format: 'none',
      authData: authData(algorithm),
      statement: Uint8Array.of(0xa0),
      product: 'Yubico YubiKey',
      aaguid: '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b',
    },
    attestation: { kind: 'none' },
    files: { publicLine: 'the line\n', fingerprint: `SHA256:${createdAt}`, writtenAt: createdAt },
    profilesBefore: [],
  };
}

export function published(
  createdAt: number,
  publishedAt: number,
  account = 'alice@lab.example',
): MadeHere<'published'> {
  return {
    ...written('ed25519-sk', createdAt),
    state: 'published',
    publication: { account, publishedAt, found: false, previousLine: null },
  };
}

/** One that `recover` found on a security key: nothing is left of its making. */
export function found(flags: number = SkFlag.USER_PRESENCE_REQUIRED, createdAt = 1_000): EnrollmentIn<'written'> {
  const { attestation: _none, plan, ...rest } = written('ed25519-sk', createdAt);
  const publicKey: SkPublicKey = {
    algorithm: 'sk-ssh-ed25519@openssh.com',
    publicKey: ED25519_KEY,
    application: 'ssh:',
  };
  return {
    ...rest,
    plan: { ...plan, publish: false },
    credential: {
      origin: 'found',
      keyHandle: CREDENTIAL_ID,
      publicKey,
      flags,
      product: 'Yubico YubiKey',
      aaguid: '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b',
    },
  };
}
