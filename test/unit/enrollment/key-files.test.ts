import { describe, expect, it } from 'vitest';
import { keyFilePair, skPrivateKey } from '../../../main/enrollment/key-files.ts';
import { skFingerprint } from '../../../main/openssh/fingerprint.ts';
import { formatKeyFile, parseKeyFile } from '../../../main/openssh/key-file.ts';
import { formatPublicLine, parsePublicLine } from '../../../main/openssh/public-line.ts';
import { CREDENTIAL_ID, ED25519_KEY, found, P256_X, P256_Y, written } from './sample-enrollment.ts';

// PROTOCOL.u2f and ssh-sk.h of openssh-portable: SSH_SK_USER_PRESENCE_REQD 0x01, _USER_VERIFICATION_REQD 0x04, _RESIDENT_KEY 0x20.
const RESIDENT_AND_VERIFY_REQUIRED = 0x25;
const TOUCH_ONLY = 0x01;

describe('the key files of an enrollment', () => {
  it.each(['ed25519-sk', 'ecdsa-sk'] as const)('are the same bytes each time (%s)', (algorithm) => {
    expect(keyFilePair(written(algorithm))).toEqual(keyFilePair(structuredClone(written(algorithm))));
  });

  it.each(['ed25519-sk', 'ecdsa-sk'] as const)('are what main/openssh writes and reads (%s)', (algorithm) => {
    const { privateFile, publicLine, fingerprint } = keyFilePair(written(algorithm));
    const key = parseKeyFile(privateFile);
    expect(key).toEqual(skPrivateKey(written(algorithm)));
    // The four bytes of the check value are the only ones that main/openssh leaves to its caller.
    const asked: number[] = [];
    const again = formatKeyFile(key, (length) => {
      asked.push(length);
      return new Uint8Array(length);
    });
    expect(asked).toEqual([4]);
    expect(again).toHaveLength(privateFile.length);
    expect(publicLine).toBe(`${formatPublicLine({ publicKey: key.publicKey, comment: 'NexusIdentitySSHKey' })}\n`);
    expect(fingerprint).toBe(skFingerprint(parsePublicLine(publicLine).publicKey));
  });

  it('hold the credential id as handle, and say that the key is resident and wants touch and PIN', () => {
    const { privateFile } = keyFilePair(written());
    expect(parseKeyFile(privateFile)).toMatchObject({
      keyHandle: CREDENTIAL_ID,
      flags: RESIDENT_AND_VERIFY_REQUIRED,
      comment: 'NexusIdentitySSHKey',
      reserved: new Uint8Array(),
    });
  });

  it('of a key that was found are what it was found to be', () => {
    const { privateFile, publicLine } = keyFilePair(found(TOUCH_ONLY));
    expect(parseKeyFile(privateFile)).toEqual({
      publicKey: { algorithm: 'sk-ssh-ed25519@openssh.com', publicKey: ED25519_KEY, application: 'ssh:' },
      flags: TOUCH_ONLY,
      keyHandle: CREDENTIAL_ID,
      comment: 'NexusIdentitySSHKey',
      reserved: new Uint8Array(),
    });
    expect(publicLine).toBe(keyFilePair(written()).publicLine);
  });

  it('hold the public key in its SSH form', () => {
    expect(skPrivateKey(written('ed25519-sk')).publicKey).toEqual({
      algorithm: 'sk-ssh-ed25519@openssh.com',
      publicKey: ED25519_KEY,
      application: 'ssh:',
    });
    expect(skPrivateKey(written('ecdsa-sk')).publicKey).toEqual({
      algorithm: 'sk-ecdsa-sha2-nistp256@openssh.com',
      point: Uint8Array.of(4, ...P256_X, ...P256_Y),
      application: 'ssh:',
    });
  });
});
