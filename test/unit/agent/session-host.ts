/** Test only: a host with an ed25519 key that binds sessions, and the data of logins to it. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { AgentRequest } from '../../../main/openssh/agent-messages.ts';
import { encodeSessionBind } from '../../../main/openssh/agent-session-bind.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';

export interface SessionHost {
  readonly blob: Uint8Array;
  bind(sessionId: Uint8Array, isForwarding: boolean): AgentRequest & { type: 'extension' };
}

export function sessionHost(): SessionHost {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const blob = new SshWriter().text('ssh-ed25519').string(x).toBytes();
  return {
    blob,
    bind(sessionId, isForwarding) {
      const signature = new SshWriter()
        .text('ssh-ed25519')
        .string(sign(null, sessionId, privateKey))
        .toBytes();
      const data = encodeSessionBind({ hostKey: blob, sessionId, signature, isForwarding });
      return { type: 'extension', name: 'session-bind@openssh.com', data };
    },
  };
}

export function newSessionId(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}

/** The data of a login (RFC 4252, section 7); with `hostKey` OpenSSH's host-bound form. */
export function loginData(login: {
  sessionId: Uint8Array;
  user: string;
  keyBlob: Uint8Array;
  hostKey?: Uint8Array;
}): Uint8Array {
  const algorithm = Buffer.from(login.keyBlob.subarray(4, 4 + (login.keyBlob[3] ?? 0))).toString();
  const writer = new SshWriter()
    .string(login.sessionId)
    .uint8(50)
    .text(login.user)
    .text('ssh-connection')
    .text(login.hostKey ? 'publickey-hostbound-v00@openssh.com' : 'publickey')
    .uint8(1)
    .text(algorithm)
    .string(login.keyBlob);
  if (login.hostKey) writer.string(login.hostKey);
  return writer.toBytes();
}

/** What ssh-keygen -Y sign has signed (PROTOCOL.sshsig). */
export function sshsigData(namespace: string): Uint8Array {
  return new SshWriter()
    .bytes(new TextEncoder().encode('SSHSIG'))
    .text(namespace)
    .text('')
    .text('sha512')
    .string(new Uint8Array(64).fill(7))
    .toBytes();
}
