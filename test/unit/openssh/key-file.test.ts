import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deriveBcryptKey } from '../../../main/openssh/bcrypt-kdf.ts';
import {
  decryptKeyFile,
  encryptKeyFile,
  formatKeyFile,
  MAX_KEY_FILE_BYTES,
  parseKeyFile,
  parseKeyFileHead,
  type RandomBytes,
} from '../../../main/openssh/key-file.ts';
import { formatSkPublicBlob, SkFlag, type SkPrivateKey } from '../../../main/openssh/sk-key.ts';
import {
  ECDSA_CHECK,
  ECDSA_FILE,
  ED25519_CBC_FILE,
  ED25519_CHACHA_FILE,
  ED25519_CHECK,
  ED25519_FILE,
  ED25519_GCM_FILE,
  ED25519_HANDLE,
  ED25519_PUBLIC_BLOB,
  ED25519_ROUNDS1_CHECK,
  ED25519_ROUNDS1_FILE,
  ED25519_ROUNDS1_KEY_AND_IV,
  ED25519_ROUNDS1_SALT,
  hex,
  PASSPHRASE,
  utf8,
} from './known-answers.ts';
import { rejectedCode, thrownCode } from './thrown-code.ts';

const ED25519_KEY = parseKeyFile(utf8(ED25519_FILE));

