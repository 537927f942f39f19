/** The SSH keys among an authenticator's resident credentials, as `ssh-keygen -K` takes them (openssh-sk.md, section 5). */
import { createHash } from 'node:crypto';
import type { Authenticator, Operation } from '../../native/ctap2/authenticator.ts';
import type { RelyingParty, StoredCredential } from '../../native/ctap2/credential-management.ts';
import { credentialsOf, relyingParties } from '../../native/ctap2/credential-management.ts';
import { CredProtect } from '../../native/ctap2/make-credential.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { SkFlag, type SkPublicKey } from '../openssh/sk-key.ts';
import { skPublicKey } from './key-files.ts';

export interface ResidentKey {
  readonly keyHandle: Uint8Array;
  readonly publicKey: SkPublicKey;
  /** `SkFlag` bits. */
  readonly flags: number;
  readonly userId: Uint8Array;
  readonly userName: string | undefined;
}

/** One that cannot be taken. */
export interface UnusableCredential {
  /** As the key tells it, perhaps cut. */
  readonly application: string;
  readonly userName: string | undefined;
  /**
   * `algorithm`: neither Ed25519 nor ECDSA on P-256, which are what OpenSSH knows. `application-cut`: the key has kept only part of
   * the application's name, and signatures are made for the whole of it.
   */
  readonly why: 'algorithm' | 'application-cut';
}

export interface ResidentKeys {
  readonly keys: readonly ResidentKey[];
  readonly unusable: readonly UnusableCredential[];
}

/**
 * Lists them under one token, in the key's order. Relying parties that are not SSH's are only named by the key; their credentials are not
 * asked for. `applications`: whole names that may be behind a name that was cut. Throws what credential-management.ts names.
 */
export async function residentKeys(
  authenticator: Authenticator,
  token: PinUvAuthToken,
  applications: readonly string[],
  operation: Operation,
): Promise<ResidentKeys> {
  const keys: ResidentKey[] = [];
  const unusable: UnusableCredential[] = [];
  for (const rp of await relyingParties(authenticator, token, operation)) {
    if (!isSshApplication(rp.id)) continue;
    const application = wholeApplication(rp, applications);
    for (const credential of await credentialsOf(authenticator, token, rp, operation)) {
      const { userName, publicKey } = credential;
      if (publicKey === undefined) unusable.push({ application: rp.id, userName, why: 'algorithm' });
      else if (application === undefined) unusable.push({ application: rp.id, userName, why: 'application-cut' });
      else keys.push(residentKey(credential, skPublicKey(publicKey, application)));
    }
  }
  return { keys, unusable };
}

/** OpenSSH compares without regard to case. */
export function isSshApplication(application: string): boolean {
  return /^ssh:/i.test(application);
}

/** Undefined: cut, and none of the names that are known is the whole (6.8.7). */
function wholeApplication(rp: RelyingParty, known: readonly string[]): string | undefined {
  if (!rp.idIsCut) return rp.id;
  return known.find((application) => createHash('sha256').update(application, 'utf8').digest().equals(rp.idHash));
}

function residentKey(credential: StoredCredential, publicKey: SkPublicKey): ResidentKey {
  const { credentialId, userId, userName, credProtect } = credential;
  // OpenSSH leaves this flag out on keys with a fingerprint reader, and its first signature fails over to asking.
  const verification = credProtect === CredProtect.REQUIRED ? SkFlag.USER_VERIFICATION_REQUIRED : 0;
  const flags = SkFlag.USER_PRESENCE_REQUIRED | SkFlag.RESIDENT | verification;
  return { keyHandle: credentialId, publicKey, flags, userId, userName };
}
