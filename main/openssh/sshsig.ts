/**
 * SSHSIG: signatures of files and git objects (OpenSSH PROTOCOL.sshsig; reference/openssh-sk.md, section 8).
 *
 * Decisions:
 * - the signer's part is split: `sshsigMessage` is what the authenticator gets (hashed once more as clientDataHash),
 *   `formatSshsig` wraps the signature blob that comes back;
 * - only security keys' signatures are read; others are SSHSIG_UNSUPPORTED, not damaged;
 * - verification answers with a reason, and never takes namespace or key on the signature's own word: both are the
 *   caller's to give and to compare.
 */
import { createHash } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatArmor, parseArmor } from './armor.ts';
import { formatSkPublicBlob, isSameSkKey, isSkAlgorithm, parseSkPublicBlob, type SkPublicKey } from './sk-key.ts';
import { type SkRefusal, type SkSignaturePolicy, type SkVerification, verifySkSignature } from './sk-signature.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

export type SshsigHash = 'sha512' | 'sha256';

export interface Sshsig {
  readonly publicKey: SkPublicKey;
  /** What kind of thing was signed: `file`, `git`, … Never empty. */
  readonly namespace: string;
  readonly hash: SshsigHash;
  /** The SSH signature blob (sk-signature.ts). */
  readonly signature: Uint8Array;
}

/** What a verifier expects. */
export interface SshsigExpectation extends SkSignaturePolicy {
  readonly publicKey: SkPublicKey;
  readonly namespace: string;
}

/** `key` and `namespace`: it was made by another key, or for another purpose, than expected. */
export type SshsigVerification =
  | Extract<SkVerification, { valid: true }>
  | { readonly valid: false; readonly reason: SkRefusal | 'key' | 'namespace' };

const LABEL = 'SSH SIGNATURE';
const MAGIC = new TextEncoder().encode('SSHSIG');
const VERSION = 1;
const NOTHING = new Uint8Array(0);
/** Longest text read; an sk signature is about 600 characters, a browser's about 1000. */
const MAX_TEXT = 64 * 1024;
const FAULT: WireFault = {
  code: 'SSHSIG_MALFORMED',
  remedy: 'Get the signature again from whoever made it, or sign again: ssh-keygen -Y sign.',
};

/** The bytes before every SSHSIG message: how an agent tells one from a login. */
export function isSshsigMessage(data: Uint8Array): boolean {
  return Buffer.compare(data.subarray(0, MAGIC.length), MAGIC) === 0;
}

/** What the key signs: `SSHSIG` ‖ string namespace ‖ string reserved (empty) ‖ string hash ‖ string H(data). */
export function sshsigMessage(data: Uint8Array, namespace: string, hash: SshsigHash = 'sha512'): Uint8Array {
  const digest = new Uint8Array(createHash(hash).update(data).digest());
  return new SshWriter().bytes(MAGIC).text(namespace).string(NOTHING).text(hash).string(digest).toBytes();
}

/** What `sshsigMessage` says about itself; the data's digest, not the data. */
export interface SshsigMessage {
  readonly namespace: string;
  readonly hash: SshsigHash;
  readonly digest: Uint8Array;
}

/** Reads a message that is to be signed. Throws SSHSIG_MALFORMED or SSHSIG_UNSUPPORTED (another hash). */
export function parseSshsigMessage(data: Uint8Array): SshsigMessage {
  const reader = sshsigReader(data);
  if (!isSshsigMessage(reader.bytes(MAGIC.length))) throw reader.malformed('does not begin with SSHSIG');
  const namespace = readNamespace(reader);
  reader.string();
  const hash = readHash(reader);
  const digest = reader.string().slice();
  reader.end();
  if (digest.length !== (hash === 'sha512' ? 64 : 32)) throw reader.malformed('holds a digest of a wrong length');
  return { namespace, hash, digest };
}

/** The armored text, as `ssh-keygen -Y sign` writes it. */
export function formatSshsig(sshsig: Sshsig): string {
  const writer = new SshWriter().bytes(MAGIC).uint32(VERSION).string(formatSkPublicBlob(sshsig.publicKey));
  writer.text(sshsig.namespace).string(NOTHING).text(sshsig.hash).string(sshsig.signature);
  return formatArmor(LABEL, writer.toBytes());
}

/** Reads the armored text. Throws SSHSIG_MALFORMED, or SSHSIG_UNSUPPORTED for other keys, versions and hashes. */
export function parseSshsig(text: string): Sshsig {
  const bytes = text.length > MAX_TEXT ? null : parseArmor(LABEL, text);
  if (bytes === null) throw sshsigReader(NOTHING).malformed('is not one block of base64 between BEGIN and END lines');
  const reader = sshsigReader(bytes);
  if (!isSshsigMessage(reader.bytes(MAGIC.length))) throw reader.malformed('does not begin with SSHSIG');
  if (reader.uint32() !== VERSION) throw unsupported('is of another version than 1');
  const publicKey = parsePublicKey(reader.string());
  const namespace = readNamespace(reader);
  reader.string();
  const hash = readHash(reader);
  const signature = reader.string().slice();
  reader.end();
  return { publicKey, namespace, hash, signature };
}

/** Verifies a signature over `data`. Throws where the signature blob inside is damaged. */
export function verifySshsig(sshsig: Sshsig, data: Uint8Array, expected: SshsigExpectation): SshsigVerification {
  if (!isSameSkKey(sshsig.publicKey, expected.publicKey)) return { valid: false, reason: 'key' };
  if (sshsig.namespace !== expected.namespace) return { valid: false, reason: 'namespace' };
  const message = sshsigMessage(data, expected.namespace, sshsig.hash);
  return verifySkSignature(expected.publicKey, message, sshsig.signature, expected);
}

function parsePublicKey(blob: Uint8Array): SkPublicKey {
  if (!isSkAlgorithm(sshsigReader(blob).text())) throw unsupported('was not made by a plain security key');
  return parseSkPublicBlob(blob, 'the SSH signature', FAULT);
}

function readNamespace(reader: SshReader): string {
  const namespace = reader.text();
  if (namespace === '') throw reader.malformed('has no namespace');
  return namespace;
}

function readHash(reader: SshReader): SshsigHash {
  const hash = reader.text();
  if (hash !== 'sha512' && hash !== 'sha256') throw unsupported('is over another hash than SHA-512 or SHA-256');
  return hash;
}

function sshsigReader(bytes: Uint8Array): SshReader {
  return new SshReader(bytes, 'the SSH signature', FAULT);
}

function unsupported(what: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SSHSIG_UNSUPPORTED',
    message: `The SSH signature ${what}.`,
    remedy: 'Verify it with ssh-keygen -Y verify.',
  });
}
