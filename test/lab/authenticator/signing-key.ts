import { createECDH, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { CoseAlgorithm, Status } from '../../../native/ctap2/constants.ts';
import { type CborMap, cborMap } from './cbor.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Env } from './env.ts';

/** PKCS #8 of an Ed25519 key up to its 32-byte seed (RFC 8410, section 7). */
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Draws the 32 secret bytes of a new key pair: an Ed25519 seed or a P-256 scalar. */
export function drawPrivateKey(algorithm: number, env: Env): Uint8Array {
  if (algorithm === CoseAlgorithm.EDDSA) return env.random(32);
  for (;;) {
    const scalar = env.random(32);
    if (isP256Scalar(scalar)) return scalar;
  }
}

function isP256Scalar(scalar: Uint8Array): boolean {
  try {
    createECDH('prime256v1').setPrivateKey(scalar);
    return true;
  } catch {
    return false;
  }
}

/** A credential's key pair, from its 32 secret bytes. */
export class SigningKey {
  readonly algorithm: number;
  private readonly key: KeyObject;

  constructor(algorithm: number, secret: Uint8Array) {
    this.algorithm = algorithm;
    if (algorithm === CoseAlgorithm.EDDSA) {
      const der = Buffer.concat([ED25519_PKCS8_PREFIX, secret]);
      this.key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    } else if (algorithm === CoseAlgorithm.ES256) {
      this.key = p256PrivateKey(secret);
    } else {
      throw new CtapFailure(Status.UNSUPPORTED_ALGORITHM, `algorithm ${algorithm}`);
    }
  }

  /** Ed25519: 64 bytes. ES256: ASN.1 DER over SHA-256 (CTAP 2.1, 6.1 and 8.2 of COSE). */
  sign(...parts: Uint8Array[]): Uint8Array {
    const message = Buffer.concat(parts);
    if (this.algorithm === CoseAlgorithm.EDDSA) return new Uint8Array(sign(null, message, this.key));
    return new Uint8Array(sign('sha256', message, this.key));
  }

  /** The public key as a COSE_Key map. */
  coseKey(): CborMap {
    const jwk = createPublicKey(this.key).export({ format: 'jwk' });
    const x = coordinate(jwk.x);
    if (this.algorithm === CoseAlgorithm.EDDSA) {
      return cborMap([
        [1, 1],
        [3, CoseAlgorithm.EDDSA],
        [-1, 6],
        [-2, x],
      ]);
    }
    return cborMap([
      [1, 2],
      [3, CoseAlgorithm.ES256],
      [-1, 1],
      [-2, x],
      [-3, coordinate(jwk.y)],
    ]);
  }
}

/** A P-256 private key object from its 32-byte scalar. */
export function p256PrivateKey(scalar: Uint8Array): KeyObject {
  return createPrivateKey({ key: { ...p256Jwk(scalar) }, format: 'jwk' });
}

/** A P-256 private key as JWK from its 32-byte scalar. */
export function p256Jwk(scalar: Uint8Array): JsonWebKeyEc {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return { kty: 'EC', crv: 'P-256', d: url(scalar), x: url(point.subarray(1, 33)), y: url(point.subarray(33)) };
}

interface JsonWebKeyEc {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly d: string;
  readonly x: string;
  readonly y: string;
}

function coordinate(base64url: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(base64url ?? '', 'base64url'));
}
