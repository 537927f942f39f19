import { createHash } from 'node:crypto';
import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';
import { attestationLeaf, type LabLeaf } from './attestation-certificates.ts';
import { type CborMap, cborMap } from './cbor.ts';
import type { Profile } from './profiles.ts';
import { SigningKey } from './signing-key.ts';

/**
 * How a new credential is attested. packed: ES256 with a certificate of the lab's root. self: packed without a
 * certificate, signed by the credential. none: nothing. forged: packed, with a signature that does not verify.
 */
export const attestationModes = ['packed', 'self', 'none', 'forged'] as const;
export type AttestationMode = (typeof attestationModes)[number];

export interface AttestationStatement {
  readonly fmt: 'packed' | 'none';
  readonly attStmt: CborMap;
}

export type AttestationSigner = (
  authData: Uint8Array,
  clientDataHash: Uint8Array,
  credential: SigningKey,
) => AttestationStatement;

export class Attestation {
  mode: AttestationMode;

  constructor(mode: AttestationMode) {
    this.mode = mode;
  }

  /** What signs for this profile, as the mode is now. */
  signer(profile: Profile): AttestationSigner {
    const mode = this.mode;
    if (mode === 'none') return () => ({ fmt: 'none', attStmt: cborMap([]) });
    if (mode === 'self') return selfSigned;
    const leaf = attestationLeaf(profile);
    return (authData, clientDataHash) => certified(leaf, authData, clientDataHash, mode === 'forged');
  }
}

function selfSigned(authData: Uint8Array, clientDataHash: Uint8Array, credential: SigningKey): AttestationStatement {
  const attStmt = cborMap([
    ['alg', credential.algorithm],
    ['sig', credential.sign(authData, clientDataHash)],
  ]);
  return { fmt: 'packed', attStmt };
}

function certified(
  leaf: LabLeaf,
  authData: Uint8Array,
  clientDataHash: Uint8Array,
  forged: boolean,
): AttestationStatement {
  const key = new SigningKey(CoseAlgorithm.ES256, leaf.privateKey);
  const signedHash = forged ? createHash('sha256').update(clientDataHash).digest() : clientDataHash;
  const attStmt = cborMap([
    ['alg', CoseAlgorithm.ES256],
    ['sig', key.sign(authData, signedHash)],
    ['x5c', [leaf.certificate]],
  ]);
  return { fmt: 'packed', attStmt };
}