/** An ordinary key: `ssh-keygen -t ed25519 -N '' -C plain`, thrown away at once. */
const ORDINARY_FILE = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBAsWNviqkZW51Gcyz6fCUbCJWS1E/5J7XG9wJc2VmNdQAAAIi4aicyuGon
MgAAAAtzc2gtZWQyNTUxOQAAACBAsWNviqkZW51Gcyz6fCUbCJWS1E/5J7XG9wJc2VmNdQ
AAAEABMavoLJUUwIOxwiK2+iz2QY2Y+dTDP0S+wHykm/NQEkCxY2+KqRlbnUZzLPp8JRsI
lZLUT/kntcb3AlzZWY11AAAABXBsYWlu
-----END OPENSSH PRIVATE KEY-----
`;

describe('a plain key file', () => {
  it('is read with every field', () => {
    expect(Buffer.from(formatSkPublicBlob(ED25519_KEY.publicKey)).toString('hex')).toBe(ED25519_PUBLIC_BLOB);
    expect(Buffer.from(ED25519_KEY.keyHandle).toString('hex')).toBe(ED25519_HANDLE);
    expect(ED25519_KEY.flags).toBe(SkFlag.USER_PRESENCE_REQUIRED);
    expect(ED25519_KEY.reserved).toHaveLength(0);
    expect(ED25519_KEY.comment).toBe('glasskey ed25519-sk');
  });

  it('with a UTF-8 comment and verify-required resident flags is read', () => {
    const key = parseKeyFile(utf8(ECDSA_FILE));
    expect(key.comment).toBe('glasskey süß 鍵');
    expect(key.flags).toBe(SkFlag.USER_PRESENCE_REQUIRED | SkFlag.USER_VERIFICATION_REQUIRED | SkFlag.RESIDENT);
    expect(key.publicKey.application).toBe('ssh:demo');
  });

  it.each([
    ['ed25519-sk', ED25519_FILE, ED25519_CHECK],
    ['ecdsa-sk', ECDSA_FILE, ECDSA_CHECK],
  ])('of %s is written byte for byte as ssh-keygen wrote it', (_name, file, check) => {
    const written = formatKeyFile(parseKeyFile(utf8(file)), knownRandom(check));
    expect(new TextDecoder().decode(written)).toBe(file);
  });

  it('tells its public key and that it needs no passphrase', () => {
    const head = parseKeyFileHead(utf8(ED25519_FILE));
    expect(head).toStrictEqual({ publicKey: ED25519_KEY.publicKey, cipherName: 'none', encrypted: false });
  });

  it('is read with CRLF line ends and blank lines around it', () => {
    const file = utf8(`\r\n${ED25519_FILE.replaceAll('\n', '\r\n')}\r\n`);
    expect(parseKeyFile(file)).toStrictEqual(ED25519_KEY);
  });

  it('is read whatever passphrase is offered', async () => {
    expect(await decryptKeyFile(utf8(ED25519_FILE), utf8('not needed'))).toStrictEqual(ED25519_KEY);
  });

  it('holds a copy of the key handle, so that the input may be wiped', () => {
    const file = utf8(ED25519_FILE);
    const key = parseKeyFile(file);
    file.fill(0);
    expect(Buffer.from(key.keyHandle).toString('hex')).toBe(ED25519_HANDLE);
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ['whose check values differ', (bytes) => bytes.writeUInt8(0, sectionOffset(bytes))],
    ['whose padding is wrong', (bytes) => bytes.writeUInt8(9, bytes.length - 1)],
    ['whose magic is wrong', (bytes) => bytes.writeUInt8(0, 0)],
    [
      'whose inner public key is another than the outer',
      (bytes) => bytes.writeUInt8(0, sectionOffset(bytes) + 8 + 30 + 4),
    ],
  ])('%s is refused', (_name, damage) => {
    const bytes = unarmored(ED25519_FILE);
    damage(bytes);
    expect(thrownCode(() => parseKeyFile(armored(bytes)))).toBe('KEY_FILE_MALFORMED');
  });

  it('with two keys in it is refused as unsupported', () => {
    const bytes = unarmored(ED25519_FILE);
    bytes.writeUInt32BE(2, 15 + 8 + 8 + 4);
    expect(thrownCode(() => parseKeyFile(armored(bytes)))).toBe('KEY_FILE_UNSUPPORTED');
  });

  it('that is cut off, empty, too long or not armored is refused', () => {
    expect(thrownCode(() => parseKeyFile(utf8(ED25519_FILE.slice(0, 300))))).toBe('KEY_FILE_MALFORMED');
    expect(thrownCode(() => parseKeyFile(utf8('')))).toBe('KEY_FILE_MALFORMED');
    expect(thrownCode(() => parseKeyFile(new Uint8Array(MAX_KEY_FILE_BYTES + 1)))).toBe('KEY_FILE_MALFORMED');
    expect(thrownCode(() => parseKeyFile(unarmored(ED25519_FILE)))).toBe('KEY_FILE_MALFORMED');
  });

  it('of an ordinary key is refused by its type', () => {
    expect(thrownCode(() => parseKeyFile(utf8(ORDINARY_FILE)))).toBe('KEY_FILE_NOT_SK');
    expect(thrownCode(() => parseKeyFileHead(utf8(ORDINARY_FILE)))).toBe('KEY_FILE_NOT_SK');
    const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n';
    expect(thrownCode(() => parseKeyFile(utf8(pem)))).toBe('KEY_FILE_NOT_SK');
  });

  it('with a newline in the comment is not written', () => {
    const key: SkPrivateKey = { ...ED25519_KEY, comment: 'a\nssh-ed25519 AAAA' };
    expect(thrownCode(() => formatKeyFile(key, knownRandom('00000000')))).toBe('KEY_FILE_MALFORMED');
  });

  it('with a comment that is not UTF-8 is read all the same', () => {
    const bytes = unarmored(ED25519_FILE);
    bytes[bytes.indexOf('glasskey ed25519-sk')] = 0xff;
    expect(parseKeyFile(armored(bytes)).comment).toBe('\ufffdlasskey ed25519-sk');
  });

  it('loses neither a long handle nor a reserved field on the way through', () => {
    const key: SkPrivateKey = {
      ...ED25519_KEY,
      keyHandle: new Uint8Array(1023).map((_, index) => index & 0xff),
      reserved: hex('0102'),
      comment: '',
      flags: 0xff,
    };
    expect(parseKeyFile(formatKeyFile(key, knownRandom('01020304')))).toStrictEqual(key);
  });
});

describe('an encrypted key file', () => {
  it('tells its public key without the passphrase', () => {
    const head = parseKeyFileHead(utf8(ED25519_ROUNDS1_FILE));
    expect(head).toStrictEqual({ publicKey: ED25519_KEY.publicKey, cipherName: 'aes256-ctr', encrypted: true });
  });

  it.each([
    ['aes256-ctr', ED25519_ROUNDS1_FILE],
    ['aes256-cbc', ED25519_CBC_FILE],
    ['aes256-gcm@openssh.com', ED25519_GCM_FILE],
    ['chacha20-poly1305@openssh.com', ED25519_CHACHA_FILE],
  ])('by %s is read with its passphrase, which stays untouched', async (cipherName, file) => {
    expect(parseKeyFileHead(utf8(file)).cipherName).toBe(cipherName);
    const passphrase = utf8(PASSPHRASE);
    expect(await decryptKeyFile(utf8(file), passphrase)).toStrictEqual(ED25519_KEY);
    expect(passphrase).toStrictEqual(utf8(PASSPHRASE));
  });

  it.each([
    ['aes256-ctr', ED25519_ROUNDS1_FILE],
    ['aes256-cbc', ED25519_CBC_FILE],
    ['aes256-gcm@openssh.com', ED25519_GCM_FILE],
    ['chacha20-poly1305@openssh.com', ED25519_CHACHA_FILE],
  ])('by %s refuses a wrong passphrase', async (_cipherName, file) => {
    expect(await rejectedCode(decryptKeyFile(utf8(file), utf8('wrong')))).toBe('KEY_FILE_PASSPHRASE_WRONG');
  });

  it('asks for a passphrase where none, or an empty one, is given', async () => {
    expect(thrownCode(() => parseKeyFile(utf8(ED25519_ROUNDS1_FILE)))).toBe('KEY_FILE_PASSPHRASE_NEEDED');
    expect(await rejectedCode(decryptKeyFile(utf8(ED25519_ROUNDS1_FILE), utf8('')))).toBe('KEY_FILE_PASSPHRASE_NEEDED');
    expect(await rejectedCode(encryptKeyFile(ED25519_KEY, utf8(''), knownRandom('')))).toBe(
      'KEY_FILE_PASSPHRASE_NEEDED',
    );
  });

  it('is written byte for byte as ssh-keygen wrote it, given its salt and check value', async () => {
    const random = knownRandom(ED25519_ROUNDS1_CHECK, ED25519_ROUNDS1_SALT);
    const written = await encryptKeyFile(ED25519_KEY, utf8(PASSPHRASE), random, { rounds: 1 });
    expect(new TextDecoder().decode(written)).toBe(ED25519_ROUNDS1_FILE);
  });

  it('is written with 24 rounds unless told otherwise, and read again', async () => {
    const random = knownRandom('0a0b0c0d', '00112233445566778899aabbccddeeff');
    const written = await encryptKeyFile(ED25519_KEY, utf8('pâss'), random);
    const bytes = unarmored(new TextDecoder().decode(written));
    expect(bytes.readUInt32BE(15 + 14 + 10 + 4 + 4 + 16)).toBe(24);
    expect(await decryptKeyFile(written, utf8('pâss'))).toStrictEqual(ED25519_KEY);
  });

  it('that asks for more rounds than allowed is refused before any work', async () => {
    const hostile = armored(withRounds(unarmored(ED25519_ROUNDS1_FILE), 0xffffffff));
    const start = performance.now();
    expect(await rejectedCode(decryptKeyFile(hostile, utf8(PASSPHRASE)))).toBe('KEY_FILE_UNSUPPORTED');
    expect(performance.now() - start).toBeLessThan(100);
    const dear = armored(withRounds(unarmored(ED25519_ROUNDS1_FILE), 3));
    expect(await rejectedCode(decryptKeyFile(dear, utf8(PASSPHRASE), { maxRounds: 2 }))).toBe('KEY_FILE_UNSUPPORTED');
  });

  it('that asks for many rounds leaves the event loop free and can be cancelled', async () => {
    const dear = armored(withRounds(unarmored(ED25519_ROUNDS1_FILE), 1000));
    const stop = new AbortController();
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
      if (turns === 3) stop.abort();
    }, 1);
    try {
      const read = decryptKeyFile(dear, utf8(PASSPHRASE), { signal: stop.signal });
      expect(await rejectedCode(read)).toBe('CANCELLED');
    } finally {
      clearInterval(turning);
    }
  });

  it('with zero rounds is refused', async () => {
    const file = armored(withRounds(unarmored(ED25519_ROUNDS1_FILE), 0));
    expect(await rejectedCode(decryptKeyFile(file, utf8(PASSPHRASE)))).toBe('KEY_FILE_MALFORMED');
  });

  it('by an unknown cipher is refused as unsupported', () => {
    const bytes = unarmored(ED25519_ROUNDS1_FILE);
    bytes.write('aes999-ctr', 15 + 4);
    expect(thrownCode(() => parseKeyFileHead(armored(bytes)))).toBe('KEY_FILE_UNSUPPORTED');
  });

  it('with a changed tag is refused as a wrong passphrase is', async () => {
    for (const file of [ED25519_GCM_FILE, ED25519_CHACHA_FILE]) {
      const bytes = unarmored(file);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      const read = decryptKeyFile(armored(bytes), utf8(PASSPHRASE));
      expect(await rejectedCode(read)).toBe('KEY_FILE_PASSPHRASE_WRONG');
    }
  });
});

describe('bcrypt_pbkdf', () => {
  it('is loaded by the first encrypted file, not by a plain one', () => {
    const keyFile = join(import.meta.dirname, '../../../main/openssh/key-file.ts');
    const script = `
      import { createRequire } from 'node:module';
      import { readFileSync } from 'node:fs';
      const { parseKeyFile, decryptKeyFile } = await import(${JSON.stringify(pathToFileURL(keyFile).href)});
      const [plain, encrypted, passphrase] = JSON.parse(readFileSync(0, 'utf8')).map((text) => Buffer.from(text));
      const { cache } = createRequire(${JSON.stringify(keyFile)});
      const loaded = () => Object.keys(cache).some((path) => path.includes('bcrypt-pbkdf'));
      parseKeyFile(plain);
      const before = loaded();
      await decryptKeyFile(encrypted, passphrase);
      console.log(JSON.stringify([before, loaded()]));`;
    const input = JSON.stringify([ED25519_FILE, ED25519_ROUNDS1_FILE, PASSPHRASE]);
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { input, encoding: 'utf8' });
    expect(JSON.parse(printed)).toStrictEqual([false, true]);
  });

  it('gives the key and IV that OpenSSH derived', async () => {
    const salt = hex(ED25519_ROUNDS1_SALT);
    const derived = await deriveBcryptKey({ passphrase: utf8(PASSPHRASE), salt, rounds: 1, length: 48 });
    expect(Buffer.from(derived).toString('hex')).toBe(ED25519_ROUNDS1_KEY_AND_IV);
  });
});

/** 4 bytes are the check value, 16 the salt: what a known file was written with. */
function knownRandom(check: string, salt = ''): RandomBytes {
  return (length) => hex(length === 4 ? check : salt);
}

function unarmored(file: string): Buffer {
  return Buffer.from(file.split('\n').slice(1, -2).join(''), 'base64');
}

function armored(bytes: Uint8Array): Uint8Array {
  const base64 = Buffer.from(bytes).toString('base64');
  return utf8(`-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`);
}

/** Where the private section of a plain ed25519_sk file begins: magic, cipher, KDF, options, count, public blob. */
function sectionOffset(bytes: Buffer): number {
  const publicBlob = 15 + 8 + 8 + 4 + 4;
  return publicBlob + 4 + bytes.readUInt32BE(publicBlob) + 4;
}

/** Rounds stand behind magic, `aes256-ctr`, `bcrypt`, and the salt of 16 bytes. */
function withRounds(bytes: Buffer, rounds: number): Buffer {
  bytes.writeUInt32BE(rounds, 15 + 14 + 10 + 4 + 4 + 16);
  return bytes;
}
