/**
 * Private key files of security keys, format openssh-key-v1 (reference/openssh-sk.md, section 7; OpenSSH PROTOCOL.key).
 *
 * Decisions:
 * - what is written is what ssh-keygen 9.4 and later write, byte for byte, given the same random bytes: aes256-ctr and
 *   24 rounds of bcrypt where there is a passphrase;
 * - a file may cost its reader little: 64 KiB (`MAX_KEY_FILE_BYTES`), and at most `MAX_BCRYPT_ROUNDS` rounds, which are
 *   derived a round at a time with the event loop free and can be cancelled; a caller may set a lower bound;
 * - the caller owns the passphrase (UTF-8 bytes) and wipes it; derived keys and decrypted sections are wiped here;
 * - a comment that is not UTF-8 is read with replacement characters: it must not keep anybody from logging in.
 *
 * Errors: KEY_FILE_MALFORMED, KEY_FILE_NOT_SK (another key type), KEY_FILE_UNSUPPORTED (a cipher, KDF or cost that
 * Glasskey does not take), KEY_FILE_PASSPHRASE_NEEDED, KEY_FILE_PASSPHRASE_WRONG. None holds content of the file but
 * names of types and ciphers.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { armorLabel, formatArmor, parseArmor } from './armor.ts';
import { deriveBcryptKey } from './bcrypt-kdf.ts';
import { type KeyFileCipher, keyFileCipher, sealAes256Ctr, WRITTEN_CIPHER } from './key-file-cipher.ts';
import { hasControlCharacter } from './public-line.ts';
import {
  formatSkPublicBlob,
  isSameSkKey,
  isSkAlgorithm,
  parseSkPublicBlob,
  readSkAlgorithm,
  readSkPrivateFields,
  type SkPrivateKey,
  type SkPublicKey,
  writeSkPrivateFields,
} from './sk-key.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

/** Longest file read. An sk file is about 600 bytes; a credential id may have 1023. */
export const MAX_KEY_FILE_BYTES = 64 * 1024;
/** Most bcrypt rounds taken by default: about 14 s of work in pure JavaScript (today's files have 24: a third of 1 s). */
export const MAX_BCRYPT_ROUNDS = 1024;
/** Rounds in files that Glasskey writes: OpenSSH's default since 9.4. */
export const WRITTEN_BCRYPT_ROUNDS = 24;

/** Gives that many unpredictable bytes. Injected, so that a test can write the very bytes of a known file. */
export type RandomBytes = (length: number) => Uint8Array;

/** What a file says without its passphrase. */
export interface KeyFileHead {
  readonly publicKey: SkPublicKey;
  /** Whether a passphrase is needed for the rest. */
  readonly encrypted: boolean;
  /** `none`, `aes256-ctr`, … */
  readonly cipherName: string;
}

export interface DecryptOptions {
  readonly signal?: AbortSignal;
  /** Most bcrypt rounds to work for; `MAX_BCRYPT_ROUNDS` unless given. */
  readonly maxRounds?: number;
}

export interface EncryptOptions {
  readonly signal?: AbortSignal;
  /** `WRITTEN_BCRYPT_ROUNDS` unless given; 1 to `MAX_BCRYPT_ROUNDS`. */
  readonly rounds?: number;
}

const LABEL = 'OPENSSH PRIVATE KEY';
const MAGIC = new TextEncoder().encode('openssh-key-v1\0');
const NONE = 'none';
const BCRYPT = 'bcrypt';
const PLAIN_BLOCK_BYTES = 8;
const CTR_BLOCK_BYTES = 16;
const SALT_BYTES = 16;
const CHECK_BYTES = 4;
const AES256_KEY_BYTES = 32;
const AES256_IV_BYTES = 16;
const NOTHING = new Uint8Array(0);
const FAULT: WireFault = {
  code: 'KEY_FILE_MALFORMED',
  remedy: 'Take the file from a backup, or make it again from the security key: ssh-keygen -K.',
};

/** Reads what is not encrypted. Throws KEY_FILE_MALFORMED, KEY_FILE_NOT_SK or KEY_FILE_UNSUPPORTED. */
export function parseKeyFileHead(file: Uint8Array): KeyFileHead {
  const { publicKey, seal, cipherName } = parseEnvelope(file);
  return { publicKey, cipherName, encrypted: seal !== null };
}

/** Reads a file that has no passphrase. Throws KEY_FILE_PASSPHRASE_NEEDED where it has one. */
export function parseKeyFile(file: Uint8Array): SkPrivateKey {
  const envelope = parseEnvelope(file);
  if (envelope.seal !== null) throw passphraseNeeded();
  return parsePrivateSection(envelope.section, envelope.publicKey, () => malformed('its two check values differ'));
}

/**
 * Reads a file with or without a passphrase (which is not looked at where the file needs none). Throws what
 * `parseKeyFile` throws, KEY_FILE_PASSPHRASE_WRONG, or CANCELLED when the signal fires.
 */
