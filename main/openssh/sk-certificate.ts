/**
 * OpenSSH certificates of security keys (OpenSSH PROTOCOL.certkeys; reference/openssh-sk.md, section 1), read for what
 * is inside: the key. Whether the certificate is good is for the server to say, so the CA's signature is not verified.
 */
import { readSkPublicFields, SK_ECDSA, SK_ED25519, type SkAlgorithm, type SkPublicKey } from './sk-key.ts';
import { SshReader } from './wire.ts';

export const SK_ED25519_CERT = 'sk-ssh-ed25519-cert-v01@openssh.com';
export const SK_ECDSA_CERT = 'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com';

export type SkCertificateAlgorithm = typeof SK_ED25519_CERT | typeof SK_ECDSA_CERT;

export interface SkCertificate {
  readonly algorithm: SkCertificateAlgorithm;
  /** The key that the certificate is about. */
  readonly publicKey: SkPublicKey;
  readonly serial: bigint;
  readonly use: 'user' | 'host';
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Seconds since 1970; valid from `validAfter` until before `validBefore`. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** The certificate authority's public blob. */
  readonly signatureKey: Uint8Array;
}

/** OpenSSH's own bound, SSHKEY_CERT_MAX_PRINCIPALS. */
const MAX_PRINCIPALS = 256;
const PLAIN: Readonly<Record<SkCertificateAlgorithm, SkAlgorithm>> = {
  [SK_ED25519_CERT]: SK_ED25519,
  [SK_ECDSA_CERT]: SK_ECDSA,
};

/** Whether a key type's name is a security key's certificate. */
export function isSkCertificateAlgorithm(name: string): name is SkCertificateAlgorithm {
  return name === SK_ED25519_CERT || name === SK_ECDSA_CERT;
}

/** Reads a certificate blob whole. Throws SSH_MALFORMED. */
export function parseSkCertificate(blob: Uint8Array): SkCertificate {
  const reader = new SshReader(blob, 'the certificate');
  const algorithm = reader.text();
  if (!isSkCertificateAlgorithm(algorithm)) throw reader.malformed("is not a security key's");
  reader.string(); // nonce
  const publicKey = readSkPublicFields(reader, PLAIN[algorithm]);
  const serial = uint64(reader);
  const use = readUse(reader);
  const keyId = reader.text();
  const principals = readPrincipals(reader.string());
  const validAfter = uint64(reader);
  const validBefore = uint64(reader);
  reader.string(); // critical options
  reader.string(); // extensions
  reader.string(); // reserved
  const signatureKey = reader.string().slice();
  reader.string(); // signature
  reader.end();
  return { algorithm, publicKey, serial, use, keyId, principals, validAfter, validBefore, signatureKey };
}

function readUse(reader: SshReader): 'user' | 'host' {
  const type = reader.uint32();
  if (type !== 1 && type !== 2) throw reader.malformed('is neither for users nor for hosts');
  return type === 1 ? 'user' : 'host';
}

function readPrincipals(list: Uint8Array): string[] {
  const reader = new SshReader(list, 'the certificate');
  const principals: string[] = [];
  while (reader.remaining > 0) {
    if (principals.length === MAX_PRINCIPALS) throw reader.malformed('has too many principals');
    principals.push(reader.text());
  }
  return principals;
}

function uint64(reader: SshReader): bigint {
  return (BigInt(reader.uint32()) << 32n) | BigInt(reader.uint32());
}
