/** Fingerprints of public keys as ssh-keygen -l prints them (reference/openssh-sk.md, section 8). */
import { formatSkPublicBlob, SK_ED25519, type SkPublicKey } from './sk-key.ts';

/** `SHA256:` and the unpadded base64 of SHA-256 over a public blob (of any key type: host keys too). */
export function sha256Fingerprint(publicBlob: Uint8Array): string {
  // Loaded when it is first needed: it takes longer than planning a login does.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `SHA256:${createHash('sha256').update(publicBlob).digest('base64').replace(/=+$/, '')}`;
}

/** The same of a security key. */
export function skFingerprint(key: SkPublicKey): string {
  return sha256Fingerprint(formatSkPublicBlob(key));
}

/** The short type name that OpenSSH shows people: `ED25519-SK` or `ECDSA-SK`. */
export function skTypeName(key: SkPublicKey): 'ED25519-SK' | 'ECDSA-SK' {
  return key.algorithm === SK_ED25519 ? 'ED25519-SK' : 'ECDSA-SK';
}

/** The line of `ssh-keygen -lf`: size, fingerprint, comment or `no comment`, type. Without a newline. */
export function fingerprintLine(key: SkPublicKey, comment: string): string {
  return `256 ${skFingerprint(key)} ${comment === '' ? 'no comment' : comment} (${skTypeName(key)})`;
}
