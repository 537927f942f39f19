/** COSE keys as authenticators use them (RFC 9052, 9053; ctap.md section 16), to and from what node:crypto takes. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CborMap, CborValue } from './cbor.ts';
import { cborMap } from './cbor.ts';
import { CoseAlgorithm } from './constants.ts';
import { MemberReader } from './member-reader.ts';

/** COSE_Key labels. */
const KTY = 1;
const ALG = 3;
const CRV = -1;
const X = -2;
const Y = -3;

const KTY_OKP = 1;
const KTY_EC2 = 2;
const CRV_P256 = 1;
const CRV_ED25519 = 6;

/** The public key of a credential. `x` and `y` are 32 bytes, big-endian; `publicKey` is 32 bytes (RFC 8032). */
export type CredentialPublicKey =
  | { readonly alg: typeof CoseAlgorithm.EDDSA; readonly publicKey: Uint8Array }
  | { readonly alg: typeof CoseAlgorithm.ES256; readonly x: Uint8Array; readonly y: Uint8Array };

/** Throws `CTAP_MALFORMED` for anything but an Ed25519 or a P-256 key with its algorithm. Whether a point is on the curve, `keyObject` says. */
export function parseCredentialPublicKey(value: CborValue): CredentialPublicKey {
  const key = new MemberReader(value, 'a credential public key');
  const alg = key.integer(ALG);
  if (alg === CoseAlgorithm.EDDSA && key.integer(KTY) === KTY_OKP && key.integer(CRV) === CRV_ED25519) {
    return { alg, publicKey: key.bytes(X, 32) };
  }
  if (alg === CoseAlgorithm.ES256 && key.integer(KTY) === KTY_EC2 && key.integer(CRV) === CRV_P256) {
    return { alg, x: key.bytes(X, 32), y: key.bytes(Y, 32) };
  }
  throw new GlasskeyError({
    code: 'CTAP_MALFORMED',
    message: `The security key made a public key of a kind that was not asked for (algorithm ${alg}).`,
    remedy: 'Repeat the command; if it happens again, try another key and report this one.',
  });
}

/** COSE number of any credential's public key. Throws `CTAP_MALFORMED` where there is none. */
export function credentialAlgorithm(value: CborValue): number {
  return new MemberReader(value, 'a credential public key').integer(ALG);
}

/** Undefined for algorithms other than the two that Glasskey uses. Throws `CTAP_MALFORMED` for a damaged key of those. */
export function parseKnownCredentialPublicKey(value: CborValue): CredentialPublicKey | undefined {
  const alg = credentialAlgorithm(value);
  const known = alg === CoseAlgorithm.EDDSA || alg === CoseAlgorithm.ES256;
  return known ? parseCredentialPublicKey(value) : undefined;
}

/** For node:crypto. Throws `CTAP_MALFORMED` when the point is not on its curve. */
export function keyObject(key: CredentialPublicKey): KeyObject {
  const jwk =
    key.alg === CoseAlgorithm.EDDSA
      ? { kty: 'OKP', crv: 'Ed25519', x: base64url(key.publicKey) }
      : { kty: 'EC', crv: 'P-256', x: base64url(key.x), y: base64url(key.y) };
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    throw new GlasskeyError({
      code: 'CTAP_MALFORMED',
      message: 'The security key sent a public key that is no point on its curve.',
      remedy: 'Do not use this key for logins; try another one and report this one.',
      cause,
    });
  }
}

/** The P-256 point of a key agreement key, `04 || x || y` (65 bytes). */
export function parseKeyAgreement(value: CborValue): Uint8Array {
  const key = new MemberReader(value, 'a key agreement key');
  // Some keys leave the algorithm out; the curve is what matters (6.5.6).
  if (key.integer(KTY) !== KTY_EC2 || key.integer(CRV) !== CRV_P256) {
    throw new GlasskeyError({
      code: 'CTAP_MALFORMED',
      message: 'The security key offered a key agreement that is not P-256.',
      remedy: 'Try another key and report this one.',
    });
  }
  return Uint8Array.of(4, ...key.bytes(X, 32), ...key.bytes(Y, 32));
}

/** Our side of the key agreement, from its point `04 || x || y`. `3: -25` is required although no such algorithm runs (6.5.6). */
export function keyAgreementCose(point: Uint8Array): CborMap {
  return cborMap([
    [KTY, KTY_EC2],
    [ALG, CoseAlgorithm.ECDH_ES_HKDF_256],
    [CRV, CRV_P256],
    [X, point.subarray(1, 33)],
    [Y, point.subarray(33, 65)],
  ]);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