export async function decryptKeyFile(
  file: Uint8Array,
  passphrase: Uint8Array,
  options: DecryptOptions = {},
): Promise<SkPrivateKey> {
  const { publicKey, seal, section } = parseEnvelope(file);
  if (seal === null) return parseKeyFile(file);
  if (passphrase.length === 0) throw passphraseNeeded();
  const { cipher, salt, rounds, tag } = seal;
  const maxRounds = options.maxRounds ?? MAX_BCRYPT_ROUNDS;
  if (rounds > maxRounds) throw unsupported(`asks for ${rounds} rounds of bcrypt, and ${maxRounds} are allowed`);
  const length = cipher.keyBytes + cipher.ivBytes;
  const derived = await deriveBcryptKey({ passphrase, salt, rounds, length }, options.signal);
  const key = derived.subarray(0, cipher.keyBytes);
  const iv = derived.subarray(cipher.keyBytes);
  const plaintext = cipher.open({ key, iv, ciphertext: section, tag });
  derived.fill(0);
  if (plaintext === null) throw passphraseWrong();
  try {
    return parsePrivateSection(plaintext, publicKey, passphraseWrong);
  } finally {
    plaintext.fill(0);
  }
}

/** Writes a file without a passphrase. `random` is asked for the 4-byte check value. */
export function formatKeyFile(key: SkPrivateKey, random: RandomBytes): Uint8Array {
  const section = formatPrivateSection(key, random(CHECK_BYTES), PLAIN_BLOCK_BYTES);
  return formatEnvelope({ cipherName: NONE, kdfName: NONE, kdfOptions: NOTHING, publicKey: key.publicKey, section });
}

/**
 * Writes a file with a passphrase (not empty; UTF-8 bytes): aes256-ctr, bcrypt. `random` is asked for the 16-byte salt,
 * then for the 4-byte check value. Rejects with CANCELLED when the signal fires.
 */
export async function encryptKeyFile(
  key: SkPrivateKey,
  passphrase: Uint8Array,
  random: RandomBytes,
  options: EncryptOptions = {},
): Promise<Uint8Array> {
  if (passphrase.length === 0) throw passphraseNeeded();
  const rounds = options.rounds ?? WRITTEN_BCRYPT_ROUNDS;
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > MAX_BCRYPT_ROUNDS) {
    throw unsupported(`would have ${rounds} rounds of bcrypt, and 1 to ${MAX_BCRYPT_ROUNDS} are allowed`);
  }
  const salt = random(SALT_BYTES);
  const plaintext = formatPrivateSection(key, random(CHECK_BYTES), CTR_BLOCK_BYTES);
  const length = AES256_KEY_BYTES + AES256_IV_BYTES;
  const derived = await deriveBcryptKey({ passphrase, salt, rounds, length }, options.signal);
  const section = sealAes256Ctr(derived.subarray(0, AES256_KEY_BYTES), derived.subarray(AES256_KEY_BYTES), plaintext);
  derived.fill(0);
  plaintext.fill(0);
  const kdfOptions = new SshWriter().string(salt).uint32(rounds).toBytes();
  return formatEnvelope({ cipherName: WRITTEN_CIPHER, kdfName: BCRYPT, kdfOptions, publicKey: key.publicKey, section });
}

/** How the private section is sealed. */
interface Seal {
  readonly cipher: KeyFileCipher;
  readonly salt: Uint8Array;
  readonly rounds: number;
  readonly tag: Uint8Array;
}

interface Envelope {
  readonly cipherName: string;
  readonly publicKey: SkPublicKey;
  /** Null where the file has no passphrase. */
  readonly seal: Seal | null;
  readonly section: Uint8Array;
}

function parseEnvelope(file: Uint8Array): Envelope {
  const reader = readerOf(unarmored(file));
  if (Buffer.compare(reader.bytes(MAGIC.length), MAGIC) !== 0) throw malformed('it is no openssh-key-v1 file');
  const cipherName = reader.text();
  const kdfName = reader.text();
  const kdfOptions = reader.string();
  if (reader.uint32() !== 1) throw unsupported('holds several keys');
  const publicKey = parseOuterPublicBlob(reader.string());
  const section = reader.string();
  const tag = reader.rest();
  const seal = parseSeal(cipherName, kdfName, kdfOptions, tag);
  const blockBytes = seal?.cipher.blockBytes ?? PLAIN_BLOCK_BYTES;
  if (section.length === 0 || section.length % blockBytes !== 0) throw malformed('its private part has a wrong length');
  return { cipherName, publicKey, seal, section };
}

function parseSeal(cipherName: string, kdfName: string, kdfOptions: Uint8Array, tag: Uint8Array): Seal | null {
  if (cipherName === NONE && kdfName === NONE) {
    if (kdfOptions.length > 0 || tag.length > 0) throw malformed('it has bytes that a plain file has not');
    return null;
  }
  if (cipherName === NONE || kdfName === NONE) throw malformed('its cipher and its key derivation do not go together');
  const cipher = keyFileCipher(cipherName);
  if (cipher === null) throw unsupported(`is encrypted with ${nameInError(cipherName)}`);
  if (kdfName !== BCRYPT) throw unsupported(`derives its key with ${nameInError(kdfName)}`);
  const options = readerOf(kdfOptions);
  const salt = options.string();
  const rounds = options.uint32();
  options.end();
  if (salt.length === 0 || rounds === 0) throw malformed('its key derivation has no salt or no rounds');
  if (tag.length !== cipher.tagBytes) throw malformed('its authentication tag has a wrong length');
  return { cipher, salt, rounds, tag };
}

