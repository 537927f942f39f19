/**
 * The ciphers of encrypted key files (reference/openssh-sk.md, section 7): how much key each needs, and how each
 * decrypts. Glasskey writes aes256-ctr, OpenSSH's default, and reads what `ssh-keygen -Z` can make besides.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { openOpensshChacha20Poly1305 } from './openssh-chacha20-poly1305.ts';

/** The cipher in files that Glasskey writes. */
export const WRITTEN_CIPHER = 'aes256-ctr';

/** One encrypted section and what opens it. */
export interface SealedSection {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  /** `tagBytes` long. */
  readonly tag: Uint8Array;
}

export interface KeyFileCipher {
  readonly keyBytes: number;
  readonly ivBytes: number;
  /** The section's length is a multiple of this. */
  readonly blockBytes: number;
  /** Length of the authentication tag behind the section; 0 where there is none. */
  readonly tagBytes: number;
  /** The plaintext, or null where the tag says that key or data are wrong. */
  readonly open: (section: SealedSection) => Uint8Array | null;
}

const CIPHERS: ReadonlyMap<string, KeyFileCipher> = new Map([
  ['aes128-ctr', aes('aes-128-ctr', 16)],
  ['aes192-ctr', aes('aes-192-ctr', 24)],
  [WRITTEN_CIPHER, aes('aes-256-ctr', 32)],
  ['aes128-cbc', aes('aes-128-cbc', 16)],
  ['aes192-cbc', aes('aes-192-cbc', 24)],
  ['aes256-cbc', aes('aes-256-cbc', 32)],
  ['aes128-gcm@openssh.com', aesGcm('aes-128-gcm', 16)],
  ['aes256-gcm@openssh.com', aesGcm('aes-256-gcm', 32)],
  [
    'chacha20-poly1305@openssh.com',
    {
      keyBytes: 64,
      ivBytes: 0,
      blockBytes: 8,
      tagBytes: 16,
      open: ({ key, ciphertext, tag }) => openOpensshChacha20Poly1305(key, ciphertext, tag),
    },
  ],
]);

/** The cipher of that name, or null where Glasskey does not know it. */
export function keyFileCipher(name: string): KeyFileCipher | null {
  return CIPHERS.get(name) ?? null;
}

/** Encrypts with `WRITTEN_CIPHER`: 32 bytes of key, 16 of IV, `plaintext` a multiple of 16 long. */
export function sealAes256Ctr(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-ctr', key, iv);
  return new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final()]));
}

function aes(name: string, keyBytes: number): KeyFileCipher {
  return {
    keyBytes,
    ivBytes: 16,
    blockBytes: 16,
    tagBytes: 0,
    open: ({ key, iv, ciphertext }) => {
      const decipher = createDecipheriv(name, key, iv).setAutoPadding(false);
      return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
    },
  };
}

function aesGcm(name: 'aes-128-gcm' | 'aes-256-gcm', keyBytes: number): KeyFileCipher {
  return {
    keyBytes,
    ivBytes: 12,
    blockBytes: 16,
    tagBytes: 16,
    open: ({ key, iv, ciphertext, tag }) => {
      const decipher = createDecipheriv(name, key, iv, { authTagLength: 16 }).setAuthTag(tag);
      const plaintext = decipher.update(ciphertext);
      try {
        decipher.final();
      } catch {
        return null;
      }
      return new Uint8Array(plaintext);
    },
  };
}
