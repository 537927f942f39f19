/**
 * The attestation that comes with a new credential (WebAuthn 2, 6.5 and 8.2; ctap.md section 17). It proves that the answer
 * belongs to this run's challenge and, for a certified key, which model made it. Whether the certificate's issuer is to be
 * trusted is not decided here.
 */
import { type createPublicKey, verify, X509Certificate } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { CoseAlgorithm } from './constants.ts';
import { keyObject } from './cose-key.ts';
import type { AttestationObject } from './make-credential.ts';
import { MemberReader } from './member-reader.ts';

export type VerifiedAttestation =
  /** Signed by an attestation certificate; `issuer` has not been checked against any root. */
  | {
      readonly kind: 'certified';
      readonly certificate: Uint8Array;
      readonly subject: string;
      readonly issuer: string;
      readonly signature: Uint8Array;
    }
  /** Signed by the new credential itself: fresh, but any software could have made it. */
  | { readonly kind: 'self'; readonly signature: Uint8Array }
  /** The key gives no attestation: nothing was checked. */
  | { readonly kind: 'none' };

/** OID 1.3.6.1.4.1.45724.1.1.4, id-fido-gen-ce-aaguid, as DER with its head. */
const AAGUID_EXTENSION = Buffer.from('060b2b0601040182e51c010104', 'hex');

/**
 * Checks the signature over authData || clientDataHash. Throws `ATTESTATION_FORGED` when there is one and it does not hold,
 * `ATTESTATION_UNKNOWN` for a format other than packed and none.
 */
export function verifyAttestation(object: AttestationObject, clientDataHash: Uint8Array): VerifiedAttestation {
  if (object.format === 'none') return { kind: 'none' };
  if (object.format !== 'packed') {
    throw new GlasskeyError({
      code: 'ATTESTATION_UNKNOWN',
      message: `The key gave an attestation of a format that Glasskey cannot check (${object.format}).`,
      remedy: 'Use another key, or update Glasskey.',
    });
  }
  const statement = new MemberReader(object.statement, 'an attestation statement');
  const signature = statement.bytes('sig');
  const algorithm = statement.integer('alg');
  const signed = Buffer.concat([object.authDataBytes, clientDataHash]);
  const leaf = statement.optionalArray('x5c')?.[0];
  if (leaf === undefined) {
    const { publicKey } = object.authData.attested;
    // Self attestation must use the credential's own algorithm (WebAuthn 2, 8.2, step 4).
    if (algorithm !== publicKey.alg || !signatureHolds(algorithm, keyObject(publicKey), signed, signature))
      throw forged();
    return { kind: 'self', signature };
  }
  if (!(leaf instanceof Uint8Array)) throw forged();
  const { certificate, publicKey } = parseCertificate(leaf);
  if (!signatureHolds(algorithm, publicKey, signed, signature)) throw forged();
  if (certificate.ca || !aaguidMatches(leaf, object.authData.attested.aaguid)) throw forged();
  return {
    kind: 'certified',
    certificate: leaf,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    signature,
  };
}

/** The key is decoded only when it is asked for, and may be of a kind that OpenSSL does not know. */
function parseCertificate(der: Uint8Array) {
  try {
    const certificate = new X509Certificate(der);
    return { certificate, publicKey: certificate.publicKey };
  } catch (cause) {
    throw forged(cause);
  }
}

function signatureHolds(
  algorithm: number,
  publicKey: ReturnType<typeof createPublicKey>,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  const digest = algorithm === CoseAlgorithm.EDDSA ? null : algorithm === CoseAlgorithm.ES256 ? 'sha256' : undefined;
  if (digest === undefined) return false;
  const wanted = digest === null ? 'ed25519' : 'ec';
  if (publicKey.asymmetricKeyType !== wanted) return false;
  try {
    return verify(digest, signed, publicKey, signature);
  } catch {
    return false; // a signature that is not even DER
  }
}

/** Where the certificate names an AAGUID, it must be the one in authData: extnValue holds `04 10` and 16 bytes. */
function aaguidMatches(certificate: Uint8Array, aaguid: Uint8Array): boolean {
  const der = Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength);
  const at = der.indexOf(AAGUID_EXTENSION);
  if (at < 0) return true;
  // After the OID: extnValue, OCTET STRING of 18 bytes around OCTET STRING of 16. A BOOLEAN first would make it critical, which it must not be.
  const value = at + AAGUID_EXTENSION.length;
  return (
    der.subarray(value, value + 4).equals(Buffer.from('04120410', 'hex')) &&
    der.subarray(value + 4, value + 20).equals(aaguid)
  );
}

function oneLine(name: string): string {
  return name.split('\n').join(', ');
}

function forged(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'ATTESTATION_FORGED',
    message: 'The attestation of the new credential does not hold: its signature or certificate is not what it claims.',
    remedy: 'Do not use this key. Plug in another one and report this one to whoever gave it to you.',
    cause,
  });
}
