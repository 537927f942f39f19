/**
 * Checks what a host's key signed (RFC 8709 for ssh-ed25519, RFC 5656 for ecdsa-sha2-*, RFC 8332 for rsa-sha2-*;
 * OpenSSH's PROTOCOL.certkeys for certificates, PROTOCOL.u2f for sk-* keys). The agent needs it for session bindings only.
 * What ssh itself accepts must be accepted here, or the path of a login cannot be told.
 *
 * Decisions:
 * - a certificate counts as the key inside it, as in OpenSSH's sshkey_verify, but its authority must have signed it, as in cert_parse:
 *   whoever has made one up could name an authority that is known here. Whether that one is known, and for which hosts, is a question for
 *   known_hosts;
 * - RSA with SHA-1 (`ssh-rsa` signatures) is refused; sizes of RSA keys are held to OpenSSL's own limits;
 * - a host's sk-* key needs no touch and no PIN, as in sshkey_verify: nobody stands beside a server.
 */
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { isIssuedAsTaken, readHostCertificate } from './host-certificate.ts';
import { readSkPublicFields, SK_ECDSA, SK_ED25519, type SkAlgorithm, type SkPublicKey } from './sk-key.ts';
import { verifySkSignature } from './sk-signature.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

const ED25519 = 'ssh-ed25519';
const RSA = 'ssh-rsa';
const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com';
/** OPENSSL_RSA_MAX_MODULUS_BITS. */
const MAX_RSA_BITS = 16384;
/** OPENSSL_RSA_SMALL_MODULUS_BITS: beyond it, exponents have at most 64 bits (OPENSSL_RSA_MAX_PUBEXP_BITS). */
const SMALL_RSA_BITS = 3072;
const MAX_EXPONENT_BITS = 64;

interface Curve {
  readonly jwk: string;
  readonly digest: string;
  /** Length of one coordinate, and of r and s, in bytes. */
  readonly size: number;
}

// Maps, not objects: the names to look up come from strangers, and an object knows `constructor`.
const CURVES: ReadonlyMap<string, Curve> = new Map([
  ['nistp256', { jwk: 'P-256', digest: 'sha256', size: 32 }],
  ['nistp384', { jwk: 'P-384', digest: 'sha384', size: 48 }],
  ['nistp521', { jwk: 'P-521', digest: 'sha512', size: 66 }],
]);

/** Signature algorithm name -> digest (RFC 8332, section 3). */
const RSA_DIGESTS: ReadonlyMap<string, string> = new Map([
  ['rsa-sha2-256', 'sha256'],
  ['rsa-sha2-512', 'sha512'],
]);

type VerifyingKey = KeyObject | { readonly key: KeyObject; readonly dsaEncoding: 'ieee-p1363' };

type HostKey =
  | { readonly kind: 'ed25519'; readonly key: KeyObject }
  | { readonly kind: 'ecdsa'; readonly key: KeyObject; readonly algorithm: string; readonly curve: Curve }
  | { readonly kind: 'rsa'; readonly key: KeyObject; readonly modulusBytes: number }
  | { readonly kind: 'sk'; readonly key: SkPublicKey };

/** Type name -> key; a certificate's type is named without the suffix that its key's has. */
const SK_TYPES: ReadonlyMap<string, SkAlgorithm> = new Map([
  [SK_ED25519, SK_ED25519],
  [SK_ECDSA, SK_ECDSA],
  ['sk-ssh-ed25519', SK_ED25519],
  ['sk-ecdsa-sha2-nistp256', SK_ECDSA],
]);

const FAULT: WireFault = {
  code: 'HOST_KEY_MALFORMED',
  remedy: "Check the host's key with ssh-keyscan; the host or a program on the way to it sends a damaged one.",
};

/**
 * Throws unless `signature` (string algorithm || string signature) over `message` was made by the key in `hostKey`
 * (a public blob or a host certificate): `HOST_KEY_MALFORMED`, `HOST_KEY_UNSUPPORTED`, `HOST_KEY_SIGNATURE_WRONG`, and for
 * sk-* keys what `verifySkSignature` throws.
 */
