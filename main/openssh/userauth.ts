/**
 * What an agent is asked to sign (reference/openssh-sk.md, section 12.4): a login (RFC 4252, section 7, and OpenSSH's
 * host-bound form), a file or git signature, or something unknown.
 *
 * Decisions:
 * - nothing throws: data that is not exactly a login or an SSHSIG message is `unknown`, and the agent decides what
 *   becomes of it;
 * - a login is a login only if algorithm, key blob and structure agree to the last byte, so that no other data can
 *   pass for one;
 * - the key is given parsed, a certificate's inner key too: compare keys, not blobs.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { isSkCertificateAlgorithm, parseSkCertificate, type SkCertificate } from './sk-certificate.ts';
import { isSkAlgorithm, parseSkPublicBlob, type SkPublicKey } from './sk-key.ts';
import { isSshsigMessage, parseSshsigMessage, type SshsigHash } from './sshsig.ts';
import { SshReader } from './wire.ts';

export const HOSTBOUND = 'publickey-hostbound-v00@openssh.com';

/** A login: somebody signs in with this key. */
export interface UserauthData {
  readonly kind: 'userauth';
  readonly method: 'publickey' | typeof HOSTBOUND;
  /** 1 to 128 bytes; equals the session id of the connection's last session-bind, if it is what it says. */
  readonly sessionId: Uint8Array;
  /** User name on the server. */
  readonly user: string;
  /** The key's or the certificate's type name, as sent. */
  readonly algorithm: string;
  /** The key that is to sign: the certificate's inner key where there is a certificate. */
  readonly publicKey: SkPublicKey;
  readonly certificate: SkCertificate | null;
  /** The server's public blob; null with the plain `publickey` method. */
  readonly hostKey: Uint8Array | null;
}

/** A file or git signature. */
export interface SshsigData {
  readonly kind: 'sshsig';
  readonly namespace: string;
  readonly hash: SshsigHash;
  readonly digest: Uint8Array;
}

/** Anything else. `certificate-signing`: a certificate body, so the key would act as a certificate authority. */
export interface UnknownData {
  readonly kind: 'unknown';
  readonly reason: 'certificate-signing' | 'unrecognized';
}

export type SignRequestData = UserauthData | SshsigData | UnknownData;

const SSH_MSG_USERAUTH_REQUEST = 50;
const CONNECTION_SERVICE = 'ssh-connection';
/** OpenSSH's own bound for session-bind (section 12.2). */
const MAX_SESSION_ID_BYTES = 128;

/** Reads the data field of a sign request. Never throws. */
export function parseSignRequestData(data: Uint8Array): SignRequestData {
  const parse = isSshsigMessage(data) ? parseSshsigData : parseUserauthData;
  return tried(() => parse(data)) ?? unknownData(data);
}

function parseSshsigData(data: Uint8Array): SshsigData {
  return { kind: 'sshsig', ...parseSshsigMessage(data) };
}

/** Null, or SSH_MALFORMED, where it is no login with a security key's key. */
function parseUserauthData(data: Uint8Array): UserauthData | null {
  const login = readLogin(data);
  const key = login && parseKey(login.algorithm, login.keyBlob);
  if (!key) return null;
  const { sessionId, method, user, algorithm, hostKey } = login;
  return { kind: 'userauth', method, sessionId, user, algorithm, ...key, hostKey };
}

/** Who a login is for and on which host, whatever key it is with; null where the data is none. Never throws. */
export function claimedLogin(data: Uint8Array): Pick<UserauthData, 'user' | 'hostKey'> | null {
  return tried(() => readLogin(data));
}

type Login = Omit<UserauthData, 'kind' | 'publicKey' | 'certificate'> & { readonly keyBlob: Uint8Array };

/** Null, or SSH_MALFORMED, where it is no login. */
function readLogin(data: Uint8Array): Login | null {
  const reader = new SshReader(data, 'the data to be signed');
  const sessionId = reader.string();
  if (sessionId.length === 0 || sessionId.length > MAX_SESSION_ID_BYTES) return null;
  if (reader.uint8() !== SSH_MSG_USERAUTH_REQUEST) return null;
  const user = reader.text();
  if (reader.text() !== CONNECTION_SERVICE) return null;
  const method = reader.text();
  if (method !== 'publickey' && method !== HOSTBOUND) return null;
  if (reader.uint8() !== 1) return null;
  const algorithm = reader.text();
  const keyBlob = reader.string();
  const hostKey = method === HOSTBOUND ? reader.string().slice() : null;
  if (hostKey?.length === 0) return null;
  reader.end();
  return { method, sessionId: sessionId.slice(), user, algorithm, keyBlob, hostKey };
}

/** The key in the data; null where the algorithm is not a security key's, or not the blob's own. */
function parseKey(algorithm: string, blob: Uint8Array): Pick<UserauthData, 'publicKey' | 'certificate'> | null {
  if (isSkAlgorithm(algorithm)) {
    const publicKey = parseSkPublicBlob(blob);
    return publicKey.algorithm === algorithm ? { publicKey, certificate: null } : null;
  }
  if (!isSkCertificateAlgorithm(algorithm)) return null;
  const certificate = parseSkCertificate(blob);
  return certificate.algorithm === algorithm ? { publicKey: certificate.publicKey, certificate } : null;
}

function unknownData(data: Uint8Array): UnknownData {
  const firstString = tried(() => new SshReader(data, 'the data to be signed').text());
  const isCertificate = firstString?.endsWith('-cert-v01@openssh.com') ?? false;
  return { kind: 'unknown', reason: isCertificate ? 'certificate-signing' : 'unrecognized' };
}

/** Null where reading meets damage; whatever is not a GlasskeyError is a bug and goes on. */
function tried<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof GlasskeyError) return null;
    throw error;
  }
}
