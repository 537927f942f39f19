/** The public-key half of verifying, by node:crypto: Ed25519 (RFC 8032) and ECDSA on P-256 with SHA-256. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { SK_ED25519, type SkPublicKey } from './sk-key.ts';

/** Whether `signature` (64 bytes: RFC 8032's, or r ‖ s) is this key's over exactly these bytes. */
export function isSignedBy(publicKey: SkPublicKey, signedBytes: Uint8Array, signature: Uint8Array): boolean {
  const key = keyObject(publicKey);
  if (key === null) return false;
  if (publicKey.algorithm === SK_ED25519) return verify(null, signedBytes, key, signature);
  return verify('sha256', signedBytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Null where the library refuses the key: nothing is ever signed by 32 bytes that are no point. */
function keyObject(publicKey: SkPublicKey): KeyObject | null {
  try {
    return createPublicKey({ key: jwk(publicKey), format: 'jwk' });
  } catch {
    return null;
  }
}

function jwk(publicKey: SkPublicKey): Record<string, string> {
  if (publicKey.algorithm === SK_ED25519) return { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey.publicKey) };
  const x = base64url(publicKey.point.subarray(1, 33));
  return { kty: 'EC', crv: 'P-256', x, y: base64url(publicKey.point.subarray(33)) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