export function assertHostSigned(hostKey: Uint8Array, message: Uint8Array, signature: Uint8Array): void {
  const key = parseHostKey(hostKey);
  assertIssued(hostKey);
  if (isSignedBy(key, signature, message)) return;
  throw new GlasskeyError({
    code: 'HOST_KEY_SIGNATURE_WRONG',
    message: 'The signature over the session was not made by the host key that came with it.',
    remedy: 'Do not go on: a program between here and the host may be pretending to be the host.',
  });
}

/** Nothing to be said of a plain key, nor of a certificate that is signed as ssh takes none: that one's authority vouches for nothing. */
function assertIssued(hostKey: Uint8Array): void {
  const certificate = readHostCertificate(hostKey);
  if (certificate === undefined || !isIssuedAsTaken(certificate)) return;
  const { signingKey, signature, body } = certificate;
  const isPlain = !new SshReader(signingKey, "the authority's key", FAULT).text().endsWith(CERTIFICATE_SUFFIX);
  if (isPlain && isSignedBy(parseHostKey(signingKey), signature, body)) return;
  throw new GlasskeyError({
    code: 'HOST_KEY_SIGNATURE_WRONG',
    message: "The host's certificate was not signed by the authority that it names.",
    remedy: 'Do not go on: a program between here and the host may be pretending to be the host.',
  });
}

/**
 * The public blob of the key inside a host certificate; of a plain host key, itself. Where ssh knows no authority of a
 * certificate it goes by the key inside, and that is what it notes in known_hosts, while bindings name the certificate.
 * Throws `HOST_KEY_MALFORMED` or `HOST_KEY_UNSUPPORTED`.
 */
export function plainHostKey(hostKey: Uint8Array): Uint8Array {
  const reader = new SshReader(hostKey, "the host's key", FAULT);
  const type = reader.text();
  if (!type.endsWith(CERTIFICATE_SUFFIX)) return hostKey;
  reader.string(); // the nonce
  const plainType = type.slice(0, -CERTIFICATE_SUFFIX.length);
  const from = hostKey.length - reader.remaining;
  readHostKeyFields(plainType, reader);
  const fields = hostKey.subarray(from, hostKey.length - reader.remaining);
  return new SshWriter()
    .text(SK_TYPES.get(plainType) ?? plainType)
    .bytes(fields)
    .toBytes();
}

function isSignedBy(key: HostKey, blob: Uint8Array, message: Uint8Array): boolean {
  if (key.kind === 'sk') {
    return verifySkSignature(key.key, message, blob, { requireTouch: false, requireUserVerification: false }).valid;
  }
  const reader = new SshReader(blob, "the host's signature", FAULT);
  const algorithm = reader.text();
  const signature = reader.string();
  reader.end();
  switch (key.kind) {
    case 'ed25519':
      return algorithm === ED25519 && verifies(null, message, key.key, signature);
    case 'ecdsa': {
      if (algorithm !== key.algorithm) return false;
      const scalars = readScalars(signature, key.curve.size);
      const ieeeKey = { key: key.key, dsaEncoding: 'ieee-p1363' } as const;
      return scalars !== undefined && verifies(key.curve.digest, message, ieeeKey, scalars);
    }
    case 'rsa': {
      const digest = RSA_DIGESTS.get(algorithm);
      // Some signers drop leading zeros (OpenSSH pads them back as well); OpenSSL wants the full length.
      if (digest === undefined || signature.length > key.modulusBytes) return false;
      return verifies(digest, message, key.key, leftPad(signature, key.modulusBytes));
    }
    default:
      return key satisfies never;
  }
}

/** node:crypto's `verify`; numbers that OpenSSL refuses to compute with (an even RSA modulus) verify nothing. */
function verifies(digest: string | null, message: Uint8Array, key: VerifyingKey, signature: Uint8Array): boolean {
  try {
    return verify(digest, message, key, signature);
  } catch {
    return false;
  }
}

