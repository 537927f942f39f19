/**
 * Is this a point of NIST P-256 (SEC 1, section 2.3.4, uncompressed form only, as OpenSSH wants it)? Written out
 * rather than asked of the crypto library, so that parsing a key costs microseconds and throws nothing of its own.
 */
const POINT_BYTES = 65;
const UNCOMPRESSED = 0x04;

// FIPS 186-5 / SP 800-186, section 3.2.1.3: y² = x³ - 3x + b (mod p). P-256's cofactor is 1: on the curve is enough.
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Whether `point` is 65 bytes, 04 ‖ x ‖ y, with both coordinates below p and the curve's equation fulfilled. */
export function isPointOnP256(point: Uint8Array): boolean {
  if (point.length !== POINT_BYTES || point[0] !== UNCOMPRESSED) return false;
  const x = unsigned(point.subarray(1, 33));
  const y = unsigned(point.subarray(33));
  if (x >= P || y >= P) return false;
  return (y * y - (x * x * x - 3n * x + B)) % P === 0n;
}

function unsigned(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}