/** The outer public blob tells the key's type, also where the rest is encrypted. */
function parseOuterPublicBlob(blob: Uint8Array): SkPublicKey {
  const type = readerOf(blob).text();
  if (!isSkAlgorithm(type)) throw notSk(`holds a key of type ${nameInError(type)}`);
  return parseSkPublicBlob(blob, 'the key file', FAULT);
}

/**
 * uint32 check ‖ uint32 check ‖ string type ‖ private fields ‖ string comment ‖ 01 02 03 … `checkFault` says what
 * unequal checks mean: damage in a plain file, a wrong passphrase in an encrypted one.
 */
function parsePrivateSection(section: Uint8Array, outer: SkPublicKey, checkFault: () => GlasskeyError): SkPrivateKey {
  const reader = readerOf(section);
  const check = reader.uint32();
  if (reader.uint32() !== check) throw checkFault();
  const fields = readSkPrivateFields(reader, readSkAlgorithm(reader));
  const comment = new TextDecoder('utf-8', { ignoreBOM: true }).decode(reader.string());
  const padding = reader.rest();
  if (padding.some((byte, index) => byte !== ((index + 1) & 0xff))) throw malformed('its padding is wrong');
  if (!isSameSkKey(fields.publicKey, outer)) throw malformed('its private part belongs to another public key');
  return { ...fields, comment };
}

function formatPrivateSection(key: SkPrivateKey, check: Uint8Array, blockBytes: number): Uint8Array {
  if (hasControlCharacter(key.comment)) throw malformed('its comment would have a control character');
  const writer = new SshWriter().bytes(check).bytes(check).text(key.publicKey.algorithm);
  writeSkPrivateFields(writer, key);
  const unpadded = writer.text(key.comment).toBytes();
  const section = new Uint8Array(Math.ceil(unpadded.length / blockBytes) * blockBytes);
  section.set(unpadded);
  for (let i = unpadded.length; i < section.length; i += 1) section[i] = i - unpadded.length + 1;
  unpadded.fill(0);
  return section;
}

interface WrittenEnvelope {
  readonly cipherName: string;
  readonly kdfName: string;
  readonly kdfOptions: Uint8Array;
  readonly publicKey: SkPublicKey;
  readonly section: Uint8Array;
}

function formatEnvelope({ cipherName, kdfName, kdfOptions, publicKey, section }: WrittenEnvelope): Uint8Array {
  const writer = new SshWriter().bytes(MAGIC).text(cipherName).text(kdfName).string(kdfOptions);
  writer.uint32(1).string(formatSkPublicBlob(publicKey)).string(section);
  return new TextEncoder().encode(formatArmor(LABEL, writer.toBytes()));
}

function unarmored(file: Uint8Array): Uint8Array {
  if (file.length > MAX_KEY_FILE_BYTES) throw malformed(`it is longer than ${MAX_KEY_FILE_BYTES} bytes`);
  const text = new TextDecoder('latin1').decode(file);
  const label = armorLabel(text);
  if (label !== null && label !== LABEL && label.endsWith('PRIVATE KEY')) throw notSk('is of an older format (PEM)');
  const bytes = parseArmor(LABEL, text);
  if (bytes === null) throw malformed('it is not one block of proper base64 between its BEGIN and END lines');
  return bytes;
}

function readerOf(bytes: Uint8Array): SshReader {
  return new SshReader(bytes, 'the key file', FAULT);
}

/** A name out of the file, fit to be shown. */
function nameInError(name: string): string {
  return /^[\x21-\x7e]{1,64}$/.test(name) ? name : 'an unknown name';
}

function malformed(fault: string): GlasskeyError {
  return new GlasskeyError({ ...FAULT, message: `The key file is damaged: ${fault}.` });
}

function notSk(what: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_NOT_SK',
    message: `The key file ${what}, not of a security key type.`,
    remedy: 'Give the file of a security key: its name usually ends in _sk or _sk_rk.',
  });
}

function unsupported(what: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_UNSUPPORTED',
    message: `The key file ${what}.`,
    remedy: `Rewrite it with OpenSSH's usual settings: ssh-keygen -p -Z ${WRITTEN_CIPHER} -a ${WRITTEN_BCRYPT_ROUNDS} -f KEYFILE.`,
  });
}

function passphraseNeeded(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_PASSPHRASE_NEEDED',
    message: 'The key file is encrypted and no passphrase was given.',
    remedy: 'Give its passphrase.',
  });
}

function passphraseWrong(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_PASSPHRASE_WRONG',
    message: 'The passphrase does not open the key file.',
    remedy: 'Type the passphrase again; if it is lost, make the file again from the security key: ssh-keygen -K.',
  });
}
