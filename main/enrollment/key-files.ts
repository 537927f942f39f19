/** The two files of an enrollment, as OpenSSH would have written them (openssh-sk.md, sections 7 and 8). */
import { createHash } from 'node:crypto';
import { decodeCbor } from '../../native/ctap2/cbor.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import type { CredentialPublicKey } from '../../native/ctap2/cose-key.ts';
import type { AttestationObject } from '../../native/ctap2/make-credential.ts';
import { attestationObject } from '../../native/ctap2/make-credential.ts';
import { skFingerprint } from '../openssh/fingerprint.ts';
import { formatKeyFile } from '../openssh/key-file.ts';
import { formatPublicLine } from '../openssh/public-line.ts';
import { SK_ECDSA, SK_ED25519, SkFlag, type SkPrivateKey, type SkPublicKey } from '../openssh/sk-key.ts';
import type { EnrollmentIn, MadeCredential } from './enrollment.ts';

export interface KeyFilePair {
  /** The private half: a handle, useless without the authenticator. */
  readonly privateFile: Uint8Array;
  /** With its line feed, as it is published. */
  readonly publicLine: string;
  readonly fingerprint: string;
}

type WithCredential = EnrollmentIn<'made' | 'attested' | 'written' | 'published'>;

/** What the authenticator answered when it made the credential, read again from the journal. */
export function attestationOf({ format, authData, statement }: MadeCredential): AttestationObject {
  return attestationObject(format, authData, decodeCbor(statement));
}

/** The SSH form of a credential's public key under its application. */
export function skPublicKey(key: CredentialPublicKey, application: string): SkPublicKey {
  if (key.alg === CoseAlgorithm.EDDSA) return { algorithm: SK_ED25519, publicKey: key.publicKey, application };
  return { algorithm: SK_ECDSA, point: Uint8Array.of(4, ...key.x, ...key.y), application };
}

/**
 * The private form of an enrollment. One that was made here is resident and verify-required, as `az nexusidentity gen-keys` makes
 * them; one that was found is what it was found to be.
 */
export function skPrivateKey({ credential, plan }: Pick<WithCredential, 'credential' | 'plan'>): SkPrivateKey {
  const { application, comment } = plan;
  if (credential.origin === 'found') {
    const { publicKey, flags, keyHandle } = credential;
    return { publicKey, flags, keyHandle, reserved: new Uint8Array(), comment };
  }
  const { attested } = attestationOf(credential).authData;
  return {
    publicKey: skPublicKey(attested.publicKey, application),
    flags: SkFlag.USER_PRESENCE_REQUIRED | SkFlag.USER_VERIFICATION_REQUIRED | SkFlag.RESIDENT,
    keyHandle: attested.credentialId,
    reserved: new Uint8Array(),
    comment,
  };
}

/**
 * The files' contents, the same bytes each time: the check value, random in OpenSSH, is taken from the credential id. It
 * protects nothing in a file without a passphrase, and a run that was stopped between the two files knows its own again.
 */
export function keyFilePair(enrollment: Pick<WithCredential, 'credential' | 'plan'>): KeyFilePair {
  const key = skPrivateKey(enrollment);
  const check = createHash('sha256').update(key.keyHandle).digest();
  return {
    privateFile: formatKeyFile(key, (length) => new Uint8Array(check.subarray(0, length))),
    publicLine: `${formatPublicLine({ publicKey: key.publicKey, comment: key.comment })}\n`,
    fingerprint: skFingerprint(key.publicKey),
  };
}
