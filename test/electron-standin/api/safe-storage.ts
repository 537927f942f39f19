/**
 * safeStorage: encrypts for real (AES-256-GCM) with a key in a file of the user-data folder, mode 0600.
 *
 * That is no keychain, and it says so: the backend is 'basic_text', and as in Electron on Linux without a keychain,
 * isEncryptionAvailable() is false and encryptString throws until setUsePlainTextEncryption(true). A test that needs a
 * machine with a keychain starts the app with the switch Electron documents for it, `--password-store=gnome-libsecret`
 * (or kwallet, kwallet5, kwallet6): then that backend is reported and encryption is available. The key is in the same file.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandLine } from './command-line.ts';
import { registry } from './registry.ts';
import { StandInObject } from './standin-object.ts';

const BACKENDS: Readonly<Record<string, string>> = {
  basic: 'basic_text',
  'gnome-libsecret': 'gnome_libsecret',
  kwallet: 'kwallet',
  kwallet5: 'kwallet5',
  kwallet6: 'kwallet6',
};

/** Marks what this stand-in encrypted, so that real ciphertext is never taken for it. */
const PREFIX = Buffer.from('standin1');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key of this profile, made when first needed. */
function readKey(): Buffer {
  const path = join(registry.app?.getPath('userData') ?? '', 'electron-standin', 'safe-storage.key');
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, randomBytes(32), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // Another process of the same profile was first.
      if (!existsSync(path)) throw error;
    }
    chmodSync(path, 0o600);
  }
  return readFileSync(path);
}

class SafeStorage extends StandInObject {
  static override readonly _apiName = 'safeStorage';

  private _usesPlainText = false;

  getSelectedStorageBackend(): string {
    if (registry.browser === undefined) return 'unknown';
    return BACKENDS[commandLine.getSwitchValue('password-store')] ?? 'basic_text';
  }

  isEncryptionAvailable(): boolean {
    const backend = this.getSelectedStorageBackend();
    return backend !== 'unknown' && (backend !== 'basic_text' || this._usesPlainText);
  }

  async isAsyncEncryptionAvailable(): Promise<boolean> {
    return this.isEncryptionAvailable();
  }

  setUsePlainTextEncryption(usePlainText: boolean): void {
    this._usesPlainText = usePlainText;
  }

  encryptString(plainText: string): Buffer {
    if (typeof plainText !== 'string') throw new TypeError('Error processing argument at index 0, conversion failure');
    if (!this.isEncryptionAvailable()) {
      throw new Error(
        'Error while encrypting the text provided to safeStorage.encryptString. Encryption is not available.',
      );
    }
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', readKey(), nonce);
    const sealed = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
    return Buffer.concat([PREFIX, nonce, cipher.getAuthTag(), sealed]);
  }

  decryptString(encrypted: Buffer): string {
    if (!this.isEncryptionAvailable()) {
      throw new Error(
        'Error while decrypting the ciphertext provided to safeStorage.decryptString. Decryption is not available.',
      );
    }
    const bytes = Buffer.from(encrypted);
    if (!bytes.subarray(0, PREFIX.length).equals(PREFIX)) {
      throw new Error(
        'Error while decrypting the ciphertext provided to safeStorage.decryptString. Ciphertext does not appear to be encrypted.',
      );
    }
    const nonce = bytes.subarray(PREFIX.length, PREFIX.length + NONCE_BYTES);
    const tag = bytes.subarray(PREFIX.length + NONCE_BYTES, PREFIX.length + NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', readKey(), nonce);
    decipher.setAuthTag(tag);
    try {
      const sealed = bytes.subarray(PREFIX.length + NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
    } catch {
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.');
    }
  }

  async encryptStringAsync(plainText: string): Promise<Buffer> {
    return this.encryptString(plainText);
  }

  async decryptStringAsync(encrypted: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }> {
    return { shouldReEncrypt: false, result: this.decryptString(encrypted) };
  }
}

export const safeStorage = new SafeStorage();
