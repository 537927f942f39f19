/**
 * PIN/UV auth protocols one and two (CTAP 2.1, 6.5.6 and 6.5.7; ctap.md section 8): strategies over one shared secret.
 */
import { createCipheriv, createDecipheriv, createECDH, createHash, createHmac, hkdfSync } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export type PinProtocolVersion = 1 | 2;

/** One exchange of secrets with the authenticator. Whoever made it wipes it. */
export interface SharedSecret {
  readonly version: PinProtocolVersion;
  /** Our public point, `04 || x || y`, to be sent. */
  readonly platformPoint: Uint8Array;
  /** AES-256-CBC without padding; protocol two puts its random IV in front. Input: a multiple of 16 bytes. */
  encrypt(plaintext: Uint8Array): Uint8Array;
  /** Throws `CTAP_MALFORMED` when the length is not a ciphertext's. */
  decrypt(ciphertext: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 under the shared secret: 16 bytes in protocol one, 32 in two. */
  authenticate(message: Uint8Array): Uint8Array;
  wipe(): void;
}

/** HMAC of `message` under a pinUvAuthToken: what every command that needs the token carries (6.5.6). */
export function authenticateWithToken(version: PinProtocolVersion, token: Uint8Array, message: Uint8Array): Uint8Array {
  const mac = createHmac('sha256', token).update(message).digest();
  return new Uint8Array(version === 1 ? mac.subarray(0, 16) : mac);
}

/** The highest protocol both sides know: keys list theirs in getInfo; a key that lists none knows one (CTAP 2.0). */
export function choosePinProtocol(offered: readonly number[]): PinProtocolVersion {
  if (offered.includes(2)) return 2;
  if (offered.includes(1) || offered.length === 0) return 1;
  throw new GlasskeyError({
    code: 'PIN_PROTOCOL_UNKNOWN',
    message: `This key speaks only PIN protocols that Glasskey does not know (${offered.join(', ')}).`,
    remedy: 'Update Glasskey, or use another key.',
  });
}

/** What is random about an exchange, so that tests can replay known answers. */
export interface ExchangeRandom {
  /** A P-256 private key, 32 bytes. */
  privateKey?(): Uint8Array;
  bytes(length: number): Uint8Array;
}

/**
 * Agrees on a secret with the authenticator's point (`04 || x || y`). Our key pair is fresh each time.
 * Throws `CTAP_MALFORMED` when the point is not on the curve.
 */
export function exchange(
  version: PinProtocolVersion,
  authenticatorPoint: Uint8Array,
  random: ExchangeRandom,
): SharedSecret {
  const ecdh = createECDH('prime256v1');
  const given = random.privateKey?.();
  if (given) ecdh.setPrivateKey(given);
  else ecdh.generateKeys();
  let z: Buffer;
  try {
    z = ecdh.computeSecret(authenticatorPoint);
  } catch (cause) {
    throw new GlasskeyError({
      code: 'CTAP_MALFORMED',
      message: 'The security key offered a key agreement point that is not on the curve.',
      remedy: 'Do not type the PIN for this key; try another one and report this one.',
      cause,
    });
  }
  const platformPoint = new Uint8Array(ecdh.getPublicKey());
  const secret = version === 1 ? protocolOne(z, platformPoint) : protocolTwo(z, platformPoint, random);
  z.fill(0);
  return secret;
}

function protocolOne(z: Uint8Array, platformPoint: Uint8Array): SharedSecret {
  const key = createHash('sha256').update(z).digest();
  const iv = new Uint8Array(16);
  return {
    version: 1,
    platformPoint,
    encrypt: (plaintext) => aesCbc('encrypt', key, iv, plaintext),
    decrypt: (ciphertext) => aesCbc('decrypt', key, iv, ciphertext),
    authenticate: (message) => authenticateWithToken(1, key, message),
    wipe: () => key.fill(0),
  };
}

function protocolTwo(z: Uint8Array, platformPoint: Uint8Array, random: ExchangeRandom): SharedSecret {
  const salt = new Uint8Array(32);
  const hmacKey = new Uint8Array(hkdfSync('sha256', z, salt, 'CTAP2 HMAC key', 32));
  const aesKey = new Uint8Array(hkdfSync('sha256', z, salt, 'CTAP2 AES key', 32));
  return {
    version: 2,
    platformPoint,
    encrypt(plaintext) {
      const iv = random.bytes(16);
      return new Uint8Array(Buffer.concat([iv, aesCbc('encrypt', aesKey, iv, plaintext)]));
    },
    decrypt: (ciphertext) => aesCbc('decrypt', aesKey, ciphertext.subarray(0, 16), ciphertext.subarray(16)),
    authenticate: (message) => authenticateWithToken(2, hmacKey, message),
    wipe() {
      hmacKey.fill(0);
      aesKey.fill(0);
    },
  };
}

function aesCbc(direction: 'encrypt' | 'decrypt', key: Uint8Array, iv: Uint8Array, input: Uint8Array): Uint8Array {
  if (iv.length !== 16 || input.length === 0 || input.length % 16 !== 0) {
    throw new GlasskeyError({
      code: 'CTAP_MALFORMED',
      message: 'The security key sent an encrypted value of an impossible length.',
      remedy: 'Repeat the command; if it happens again, try another key and report this one.',
    });
  }
  const cipher =
    direction === 'encrypt' ? createCipheriv('aes-256-cbc', key, iv) : createDecipheriv('aes-256-cbc', key, iv);
  cipher.setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(input), cipher.final()]));
}
