import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import { CoseAlgorithm, Status } from '../../../native/ctap2/constants.ts';
import { type CborMap, cborMap } from './cbor.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Env } from './env.ts';
import type { RequestFields } from './request-fields.ts';

const BLOCK = 16;
const CURVE = 'prime256v1';
const ZERO_SALT = new Uint8Array(32);

/** The authenticator's side of one PIN/UV auth protocol (CTAP 2.1, 6.5.6 and 6.5.7), with its key agreement key. */
export class PinProtocol {
  readonly version: 1 | 2;
  private readonly env: Env;
  private scalar: Uint8Array;

  constructor(version: 1 | 2, env: Env) {
    this.version = version;
    this.env = env;
    this.scalar = drawScalar(env);
  }

  /** Forgets the key agreement key: at power-up and after each wrong PIN. */
  regenerate(): void {
    this.scalar = drawScalar(this.env);
  }

  /** Replaces the key agreement key by a known one: for replaying recorded conversations only. */
  useScalar(scalar: Uint8Array): void {
    this.scalar = scalar;
  }

  /** The public half as COSE_Key. */
  keyAgreement(): CborMap {
    const ecdh = createECDH(CURVE);
    ecdh.setPrivateKey(this.scalar);
    const point = ecdh.getPublicKey();
    return cborMap([
      [1, 2],
      [3, CoseAlgorithm.ECDH_ES_HKDF_256],
      [-1, 1],
      [-2, new Uint8Array(point.subarray(1, 33))],
      [-3, new Uint8Array(point.subarray(33))],
    ]);
  }

  /** decapsulate: the shared secret with the platform's COSE key; a bad key is 0x02. */
  sharedSecret(platform: RequestFields): Uint8Array {
    if (platform.integer(1) !== 2 || platform.integer(3) !== CoseAlgorithm.ECDH_ES_HKDF_256) throw badKey();
    if (platform.integer(-1) !== 1) throw badKey();
    const z = this.ecdh(platform.bytes(-2), platform.bytes(-3));
    if (this.version === 1) return new Uint8Array(createHash('sha256').update(z).digest());
    const derive = (info: string) => new Uint8Array(hkdfSync('sha256', z, ZERO_SALT, info, 32));
    return new Uint8Array([...derive('CTAP2 HMAC key'), ...derive('CTAP2 AES key')]);
  }

  encrypt(secret: Uint8Array, plain: Uint8Array): Uint8Array {
    const iv = this.version === 1 ? new Uint8Array(BLOCK) : this.env.random(BLOCK);
    const cipher = createCipheriv('aes-256-cbc', this.aesKey(secret), iv).setAutoPadding(false);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return new Uint8Array(this.version === 1 ? sealed : Buffer.concat([iv, sealed]));
  }

  decrypt(secret: Uint8Array, sealed: Uint8Array): Uint8Array {
    const ivLength = this.version === 1 ? 0 : BLOCK;
    const body = sealed.subarray(ivLength);
    if (sealed.length < ivLength + BLOCK || body.length % BLOCK !== 0) {
      throw new CtapFailure(Status.INVALID_PARAMETER, 'ciphertext of a wrong length');
    }
    const iv = this.version === 1 ? new Uint8Array(BLOCK) : sealed.subarray(0, BLOCK);
    const cipher = createDecipheriv('aes-256-cbc', this.aesKey(secret), iv).setAutoPadding(false);
    return new Uint8Array(Buffer.concat([cipher.update(body), cipher.final()]));
  }

  /** Checks a pinUvAuthParam made with a shared secret or a token. Protocol one: 16 bytes; two: 32. */
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const hmacKey = this.version === 2 ? key.subarray(0, 32) : key;
    const mac = createHmac('sha256', hmacKey).update(message).digest();
    const expected = mac.subarray(0, this.version === 1 ? 16 : 32);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  private aesKey(secret: Uint8Array): Uint8Array {
    return this.version === 1 ? secret : secret.subarray(32);
  }

  private ecdh(x: Uint8Array, y: Uint8Array): Uint8Array {
    if (x.length !== 32 || y.length !== 32) throw badKey();
    const ecdh = createECDH(CURVE);
    ecdh.setPrivateKey(this.scalar);
    try {
      return ecdh.computeSecret(Buffer.concat([Uint8Array.of(4), x, y]));
    } catch {
      throw badKey();
    }
  }
}

function drawScalar(env: Env): Uint8Array {
  const ecdh = createECDH(CURVE);
  for (;;) {
    const scalar = env.random(32);
    try {
      ecdh.setPrivateKey(scalar);
      return scalar;
    } catch {
      // Not in 1..n-1: once in 2^32 draws.
    }
  }
}

function badKey(): CtapFailure {
  return new CtapFailure(Status.INVALID_PARAMETER, 'not a key agreement key on P-256');
}
