/**
 * The attestation that comes with a new credential (WebAuthn 2, 6.5 and 8.2; ctap.md section 17). It proves that the answer
 * belongs to this run's challenge and, for a certified key, whose make and which model it is: as far as the roots go that the caller
 * trusts.
 */
import { type KeyObject, verify } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type AttestationTrust, chainToAnchor, hasOnlyKnownCritical, type TrustAnchor } from './attestation-chain.ts';
import type { CborValue } from './cbor.ts';
import { type Certificate, Oid, readCertificate } from './certificate.ts';
import { CoseAlgorithm } from './constants.ts';
import { keyObject } from './cose-key.ts';
import type { AttestationObject } from './make-credential.ts';
import { MemberReader } from './member-reader.ts';

/** Why a certificate whose signature holds proves no maker. */
export type IssuerDoubt =
  /** Its chain ends at nobody who is known. */
  | 'no-known-root'
  | 'expired'
  | 'not-yet-valid'
  /** It is not of the form that WebAuthn wants of attestation certificates (8.2.1). */
  | 'certificate-form';

export type VerifiedAttestation =
  /** Signed by an attestation certificate whose chain ends at a root that is known. */
  | (Certified & { readonly kind: 'genuine'; readonly root: KnownRoot; readonly maker: MakerFacts })
  /** Signed by an attestation certificate of nobody knows whom: any software could have made it. */
  | (Certified & { readonly kind: 'unknown-issuer'; readonly because: IssuerDoubt })
  /** Signed by the new credential itself: fresh, but any software could have made it. */
  | { readonly kind: 'self'; readonly signature: Uint8Array }
  /** The key gives no attestation: nothing was checked. */
  | { readonly kind: 'none' };

interface Certified {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  readonly signature: Uint8Array;
}

export interface KnownRoot {
  readonly name: string;
  /** `Yubico`, or the file that an administrator named. */
  readonly source: string;
  /** Names from the certificate's issuer up to the root. */
  readonly chain: readonly string[];
}

/** What the maker wrote into the certificate; only worth anything because the chain holds. */
export interface MakerFacts {
  /** Yubico's firmware extension: major, minor, patch. */
  readonly firmware: readonly [number, number, number] | undefined;
  /** Yubico's mark of a FIPS series. */
  readonly fips: boolean;
  /** It names the AAGUID, which is that of authData then; else no more than the key itself says which model it is. */
  readonly namesAaguid: boolean;
}

/** FIDO's (id-fido-gen-ce-aaguid) and Yubico's extensions; ctap.md section 17. */
const Extension = {
  AAGUID: '1.3.6.1.4.1.45724.1.1.4',
  YUBICO_FIRMWARE: '1.3.6.1.4.1.41482.13.1',
  YUBICO_FIPS: '1.3.6.1.4.1.41482.12',
} as const;

const UNIT = 'Authenticator Attestation';

/**
 * Checks the signature over authData || clientDataHash, the certificate, and its chain as of `at` (milliseconds since 1970). Throws
 * `ATTESTATION_FORGED` when there is a signature and it does not hold, when the certificate is of another model or a CA's, or names
 * an issuer that did not sign it; `ATTESTATION_UNKNOWN` for a format other than packed and none.
 */
export function verifyAttestation(
  object: AttestationObject,
  clientDataHash: Uint8Array,
  trust: AttestationTrust,
  at: number,
): VerifiedAttestation {
  if (object.format === 'none') return { kind: 'none' };
  if (object.format !== 'packed') {
    throw new GlasskeyError({
      code: 'ATTESTATION_UNKNOWN',
      message: `The key gave an attestation of a format that Glasskey cannot check${formatInWords(object.format)}.`,
      remedy: 'Use another key, or update Glasskey.',
    });
  }
  const statement = new MemberReader(object.statement, 'an attestation statement');
  const signature = statement.bytes('sig');
  const algorithm = statement.integer('alg');
  const signed = Buffer.concat([object.authDataBytes, clientDataHash]);
  const [leaf, ...sent] = statement.optionalArray('x5c') ?? [];
  if (leaf === undefined) {
    const { publicKey } = object.authData.attested;
    // Self attestation must use the credential's own algorithm (WebAuthn 2, 8.2, step 4).
    if (algorithm !== publicKey.alg || !signatureHolds(algorithm, keyObject(publicKey), signed, signature))
      throw forged('signature');
    return { kind: 'self', signature };
  }
  const certificate = certificateOf(leaf);
  if (!signatureHolds(algorithm, certificate.publicKey, signed, signature)) throw forged('signature');
  if (certificate.isCa) throw forged('certificate of an authority');
  if (!aaguidMatches(certificate, object.authData.attested.aaguid)) throw forged('AAGUID');
  return judged(certificate, sent, signature, trust, at);
}

