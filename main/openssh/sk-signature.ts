/**
 * SSH signatures of security keys (reference/openssh-sk.md, section 2; OpenSSH PROTOCOL.u2f): made from what an
 * authenticator returns, read, written, verified.
 *
 * Decisions:
 * - flags and counter are copied from the authenticator data, never made up;
 * - verification answers with a reason instead of throwing: a signature without touch is an answer, not an accident;
 * - the browser-made form (webauthn-sk-ecdsa…) is read and verified as sshd does; Glasskey never makes one.
 */
import { createHash } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { ecdsaSignatureFromDer, P256_SCALAR_BYTES, toP256Scalar } from './ecdsa-der.ts';
import { isSkAlgorithm, SK_ECDSA, SK_ED25519, type SkAlgorithm, type SkPublicKey } from './sk-key.ts';
import { isSignedBy } from './sk-signature-crypto.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

/** The signature algorithm of signatures made in a browser; the key's type stays sk-ecdsa. */
export const WEBAUTHN_SK_ECDSA = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com';

/** Bits of the signature's flags byte: the authenticator data's (WebAuthn, section 6.1). */
export const SkSignatureFlag = { USER_PRESENT: 0x01, USER_VERIFIED: 0x04 } as const;

interface Counted {
  readonly flags: number;
  readonly counter: number;
}

export interface SkEd25519Signature extends Counted {
  readonly algorithm: typeof SK_ED25519;
  /** 64 bytes (RFC 8032). */
  readonly signature: Uint8Array;
}

