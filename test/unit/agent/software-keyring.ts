/**
 * Test only: sk keys whose private half lies in memory, signing as an authenticator would (PROTOCOL.u2f), with flags and
 * counter of the test's choice. It shares no code with main/openssh/sk-signature.ts but the wire writer.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Identity, Keyring, SignRequest } from '../../../main/agent/keyring.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';

export const ED25519_SK = 'sk-ssh-ed25519@openssh.com';

export interface SoftwareKey {
  readonly blob: Uint8Array;
  readonly comment: string;
  readonly application: string;
  /** `type base64 comment`, as in a .pub file. */
  readonly publicLine: string;
  /** rpIdHash ‖ flags ‖ counter, and the signature over that and the hash. */
  assert(clientDataHash: Uint8Array): { authData: Uint8Array; signature: Uint8Array };
}

export function softwareKey(comment = 'software key', flags = 0x05, application = 'ssh:'): SoftwareKey {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'));
  const blob = new SshWriter().text(ED25519_SK).string(raw).text(application).toBytes();
  let counter = 41;
  return {
    blob,
    comment,
    application,
    publicLine: `${ED25519_SK} ${Buffer.from(blob).toString('base64')} ${comment}\n`,
    assert(clientDataHash) {
      counter += 1;
      const rpIdHash = createHash('sha256').update(application).digest();
      const authData = new SshWriter().bytes(rpIdHash).uint8(flags).uint32(counter).toBytes();
      const signature = sign(null, Buffer.concat([authData, clientDataHash]), privateKey);
      return { authData, signature: new Uint8Array(signature) };
    },
  };
}

export class SoftwareKeyring implements Keyring {
  readonly requests: SignRequest[] = [];
  readonly aborted: SignRequest[] = [];
  readonly keys: readonly SoftwareKey[];
  /** Replaced by tests that need a signature to wait for a person. */
  wait: (signal: AbortSignal) => Promise<void> = async () => {};

  constructor(keys: readonly SoftwareKey[]) {
    this.keys = keys;
  }

  async identities(): Promise<readonly Identity[]> {
    return this.keys.map(({ blob, comment }) => ({ blob, comment }));
  }

  async sign(request: SignRequest, signal: AbortSignal): Promise<Uint8Array> {
    this.requests.push(request);
    const key = this.keys.find(({ blob }) => Buffer.compare(blob, request.keyBlob) === 0);
    if (!key) throw new Error('no such key');
    try {
      await this.wait(signal);
    } catch (error) {
      this.aborted.push(request);
      throw error;
    }
    const { authData, signature } = key.assert(createHash('sha256').update(request.data).digest());
    return new SshWriter().text(ED25519_SK).string(signature).bytes(authData.subarray(32)).toBytes();
  }
}

/** Waits until the signal fires, then rejects: a person who never touches the key. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
