/**
 * ECDSA signatures of P-256 between the two spellings in use: authenticators answer with DER (CTAP 2.1, section 6.2,
 * by WebAuthn section 6.5.5: SEQUENCE of two INTEGERs), SSH and node:crypto want r and s (openssh-sk.md, section 2).
 *
 * Decision: needless leading zeros in an INTEGER are dropped, since some authenticators send them; everything else
 * that is not DER is refused.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** r and s, each exactly 32 bytes, big-endian. */
export interface EcdsaSignature {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

export const P256_SCALAR_BYTES = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** Reads DER. Throws `SIGNATURE_MALFORMED`. */
export function ecdsaSignatureFromDer(der: Uint8Array): EcdsaSignature {
  // Two 33-byte INTEGERs make 70 bytes: the length always fits the short form, one byte below 0x80.
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || der[1] >= 0x80) throw notDer();
  const [r, afterR] = readInteger(der, 2);
  const [s, afterS] = readInteger(der, afterR);
  if (afterS !== der.length) throw notDer();
  return { r, s };
}

/** Writes DER: minimal INTEGERs. */
export function ecdsaSignatureToDer(signature: EcdsaSignature): Uint8Array {
  const body = [...integer(signature.r), ...integer(signature.s)];
  return Uint8Array.of(SEQUENCE, body.length, ...body);
}

/** A number's magnitude, leading zeros or not, as exactly 32 bytes; null where it is zero or needs more. */
export function toP256Scalar(magnitude: Uint8Array): Uint8Array | null {
  let from = 0;
  while (from < magnitude.length && magnitude[from] === 0) from += 1;
  const minimal = magnitude.subarray(from);
  if (minimal.length === 0 || minimal.length > P256_SCALAR_BYTES) return null;
  const scalar = new Uint8Array(P256_SCALAR_BYTES);
  scalar.set(minimal, P256_SCALAR_BYTES - minimal.length);
  return scalar;
}

function readInteger(der: Uint8Array, at: number): readonly [Uint8Array, number] {
  const length = der[at + 1];
  if (der[at] !== INTEGER || length === undefined || length === 0) throw notDer();
  const end = at + 2 + length;
  const bytes = der.subarray(at + 2, end);
  if (bytes.length !== length || ((bytes[0] ?? 0) & 0x80) !== 0) throw notDer();
  const scalar = toP256Scalar(bytes);
  if (scalar === null) throw notDer();
  return [scalar, end];
}

function integer(scalar: Uint8Array): number[] {
  let from = 0;
  while (from < scalar.length - 1 && scalar[from] === 0) from += 1;
  const minimal = [...scalar.subarray(from)];
  if (((minimal[0] ?? 0) & 0x80) !== 0) minimal.unshift(0);
  return [INTEGER, minimal.length, ...minimal];
}

function notDer(): GlasskeyError {
  return new GlasskeyError({
    code: 'SIGNATURE_MALFORMED',
    message: 'An ECDSA signature is damaged: it is not DER of two positive numbers of at most 256 bits.',
    remedy: 'Sign again; if it happens again, the authenticator is faulty: use another one.',
  });
}
