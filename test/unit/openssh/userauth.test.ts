import { describe, expect, it } from 'vitest';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import { formatSkPublicBlob, isSameSkKey } from '../../../main/openssh/sk-key.ts';
import { HOSTBOUND, parseSignRequestData } from '../../../main/openssh/userauth.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import {
  CERTIFICATE_REQUEST,
  ED25519_LINE,
  HOSTBOUND_HOST_KEY,
  HOSTBOUND_REQUEST,
  HOSTBOUND_SESSION_ID,
  hex,
  PLAIN_REQUEST,
  SSHSIG_REQUEST,
  utf8,
} from './known-answers.ts';

const KEY = parsePublicLine(ED25519_LINE).publicKey;

describe('the data of a sign request', () => {
  it('of a host-bound login tells session, user, key and host key', () => {
    const data = parseSignRequestData(hex(HOSTBOUND_REQUEST));
    expect(data).toStrictEqual({
      kind: 'userauth',
      method: HOSTBOUND,
      sessionId: hex(HOSTBOUND_SESSION_ID),
      user: 'root',
      algorithm: KEY.algorithm,
      publicKey: KEY,
      certificate: null,
      hostKey: hex(HOSTBOUND_HOST_KEY),
    });
  });

  it('of an older login has no host key', () => {
    const data = parseSignRequestData(hex(PLAIN_REQUEST));
    expect(data).toMatchObject({ kind: 'userauth', method: 'publickey', user: 'root', hostKey: null });
  });

  it("of a login with a certificate gives the certificate's inner key", () => {
    const data = parseSignRequestData(hex(CERTIFICATE_REQUEST));
    if (data.kind !== 'userauth') throw new Error(`read as ${data.kind}`);
    expect(isSameSkKey(data.publicKey, KEY)).toBe(true);
    expect(data.algorithm).toBe('sk-ssh-ed25519-cert-v01@openssh.com');
    expect(data.certificate).toMatchObject({
      serial: 7n,
      use: 'user',
      keyId: 'glasskey-cert',
      principals: ['root'],
      validAfter: 0n,
      validBefore: 0xffffffffffffffffn,
    });
  });

  it('of a file signature tells its namespace', () => {
    expect(parseSignRequestData(hex(SSHSIG_REQUEST))).toMatchObject({
      kind: 'sshsig',
      namespace: 'file',
      hash: 'sha512',
    });
  });

  it('that is a certificate body is told apart', () => {
    const body = new SshWriter().text('ssh-ed25519-cert-v01@openssh.com').text('nonce').toBytes();
    expect(parseSignRequestData(body)).toStrictEqual({ kind: 'unknown', reason: 'certificate-signing' });
  });

  it.each([
    ['is empty', new Uint8Array(0)],
    ['is text', utf8('please sign this')],
    ['has bytes behind a login', hex(`${HOSTBOUND_REQUEST}00`)],
    ['is a login cut off', hex(HOSTBOUND_REQUEST.slice(0, -2))],
    ['has bytes behind a file signature', hex(`${SSHSIG_REQUEST}00`)],
    ['is a login without a session id', login({ sessionId: new Uint8Array(0) })],
    ['is a login with a session id of 129 bytes', login({ sessionId: new Uint8Array(129) })],
    ['has another message number', login({ message: 51 })],
    ['asks for another service', login({ service: 'ssh-userauth' })],
    ['uses another method', login({ method: 'hostbased' })],
    ['does not announce a signature', login({ signed: 0 })],
    ['announces a signature with another number than 1', login({ signed: 2 })],
    ['names another algorithm than its key', login({ algorithm: 'sk-ecdsa-sha2-nistp256@openssh.com' })],
    ['names an ordinary algorithm', login({ algorithm: 'ssh-ed25519' })],
    ['names a certificate and gives a plain key', login({ algorithm: 'sk-ssh-ed25519-cert-v01@openssh.com' })],
    ['lacks the host key that its method wants', login({ method: HOSTBOUND })],
  ])('that %s is unknown', (_name, data) => {
    expect(parseSignRequestData(data)).toStrictEqual({ kind: 'unknown', reason: 'unrecognized' });
  });

  it('put together as these are is a login where nothing is wrong', () => {
    expect(parseSignRequestData(login({})).kind).toBe('userauth');
  });
});

function login(change: {
  sessionId?: Uint8Array;
  message?: number;
  service?: string;
  method?: string;
  signed?: number;
  algorithm?: string;
}): Uint8Array {
  return new SshWriter()
    .string(change.sessionId ?? new Uint8Array(32))
    .uint8(change.message ?? 50)
    .text('root')
    .text(change.service ?? 'ssh-connection')
    .text(change.method ?? 'publickey')
    .uint8(change.signed ?? 1)
    .text(change.algorithm ?? KEY.algorithm)
    .string(formatSkPublicBlob(KEY))
    .toBytes();
}
