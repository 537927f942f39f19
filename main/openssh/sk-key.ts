/**
 * Security keys as OpenSSH writes them (reference/openssh-sk.md, section 1): the two key types, the public blob, and
 * the private form that the key file and the agent's add messages share.
 *
 * Decisions:
 * - a value of these types is always usable: 32 bytes are 32 bytes, and an ECDSA point lies on P-256;
 * - the application is not held to `ssh:` here: OpenSSH reads other ones too, and who may use them is policy;
 * - bytes taken out of a blob are copies, so that the caller may wipe or reuse what was parsed.
 */
import { isPointOnP256 } from './p256-point.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

export const SK_ED25519 = 'sk-ssh-ed25519@openssh.com';
export const SK_ECDSA = 'sk-ecdsa-sha2-nistp256@openssh.com';

export type SkAlgorithm = typeof SK_ED25519 | typeof SK_ECDSA;

export interface SkEd25519PublicKey {
  readonly algorithm: typeof SK_ED25519;
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array;
  /** The CTAP `rp.id`, verbatim; `ssh:` unless somebody asked for another. */
  readonly application: string;
}

export interface SkEcdsaPublicKey {
  readonly algorithm: typeof SK_ECDSA;
  /** 65 bytes: 04 ‖ x ‖ y, a point on P-256. */
  readonly point: Uint8Array;
  readonly application: string;
}

export type SkPublicKey = SkEd25519PublicKey | SkEcdsaPublicKey;

/** The flags byte of the private form. It is the client's wish; a server believes only the flags in a signature. */
export const SkFlag = {
  /** Ask for a touch on each signature. */
  USER_PRESENCE_REQUIRED: 0x01,
  /** Ask for PIN or fingerprint on each signature. */
  USER_VERIFICATION_REQUIRED: 0x04,
  /** Enroll over an existing resident key; a request, never stored by real middleware. */
  FORCE_OPERATION: 0x10,
  /** The credential is discoverable on the authenticator. */
  RESIDENT: 0x20,
} as const;

/** What a key file holds. `keyHandle` is the credential id: no secret, but never to be logged. */
export interface SkPrivateKey {
  readonly publicKey: SkPublicKey;
  /** `SkFlag` bits, 0..255. */
  readonly flags: number;
  readonly keyHandle: Uint8Array;
  /** Empty in every file known; kept so that what was read can be written again. */
  readonly reserved: Uint8Array;
  readonly comment: string;
}

const ED25519_KEY_BYTES = 32;
const CURVE = 'nistp256';

/** Whether a key type's name is one of the two that Glasskey reads. */
export function isSkAlgorithm(name: string): name is SkAlgorithm {
  return name === SK_ED25519 || name === SK_ECDSA;
}

/**
 * Reads a public blob whole. Throws `SSH_MALFORMED` (or `fault`'s code) where it is damaged or of another key type;
 * `what` names it in the error.
 */
export function parseSkPublicBlob(blob: Uint8Array, what = 'the public key', fault?: WireFault): SkPublicKey {
  const reader = new SshReader(blob, what, fault);
  const key = readSkPublicFields(reader, readSkAlgorithm(reader));
  reader.end();
  return key;
}

/** The public blob: string type, then the type's fields. Its SHA-256 is the fingerprint. */
export function formatSkPublicBlob(key: SkPublicKey): Uint8Array {
  const writer = new SshWriter().text(key.algorithm);
  writeSkPublicFields(writer, key);
  return writer.toBytes();
}

/** Reads `string type`, which must be one of the two sk types. */
export function readSkAlgorithm(reader: SshReader): SkAlgorithm {
  const name = reader.text();
  if (!isSkAlgorithm(name)) throw reader.malformed('is not of a security key type');
  return name;
}

/** Reads the fields that follow the type in a public blob, a private form and a certificate alike. */
export function readSkPublicFields(reader: SshReader, algorithm: SkAlgorithm): SkPublicKey {
  return algorithm === SK_ED25519 ? readEd25519Fields(reader) : readEcdsaFields(reader);
}

/** Writes what `readSkPublicFields` reads. */
export function writeSkPublicFields(writer: SshWriter, key: SkPublicKey): void {
  if (key.algorithm === SK_ED25519) writer.string(key.publicKey);
  else writer.text(CURVE).string(key.point);
  writer.text(key.application);
}

/** The private form without its comment. */
export type SkPrivateFields = Omit<SkPrivateKey, 'comment'>;

/**
 * Reads the private form behind `string type`: the public fields, uint8 flags, string key handle, string reserved.
 * A comment follows in a key file and in an agent's add message; it is the caller's to read.
 */
export function readSkPrivateFields(reader: SshReader, algorithm: SkAlgorithm): SkPrivateFields {
  const publicKey = readSkPublicFields(reader, algorithm);
  const flags = reader.uint8();
  const keyHandle = reader.string().slice();
  const reserved = reader.string().slice();
  return { publicKey, flags, keyHandle, reserved };
}

/** Writes what `readSkPrivateFields` reads. */
export function writeSkPrivateFields(writer: SshWriter, key: SkPrivateFields): void {
  writeSkPublicFields(writer, key.publicKey);
  writer.uint8(key.flags).string(key.keyHandle).string(key.reserved);
}

/** Whether two keys are the same key: same type, same bytes, same application. */
export function isSameSkKey(a: SkPublicKey, b: SkPublicKey): boolean {
  return Buffer.compare(formatSkPublicBlob(a), formatSkPublicBlob(b)) === 0;
}

function readEd25519Fields(reader: SshReader): SkEd25519PublicKey {
  const publicKey = reader.string();
  if (publicKey.length !== ED25519_KEY_BYTES) throw reader.malformed('holds an Ed25519 key that is not 32 bytes long');
  return { algorithm: SK_ED25519, publicKey: publicKey.slice(), application: readApplication(reader) };
}

function readEcdsaFields(reader: SshReader): SkEcdsaPublicKey {
  if (reader.text() !== CURVE) throw reader.malformed('holds an ECDSA key that is not on nistp256');
  const point = reader.string();
  if (!isPointOnP256(point)) throw reader.malformed('holds an ECDSA key that is no point of nistp256');
  return { algorithm: SK_ECDSA, point: point.slice(), application: readApplication(reader) };
}

function readApplication(reader: SshReader): string {
  const application = reader.text();
  // OpenSSH reads it as a C string and refuses what a C string cannot hold.
  if (application.includes('\0')) throw reader.malformed('holds an application with a NUL in it');
  return application;
}