export interface SkEcdsaSignature extends Counted {
  readonly algorithm: typeof SK_ECDSA;
  /** 32 bytes each, big-endian. */
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

export interface WebauthnSkEcdsaSignature extends Counted {
  readonly algorithm: typeof WEBAUTHN_SK_ECDSA;
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  readonly origin: string;
  /** The browser's client data JSON, as it was signed. */
  readonly clientData: Uint8Array;
  /** The authenticator's extension data, CBOR; usually empty. */
  readonly extensions: Uint8Array;
}

export type SkSignature = SkEd25519Signature | SkEcdsaSignature | WebauthnSkEcdsaSignature;

/** What an authenticator returns for getAssertion (CTAP 2.1, section 6.2). */
export interface AssertionOutput {
  /** rpIdHash ‖ flags ‖ counter: 37 bytes. */
  readonly authData: Uint8Array;
  /** 64 bytes for Ed25519, DER for ES256. */
  readonly signature: Uint8Array;
}

/** What a verifier asks for beyond a true signature. */
export interface SkSignaturePolicy {
  readonly requireTouch: boolean;
  readonly requireUserVerification: boolean;
}

export type SkVerification =
  | { readonly valid: true; readonly touched: boolean; readonly userVerified: boolean; readonly counter: number }
  | { readonly valid: false; readonly reason: SkRefusal };

/**
 * - `algorithm`: the signature is of another type than the key;
 * - `signature`: it is not this key's signature of this message;
 * - `touch`, `user-verification`: it is, but without what the policy asks for.
 */
export type SkRefusal = 'algorithm' | 'signature' | 'touch' | 'user-verification';

const AUTH_DATA_BYTES = 37;
const RP_ID_HASH_BYTES = 32;
const ED25519_SIGNATURE_BYTES = 64;
/** Authenticator data flags that announce data behind the 37 bytes (WebAuthn, section 6.1). */
const ATTESTED_CREDENTIAL_DATA = 0x40;
const EXTENSION_DATA = 0x80;
const FAULT: WireFault = {
  code: 'SIGNATURE_MALFORMED',
  remedy: 'Sign again; if it happens again, report it with the output of --verbose.',
};

/**
 * Turns an assertion into the SSH signature. Throws `SIGNATURE_MALFORMED` where the authenticator data is not 37 bytes
 * without ED and AT, is for another application than the key's, or the signature has the wrong form.
 */
export function skSignatureFromAssertion(publicKey: SkPublicKey, assertion: AssertionOutput): SkSignature {
  const { authData, signature } = assertion;
  if (authData.length !== AUTH_DATA_BYTES) throw faulty('authenticator data that is not 37 bytes long');
  const reader = signatureReader(authData);
  const rpIdHash = reader.bytes(RP_ID_HASH_BYTES);
  const flags = reader.uint8();
  const counter = reader.uint32();
  if ((flags & (ATTESTED_CREDENTIAL_DATA | EXTENSION_DATA)) !== 0) throw faulty('flags that announce more data');
  if (Buffer.compare(rpIdHash, sha256(publicKey.application)) !== 0) throw faulty('data of another application');
  if (publicKey.algorithm === SK_ECDSA) {
    return { algorithm: SK_ECDSA, ...ecdsaSignatureFromDer(signature), flags, counter };
  }
  if (signature.length !== ED25519_SIGNATURE_BYTES) throw faulty('an Ed25519 signature that is not 64 bytes long');
  return { algorithm: SK_ED25519, signature: signature.slice(), flags, counter };
}

/** The signature blob: string algorithm ‖ string signature ‖ uint8 flags ‖ uint32 counter (‖ webauthn's three). */
export function formatSkSignature(signature: SkSignature): Uint8Array {
  const writer = new SshWriter().text(signature.algorithm);
  if (signature.algorithm === SK_ED25519) writer.string(signature.signature);
  else writer.string(new SshWriter().mpint(signature.r).mpint(signature.s).toBytes());
  writer.uint8(signature.flags).uint32(signature.counter);
  if (signature.algorithm === WEBAUTHN_SK_ECDSA) {
    writer.text(signature.origin).string(signature.clientData).string(signature.extensions);
  }
  return writer.toBytes();
}

/** Reads a signature blob. Throws `SIGNATURE_MALFORMED`, `SIGNATURE_UNSUPPORTED` for another algorithm. */
export function parseSkSignature(blob: Uint8Array): SkSignature {
  const reader = signatureReader(blob);
  const algorithm = reader.text();
  if (algorithm !== WEBAUTHN_SK_ECDSA && !isSkAlgorithm(algorithm)) throw unsupportedAlgorithm();
  const signature = readSkSignature(reader, algorithm);
  reader.end();
  return signature;
}

/**
 * Verifies a signature blob over `message` (the SSH data that was to be signed, not its hash). Throws as
 * `parseSkSignature` does where the blob is not a signature at all.
 */
export function verifySkSignature(
  publicKey: SkPublicKey,
  message: Uint8Array,
  signatureBlob: Uint8Array,
  policy: SkSignaturePolicy,
): SkVerification {
  const signature = parseSkSignature(signatureBlob);
  const keyType = signature.algorithm === WEBAUTHN_SK_ECDSA ? SK_ECDSA : signature.algorithm;
  if (keyType !== publicKey.algorithm) return { valid: false, reason: 'algorithm' };
  if (signature.algorithm === WEBAUTHN_SK_ECDSA && !isClientDataOf(signature, message)) {
    return { valid: false, reason: 'signature' };
  }
  if (!isSignedBy(publicKey, signedBytes(publicKey, message, signature), rawSignature(signature))) {
    return { valid: false, reason: 'signature' };
  }
  const touched = (signature.flags & SkSignatureFlag.USER_PRESENT) !== 0;
  const userVerified = (signature.flags & SkSignatureFlag.USER_VERIFIED) !== 0;
  if (policy.requireTouch && !touched) return { valid: false, reason: 'touch' };
  if (policy.requireUserVerification && !userVerified) return { valid: false, reason: 'user-verification' };
  return { valid: true, touched, userVerified, counter: signature.counter };
}

function readSkSignature(reader: SshReader, algorithm: SkAlgorithm | typeof WEBAUTHN_SK_ECDSA): SkSignature {
  const raw = reader.string();
  const counted = { flags: reader.uint8(), counter: reader.uint32() };
  if (algorithm === SK_ED25519) {
    if (raw.length !== ED25519_SIGNATURE_BYTES) throw reader.malformed('holds an Ed25519 signature of a wrong length');
    return { algorithm, signature: raw.slice(), ...counted };
  }
  const numbers = signatureReader(raw);
  const r = toP256Scalar(numbers.mpint());
  const s = toP256Scalar(numbers.mpint());
  numbers.end();
  if (r === null || s === null) throw reader.malformed('holds a number that no P-256 signature has');
  if (algorithm === SK_ECDSA) return { algorithm, r, s, ...counted };
  const origin = reader.text();
  return {
    algorithm,
    r,
    s,
    ...counted,
    origin,
    clientData: reader.string().slice(),
    extensions: reader.string().slice(),
  };
}

/** rpIdHash ‖ flags ‖ counter (‖ extensions) ‖ SHA-256 of message or client data: what the authenticator signed. */
function signedBytes(publicKey: SkPublicKey, message: Uint8Array, signature: SkSignature): Uint8Array {
  const writer = new SshWriter().bytes(sha256(publicKey.application)).uint8(signature.flags).uint32(signature.counter);
  if (signature.algorithm !== WEBAUTHN_SK_ECDSA) return writer.bytes(sha256(message)).toBytes();
  return writer.bytes(signature.extensions).bytes(sha256(signature.clientData)).toBytes();
}

function rawSignature(signature: SkSignature): Uint8Array {
  if (signature.algorithm === SK_ED25519) return signature.signature;
  const raw = new Uint8Array(2 * P256_SCALAR_BYTES);
  raw.set(signature.r);
  raw.set(signature.s, P256_SCALAR_BYTES);
  return raw;
}

/**
 * As ssh-ecdsa-sk.c, webauthn_check_prepare_hash(): the client data must begin with exactly this, the origin may hold
 * no quote, AT must be clear, and ED set just where extensions are given.
 */
function isClientDataOf(signature: WebauthnSkEcdsaSignature, message: Uint8Array): boolean {
  const { flags, origin, extensions, clientData } = signature;
  if (origin.includes('"') || (flags & ATTESTED_CREDENTIAL_DATA) !== 0) return false;
  if (((flags & EXTENSION_DATA) !== 0) !== extensions.length > 0) return false;
  const challenge = Buffer.from(message).toString('base64url');
  const beginning = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"`;
  const expected = new TextEncoder().encode(beginning);
  return Buffer.compare(clientData.subarray(0, expected.length), expected) === 0;
}

function sha256(data: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(data).digest());
}

function signatureReader(bytes: Uint8Array): SshReader {
  return new SshReader(bytes, 'the signature', FAULT);
}

function faulty(what: string): GlasskeyError {
  return new GlasskeyError({
    ...FAULT,
    message: `The authenticator's answer cannot become an SSH signature: it has ${what}.`,
  });
}

function unsupportedAlgorithm(): GlasskeyError {
  return new GlasskeyError({
    code: 'SIGNATURE_UNSUPPORTED',
    message: 'The signature was not made by a security key.',
    remedy: 'Verify it with ssh-keygen -Y verify; Glasskey reads signatures of security keys only.',
  });
}
