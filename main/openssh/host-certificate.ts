/**
 * Host certificates (OpenSSH's PROTOCOL.certkeys), as far as they say for whom they are and who signed them. Nothing is verified here:
 * that the authority has signed one is for `assertHostSigned` (agent-host-key.ts), whose it is for known_hosts.
 */
import { matchesHostPattern } from './host-pattern.ts';
import { SshReader, SshWriter } from './wire.ts';

export interface HostCertificate {
  readonly isForHosts: boolean;
  /** Names or patterns; none: any host. */
  readonly principals: readonly string[];
  /** Seconds since 1970; valid from `validAfter` until before `validBefore`. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** For hosts there are none that ssh knows, and it refuses those that it does not know. */
  readonly hasCriticalOptions: boolean;
  /** The public blob of the key that it is about. */
  readonly plainKey: Uint8Array;
  /** The authority's public blob. */
  readonly signingKey: Uint8Array;
  /** What it has signed: everything before its signature. */
  readonly body: Uint8Array;
  /** string algorithm || string signature. */
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: string;
}

/** The type of the key inside, and how many fields of it stand between the nonce and the serial number, by the certificate's type. */
const KEYS_INSIDE: ReadonlyMap<string, readonly [type: string, fields: number]> = new Map([
  ['ssh-ed25519-cert-v01@openssh.com', ['ssh-ed25519', 1]],
  ['ssh-rsa-cert-v01@openssh.com', ['ssh-rsa', 2]],
  ['rsa-sha2-256-cert-v01@openssh.com', ['ssh-rsa', 2]],
  ['rsa-sha2-512-cert-v01@openssh.com', ['ssh-rsa', 2]],
  ['ecdsa-sha2-nistp256-cert-v01@openssh.com', ['ecdsa-sha2-nistp256', 2]],
  ['ecdsa-sha2-nistp384-cert-v01@openssh.com', ['ecdsa-sha2-nistp384', 2]],
  ['ecdsa-sha2-nistp521-cert-v01@openssh.com', ['ecdsa-sha2-nistp521', 2]],
  ['sk-ssh-ed25519-cert-v01@openssh.com', ['sk-ssh-ed25519@openssh.com', 2]],
  ['sk-ecdsa-sha2-nistp256-cert-v01@openssh.com', ['sk-ecdsa-sha2-nistp256@openssh.com', 3]],
]);

/** CASignatureAlgorithms of ssh_config(5): of one that is signed otherwise ssh goes by the key inside, and so does Glasskey. */
const ISSUING_ALGORITHMS: ReadonlySet<string> = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
]);

/** Undefined for a plain key, and for what cannot be read. Byte fields but `plainKey` are views on `blob`. */
export function readHostCertificate(blob: Uint8Array): HostCertificate | undefined {
  try {
    const reader = new SshReader(blob, 'a host certificate');
    const [type, fields] = KEYS_INSIDE.get(reader.text()) ?? [];
    if (type === undefined || fields === undefined) return undefined;
    reader.string(); // nonce
    const from = reader.offset;
    for (let field = 0; field < fields; field += 1) reader.string();
    const plainKey = new SshWriter().text(type).bytes(blob.subarray(from, reader.offset)).toBytes();
    reader.bytes(8); // serial
    const isForHosts = reader.uint32() === 2;
    reader.string(); // key id
    const principals = textsIn(reader.string());
    const [validAfter, validBefore] = [uint64(reader), uint64(reader)];
    const hasCriticalOptions = reader.string().length > 0;
    reader.string(); // extensions
    reader.string(); // reserved
    const signingKey = reader.string();
    const body = blob.subarray(0, reader.offset);
    const signature = reader.string();
    reader.end();
    const signatureAlgorithm = new SshReader(signature, "an authority's signature").text();
    const terms = { isForHosts, principals, validAfter, validBefore, hasCriticalOptions };
    return { ...terms, plainKey, signingKey, body, signature, signatureAlgorithm };
  } catch {
    return undefined;
  }
}

/** Whether ssh takes certificates that are signed so. */
export function isIssuedAsTaken({ signatureAlgorithm }: HostCertificate): boolean {
  return ISSUING_ALGORITHMS.has(signatureAlgorithm);
}

/** Whether ssh would take it for that host at `now` (milliseconds since 1970), from an authority that is known for it: sshkey_cert_check_host. */
export function isCertificateFor(certificate: HostCertificate, host: string, now: number): boolean {
  const { isForHosts, principals, validAfter, validBefore, hasCriticalOptions } = certificate;
  const seconds = BigInt(Math.floor(now / 1000));
  if (!isForHosts || hasCriticalOptions || !isIssuedAsTaken(certificate)) return false;
  if (seconds < validAfter || seconds >= validBefore) return false;
  const name = host.toLowerCase();
  return principals.length === 0 || principals.some((one) => matchesHostPattern(one.toLowerCase(), name));
}

function textsIn(list: Uint8Array): string[] {
  const reader = new SshReader(list, 'the names in a host certificate');
  const texts: string[] = [];
  while (reader.remaining > 0) texts.push(reader.text());
  return texts;
}

function uint64(reader: SshReader): bigint {
  return (BigInt(reader.uint32()) << 32n) | BigInt(reader.uint32());
}
