/** Attestations in OpenSSH's file form (openssh-sk.md, section 6), to and from what an authenticator answered. */
import { createHash } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { attestationAlgorithm } from '../../native/ctap2/attestation.ts';
import { cborMap } from '../../native/ctap2/cbor.ts';
import { readCertificate } from '../../native/ctap2/certificate.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { type AttestationObject, attestationObject } from '../../native/ctap2/make-credential.ts';
import { MemberReader } from '../../native/ctap2/member-reader.ts';
import type { AttestationBlob } from '../openssh/attestation-blob.ts';
import type { SkPublicKey } from '../openssh/sk-key.ts';

const NOTHING = new Uint8Array();

/** The form holds the leaf alone: what else a key sent of its chain is lost, and OpenSSH loses it too. */
export function toAttestationBlob({ format, authDataBytes, statement }: AttestationObject): AttestationBlob {
  if (format === 'none') return { certificate: NOTHING, signature: NOTHING, authData: authDataBytes };
  const members = new MemberReader(statement, 'an attestation statement');
  const [leaf] = members.optionalArray('x5c') ?? [];
  const certificate = leaf instanceof Uint8Array ? leaf : NOTHING;
  return { certificate, signature: members.bytes('sig'), authData: authDataBytes };
}

/**
 * Back again. The form says neither format nor algorithm: without a signature there was none, and the algorithm is that of the key
 * that must have signed. Throws `CERTIFICATE_MALFORMED`, `CTAP_MALFORMED`.
 */
export function fromAttestationBlob({ certificate, signature, authData }: AttestationBlob): AttestationObject {
  if (signature.length === 0) return attestationObject('none', authData, cborMap([]));
  const withoutAlgorithm = attestationObject('packed', authData, cborMap([]));
  const isCertified = certificate.length > 0;
  const algorithm = isCertified
    ? attestationAlgorithm(readCertificate(certificate))
    : withoutAlgorithm.authData.attested.publicKey.alg;
  const statement = cborMap([
    ['alg', algorithm ?? CoseAlgorithm.ES256],
    ['sig', signature],
    ['x5c', isCertified ? [certificate] : undefined],
  ]);
  return { ...withoutAlgorithm, statement };
}

/** Throws `ATTESTATION_OF_ANOTHER_KEY` unless the attestation is of this public key and its application. */
export function assertIsOfKey({ authData }: AttestationObject, key: SkPublicKey): void {
  const { publicKey } = authData.attested;
  const rpIdHash = createHash('sha256').update(key.application).digest();
  const theirs = 'point' in key ? key.point : key.publicKey;
  const ours =
    publicKey.alg === CoseAlgorithm.EDDSA ? publicKey.publicKey : Uint8Array.of(4, ...publicKey.x, ...publicKey.y);
  if (Buffer.compare(rpIdHash, authData.rpIdHash) === 0 && Buffer.compare(ours, theirs) === 0) return;
  throw new GlasskeyError({
    code: 'ATTESTATION_OF_ANOTHER_KEY',
    message: 'The attestation is of another key than the public key that was given with it.',
    remedy: 'Give the .pub file of the key that was made together with this attestation file.',
  });
}