function parseHostKey(blob: Uint8Array): HostKey {
  const reader = new SshReader(blob, "the host's key", FAULT);
  const type = reader.text();
  const isCertificate = type.endsWith(CERTIFICATE_SUFFIX);
  const plainType = isCertificate ? type.slice(0, -CERTIFICATE_SUFFIX.length) : type;
  if (isCertificate) reader.string(); // the nonce comes before the key's own fields
  const key = readHostKeyFields(plainType, reader);
  // Behind the key's fields a certificate holds serial, principals, the CA's signature: not the agent's to judge.
  if (!isCertificate) reader.end();
  return key;
}

function readHostKeyFields(type: string, reader: SshReader): HostKey {
  if (type === ED25519) {
    const x = reader.string();
    return { kind: 'ed25519', key: publicKey({ kty: 'OKP', crv: 'Ed25519', x: base64Url(x) }, reader) };
  }
  if (type === RSA) return readRsa(reader);
  const skAlgorithm = SK_TYPES.get(type);
  if (skAlgorithm !== undefined) return { kind: 'sk', key: readSkPublicFields(reader, skAlgorithm) };
  const curve = type.startsWith('ecdsa-sha2-') ? CURVES.get(type.slice('ecdsa-sha2-'.length)) : undefined;
  if (curve !== undefined) return readEcdsa(type, curve, reader);
  throw new GlasskeyError({
    code: 'HOST_KEY_UNSUPPORTED',
    message: `The host has a key of the type ${JSON.stringify(type)}, which Glasskey cannot check.`,
    remedy: 'Go on if you know the host; an ssh-ed25519, ecdsa-sha2, sk or rsa host key can be checked.',
    detail: { type },
  });
}

function readEcdsa(algorithm: string, curve: Curve, reader: SshReader): HostKey {
  const curveName = reader.text();
  if (`ecdsa-sha2-${curveName}` !== algorithm) throw reader.malformed('names another curve than its type');
  const point = reader.string();
  if (point.length !== 1 + 2 * curve.size || point[0] !== 0x04) {
    throw reader.malformed(`holds no uncompressed point of ${curveName}`);
  }
  const x = base64Url(point.subarray(1, 1 + curve.size));
  const y = base64Url(point.subarray(1 + curve.size));
  return { kind: 'ecdsa', key: publicKey({ kty: 'EC', crv: curve.jwk, x, y }, reader), algorithm, curve };
}

function readRsa(reader: SshReader): HostKey {
  const exponent = reader.mpint();
  const modulus = reader.mpint();
  const bits = bitLength(modulus);
  if (bits > MAX_RSA_BITS) throw reader.malformed(`holds an RSA key of over ${MAX_RSA_BITS} bits`);
  // A huge exponent of a huge key makes one verification take seconds. OpenSSL draws the same line, and ssh goes by it.
  if (bits > SMALL_RSA_BITS && bitLength(exponent) > MAX_EXPONENT_BITS) {
    throw reader.malformed(`holds an RSA exponent of over ${MAX_EXPONENT_BITS} bits beside a key of ${bits} bits`);
  }
  const jwk = { kty: 'RSA', e: base64Url(exponent), n: base64Url(modulus) };
  return { kind: 'rsa', key: publicKey(jwk, reader), modulusBytes: modulus.length };
}

/** Of a number without leading zero bytes, as `mpint` reads it. */
function bitLength(number: Uint8Array): number {
  const [first] = number;
  return first === undefined ? 0 : 8 * number.length - (Math.clz32(first) - 24);
}

function publicKey(jwk: JsonWebKey, reader: SshReader): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw reader.malformed('holds numbers that are no key of its type', cause);
  }
}

/** RFC 5656, section 3.1.2: mpint r || mpint s, here as two numbers of `size` bytes; `undefined` if it is not that. */
function readScalars(signature: Uint8Array, size: number): Uint8Array | undefined {
  const reader = new SshReader(signature, "the host's ECDSA signature", FAULT);
  const r = reader.mpint();
  const s = reader.mpint();
  reader.end();
  if (r.length > size || s.length > size) return undefined;
  return new SshWriter().bytes(leftPad(r, size)).bytes(leftPad(s, size)).toBytes();
}

function leftPad(bytes: Uint8Array, size: number): Uint8Array {
  const padded = new Uint8Array(size);
  padded.set(bytes, size - bytes.length);
  return padded;
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