/** Registered ones are short words (WebAuthn 2, 8.1): anything else is not shown. */
function formatInWords(format: string): string {
  return /^[a-z0-9-]{1,32}$/.test(format) ? ` (${format})` : '';
}

/** The algorithm that a certificate's key signs attestations by; undefined for a key of another kind. */
export function attestationAlgorithm({ publicKey }: Pick<Certificate, 'publicKey'>): number | undefined {
  if (publicKey.asymmetricKeyType === 'ed25519') return CoseAlgorithm.EDDSA;
  return publicKey.asymmetricKeyType === 'ec' ? CoseAlgorithm.ES256 : undefined;
}

function judged(
  certificate: Certificate,
  sent: readonly CborValue[],
  signature: Uint8Array,
  trust: AttestationTrust,
  at: number,
): VerifiedAttestation {
  const { subject, issuer, der } = certificate;
  const certified = { certificate: der, subject: subject.text, issuer: issuer.text, signature };
  const chain = chainToAnchor(certificate, sent.map(certificateOf), trust, at);
  if (chain.kind === 'false-claim') throw forged('issuer');
  if (chain.kind === 'unanchored') return { kind: 'unknown-issuer', ...certified, because: chain.because };
  const { anchor, issuers } = chain;
  if (!hasAttestationForm(certificate) || !namesModel(certificate, anchor)) {
    return { kind: 'unknown-issuer', ...certified, because: 'certificate-form' };
  }
  return {
    kind: 'genuine',
    ...certified,
    root: {
      name: anchor.name.text,
      source: anchor.source,
      chain: [...issuers.map((one) => one.subject.text), anchor.name.text],
    },
    maker: makerFacts(certificate),
  };
}

function certificateOf(value: CborValue): Certificate {
  if (!(value instanceof Uint8Array)) throw forged('certificate');
  try {
    return readCertificate(value);
  } catch (cause) {
    throw forged('certificate', cause);
  }
}

function signatureHolds(algorithm: number, publicKey: KeyObject, signed: Uint8Array, signature: Uint8Array): boolean {
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

/** WebAuthn 2, 8.2.1: version 3, subject of country, organization, unit and common name; and no critical extension that says more. */
function hasAttestationForm(certificate: Certificate): boolean {
  const { version, subject } = certificate;
  const [country, organization, unit, name] = [
    Oid.COUNTRY,
    Oid.ORGANIZATION,
    Oid.ORGANIZATIONAL_UNIT,
    Oid.COMMON_NAME,
  ].map((type) => subject.attributes.filter(([one]) => one === type).map(([, text]) => text));
  const isOne = (texts: readonly string[] | undefined) => texts?.length === 1 && texts[0] !== '';
  if (version !== 3 || !isOne(country) || !isOne(organization) || !isOne(name)) return false;
  return country?.[0]?.length === 2 && unit?.length === 1 && unit[0] === UNIT && hasOnlyKnownCritical(certificate);
}

/**
 * Under a root that serves several models the certificate must say which one it is of (8.2.1), or the AAGUID is proven by nobody. The
 * built-in roots do; one of a policy may be of a single model.
 */
function namesModel({ extensions }: Certificate, { ownsName: isBuiltIn }: TrustAnchor): boolean {
  return !isBuiltIn || extensions.has(Extension.AAGUID);
}

/** Where the certificate names an AAGUID, it must be the one in authData, and the extension not critical (8.2.1). */
function aaguidMatches({ extensions }: Certificate, aaguid: Uint8Array): boolean {
  const extension = extensions.get(Extension.AAGUID);
  if (extension === undefined) return true;
  return !extension.critical && Buffer.compare(extension.value, Buffer.concat([Buffer.of(0x04, 0x10), aaguid])) === 0;
}

/** Firmware: an OCTET STRING of three bytes, 04 03 MM mm pp. */
function makerFacts({ extensions }: Certificate): MakerFacts {
  const [tag, length, major, minor, patch, ...more] = extensions.get(Extension.YUBICO_FIRMWARE)?.value ?? [];
  const isVersion = tag === 0x04 && length === 0x03 && more.length === 0;
  const firmware =
    isVersion && major !== undefined && minor !== undefined && patch !== undefined
      ? ([major, minor, patch] as const)
      : undefined;
  return { firmware, fips: extensions.has(Extension.YUBICO_FIPS), namesAaguid: extensions.has(Extension.AAGUID) };
}

/** `what` is what does not hold, in a word. */
function forged(what: string, cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'ATTESTATION_FORGED',
    message: 'The attestation of the new credential does not hold: its signature or certificate is not what it claims.',
    remedy: 'Do not use this key. Plug in another one and report this one to whoever gave it to you.',
    detail: { fault: what },
    cause,
  });
}
