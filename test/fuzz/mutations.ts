/** Inputs made of recorded ones: bytes changed, cut out, put in, doubled and spliced; and CBOR changed by its structure. */
import { type CborKey, type CborMap, type CborValue, decodeCbor, encodeCbor } from '../../native/ctap2/cbor.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How an input is to be read when it is changed. */
export type Shape = 'bytes' | 'cbor' | 'text';

const LONGEST = 16 * 1024;
/** Bytes that mean something to some reader: limits of integers, heads of CBOR and DER, line ends, quotes. */
const TELLING_BYTES = [
  0x00, 0x01, 0x0a, 0x0d, 0x17, 0x18, 0x1b, 0x20, 0x22, 0x30, 0x3b, 0x40, 0x5f, 0x7f, 0x80, 0x9f, 0xa0,
];
const TELLING_MORE = [0xbf, 0xc0, 0xd9, 0xf4, 0xf6, 0xf7, 0xf9, 0xfb, 0xfe, 0xff];
const TELLING = [...TELLING_BYTES, ...TELLING_MORE];
const TELLING_LENGTHS = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];
const TELLING_NUMBERS = [
  0,
  1,
  -1,
  23,
  24,
  255,
  256,
  65535,
  65536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  -(2 ** 31),
];

/** One input, made from one of `seeds` (now and then from nothing). */
export function mutated(random: SeededRandom, seeds: readonly Uint8Array[], shape: Shape): Uint8Array {
  if (random.chance(0.03)) return random.bytes(random.below(random.chance(0.1) ? 2000 : 200));
  const seed = random.pick(seeds);
  if (shape === 'cbor' && random.chance(0.5)) {
    const reshaped = encodeCbor(reshapedValue(random, decodeCbor(seed), 0));
    return random.chance(0.2) ? changedBytes(random, reshaped, seeds) : reshaped;
  }
  return changedBytes(random, seed, seeds);
}

function changedBytes(random: SeededRandom, seed: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes = Uint8Array.from(seed);
  const changes = 1 + random.below(random.chance(0.1) ? 16 : 4);
  for (let change = 0; change < changes; change += 1) bytes = changedOnce(random, bytes, seeds);
  return bytes.subarray(0, LONGEST);
}

function changedOnce(random: SeededRandom, bytes: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(bytes.length - at, random.chance(0.2) ? 1000 : 12) + 1);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  switch (random.below(9)) {
    case 0:
      return joined(before, [(bytes[at] ?? 0) ^ (1 << random.below(8))], bytes.subarray(at + 1));
    case 1:
      return joined(before, [random.pick(TELLING)], bytes.subarray(at + 1));
    case 2:
      return joined(before, [random.below(256)], bytes.subarray(at + 1));
    case 3:
      return joined(before);
    case 4:
      return joined(before, after);
    case 5:
      return joined(before, random.bytes(random.below(12)), bytes.subarray(at));
    case 6:
      return joined(before, bytes.subarray(at, at + length), bytes.subarray(at));
    case 7:
      return joined(before, bigEndian(random), bytes.subarray(at + 4));
    default: {
      const other = random.pick(seeds);
      return joined(before, other.subarray(random.below(other.length + 1)));
    }
  }
}

function bigEndian(random: SeededRandom): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, random.pick(TELLING_LENGTHS));
  return random.chance(0.5) ? bytes : bytes.subarray(2);
}

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part)))),
  );
}

/** The same value with one or more of its parts of another kind, size or number. */
function reshapedValue(random: SeededRandom, value: CborValue, depth: number): CborValue {
  if (random.chance(depth === 0 ? 0.02 : 0.12)) return otherValue(random, depth);
  if (value instanceof Map) return reshapedMap(random, value as CborMap, depth);
  if (Array.isArray(value)) {
    const items = (value as readonly CborValue[]).map((item) => reshapedValue(random, item, depth + 1));
    return random.chance(0.1) ? [...items, ...items.slice(0, 3)] : items;
  }
  if (value instanceof Uint8Array && random.chance(0.2)) {
    return random.chance(0.5)
      ? value.slice(0, random.below(value.length + 1))
      : joined(value, random.bytes(random.below(40)));
  }
  if (typeof value === 'number' && random.chance(0.2)) return random.pick(TELLING_NUMBERS);
  return value;
}

function reshapedMap(random: SeededRandom, map: CborMap, depth: number): CborMap {
  const members = new Map<CborKey, CborValue>();
  for (const [key, member] of map) {
    if (random.chance(0.06)) continue;
    members.set(random.chance(0.03) ? otherKey(random) : key, reshapedValue(random, member, depth + 1));
  }
  if (random.chance(0.1)) members.set(otherKey(random), otherValue(random, depth + 1));
  return members;
}

function otherKey(random: SeededRandom): CborKey {
  return random.chance(0.7) ? random.below(34) - 2 : random.pick(['id', 'type', 'alg', 'sig', 'x5c', 'name', 'rk', '']);
}

function otherValue(random: SeededRandom, depth: number): CborValue {
  switch (random.below(depth > 3 ? 5 : 7)) {
    case 0:
      return random.pick(TELLING_NUMBERS);
    case 1:
      return random.chance(0.5);
    case 2:
      return random.bytes(random.pick([0, 1, 16, 31, 32, 33, 64, 65, 300]));
    case 3:
      return random.pick([
        '',
        'public-key',
        'packed',
        'none',
        '\u2026',
        '\u0000',
        'ssh:',
        '🔑'.repeat(20),
        'x'.repeat(300),
      ]);
    case 4:
      return BigInt('0xffffffffffffffff');
    case 5:
      return [otherValue(random, depth + 1), otherValue(random, depth + 1)];
    default:
      return new Map<CborKey, CborValue>([[otherKey(random), otherValue(random, depth + 1)]]);
  }
}
