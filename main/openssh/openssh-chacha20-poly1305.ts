/**
 * `chacha20-poly1305@openssh.com` as key files use it (OpenSSH PROTOCOL.chacha20poly1305; reference/openssh-sk.md,
 * section 7): sequence number 0, no header. It is not the AEAD of RFC 8439: the tag covers the bare ciphertext.
 *
 * Decision: written out (RFC 8439, sections 2.3 and 2.5), because Electron's crypto library offers neither the bare
 * stream cipher nor the bare authenticator. Only for reading, and only files of 64 KiB at most: BigInt is fast enough.
 */
import { timingSafeEqual } from 'node:crypto';

const BLOCK_BYTES = 64;
const TAG_CHUNK = 16;
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const P1305 = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/**
 * Decrypts one packet. `key` is 64 bytes of which the first 32 count (the rest would encrypt a packet's length).
 * Returns null where the tag is wrong.
 */
export function openOpensshChacha20Poly1305(
  key: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
): Uint8Array | null {
  const dataKey = key.subarray(0, 32);
  const expected = poly1305(chacha20Block(dataKey, 0).subarray(0, 32), ciphertext);
  if (tag.length !== expected.length || !timingSafeEqual(expected, tag)) return null;
  const plaintext = new Uint8Array(ciphertext.length);
  for (let offset = 0; offset < ciphertext.length; offset += BLOCK_BYTES) {
    const stream = chacha20Block(dataKey, 1 + offset / BLOCK_BYTES);
    const end = Math.min(offset + BLOCK_BYTES, ciphertext.length);
    for (let i = offset; i < end; i += 1) plaintext[i] = (ciphertext[i] ?? 0) ^ (stream[i - offset] ?? 0);
  }
  return plaintext;
}

/** RFC 8439, section 2.3, with a nonce of zeros (the file's "sequence number" is 0). */
function chacha20Block(key: Uint8Array, counter: number): Uint8Array {
  const words = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const initial = new Uint32Array(16);
  initial.set(SIGMA, 0);
  for (let i = 0; i < 8; i += 1) initial[4 + i] = words.getUint32(4 * i, true);
  initial[12] = counter;
  const state = initial.slice();
  for (let doubleRound = 0; doubleRound < 10; doubleRound += 1) {
    for (let i = 0; i < 4; i += 1) quarterRound(state, i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i += 1) quarterRound(state, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const block = new Uint8Array(BLOCK_BYTES);
  const out = new DataView(block.buffer);
  for (let i = 0; i < 16; i += 1) out.setUint32(4 * i, word(state, i) + word(initial, i), true);
  return block;
}

/** RFC 8439, section 2.1. */
function quarterRound(state: Uint32Array, a: number, b: number, c: number, d: number): void {
  mix(state, a, b, d, 16);
  mix(state, c, d, b, 12);
  mix(state, a, b, d, 8);
  mix(state, c, d, b, 7);
}

/** sum += addend; rotated = (rotated ^ sum) <<< bits. */
function mix(state: Uint32Array, sum: number, addend: number, rotated: number, bits: number): void {
  state[sum] = word(state, sum) + word(state, addend);
  const mixed = word(state, rotated) ^ word(state, sum);
  state[rotated] = (mixed << bits) | (mixed >>> (32 - bits));
}

function word(state: Uint32Array, index: number): number {
  return state[index] ?? 0;
}

/** RFC 8439, section 2.5. */
function poly1305(key: Uint8Array, message: Uint8Array): Uint8Array {
  const r = littleEndian(key.subarray(0, 16)) & CLAMP;
  const s = littleEndian(key.subarray(16, 32));
  let accumulator = 0n;
  for (let offset = 0; offset < message.length; offset += TAG_CHUNK) {
    const chunk = message.subarray(offset, offset + TAG_CHUNK);
    const bit = 1n << BigInt(8 * chunk.length);
    accumulator = ((accumulator + littleEndian(chunk) + bit) * r) % P1305;
  }
  return littleEndianBytes(accumulator + s);
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

/** The low 128 bits. */
function littleEndianBytes(value: bigint): Uint8Array {
  const hex = (value & ((1n << 128n) - 1n)).toString(16).padStart(2 * TAG_CHUNK, '0');
  return new Uint8Array(Buffer.from(hex, 'hex').reverse());
}
