import { Status } from '../../../native/ctap2/constants.ts';
import { CtapFailure } from './ctap-failure.ts';

/**
 * CTAP2 canonical CBOR (CTAP 2.1, section 8), written for the lab alone: no part of it comes from native/, so that a
 * mistake there does not hide here. The reader is strict: whatever is not canonical ends the command with 0x12.
 */
export type CborKey = number | string;
export type CborMap = ReadonlyMap<CborKey, CborValue>;
export type CborValue = number | string | boolean | Uint8Array | readonly CborValue[] | CborMap;

const MAX_NESTING = 4;

/** A map from its entries; entries whose value is undefined are left out. */
export function cborMap(entries: Iterable<readonly [CborKey, CborValue | undefined]>): CborMap {
  const map = new Map<CborKey, CborValue>();
  for (const [key, value] of entries) if (value !== undefined) map.set(key, value);
  return map;
}

/** Encodes a value canonically: shortest heads, sorted keys. */
export function encodeCbor(value: CborValue): Uint8Array {
  return Buffer.concat(pieces(value));
}

function pieces(value: CborValue): Uint8Array[] {
  if (typeof value === 'number') return [value >= 0 ? head(0, value) : head(1, -1 - value)];
  if (typeof value === 'boolean') return [Uint8Array.of(value ? 0xf5 : 0xf4)];
  if (typeof value === 'string') {
    const utf8 = Buffer.from(value, 'utf8');
    return [head(3, utf8.length), utf8];
  }
  if (value instanceof Uint8Array) return [head(2, value.length), value];
  if (isMap(value)) {
    const entries = [...value].map(([key, item]) => ({ key: encodeCbor(key), item }));
    entries.sort((a, b) => compareKeys(a.key, b.key));
    return [head(5, entries.length), ...entries.flatMap((entry) => [entry.key, ...pieces(entry.item)])];
  }
  return [head(4, value.length), ...value.flatMap(pieces)];
}

export function isMap(value: CborValue): value is CborMap {
  return value instanceof Map;
}

function head(major: number, argument: number): Uint8Array {
  if (argument < 24) return Uint8Array.of((major << 5) | argument);
  if (argument < 0x100) return Uint8Array.of((major << 5) | 24, argument);
  const bytes = Buffer.alloc(argument < 0x10000 ? 3 : argument < 0x100000000 ? 5 : 9);
  if (bytes.length === 3) bytes.writeUInt16BE(argument, 1);
  else if (bytes.length === 5) bytes.writeUInt32BE(argument, 1);
  else bytes.writeBigUInt64BE(BigInt(argument), 1);
  bytes[0] = (major << 5) | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27);
  return bytes;
}

/** Section 8: major type first, then the shorter encoding, then bytewise. */
function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const majors = ((a[0] ?? 0) >> 5) - ((b[0] ?? 0) >> 5);
  if (majors !== 0) return majors;
  return a.length - b.length || Buffer.compare(a, b);
}

/** Reads exactly one canonical value that fills `bytes`, or fails with 0x12. */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.atEnd) throw notCanonical('bytes after the value');
  return value;
}

function notCanonical(why: string): CtapFailure {
  return new CtapFailure(Status.INVALID_CBOR, why);
}

class Reader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  value(depth: number): CborValue {
    const first = this.take(1)[0] ?? 0;
    const major = first >> 5;
    if (major === 7) {
      if (first === 0xf4) return false;
      if (first === 0xf5) return true;
      throw notCanonical('neither true nor false');
    }
    if (major === 6) throw notCanonical('a tag');
    const argument = this.argument(first & 0x1f);
    if (major === 0) return argument;
    if (major === 1) return -1 - argument;
    if (major === 2) return new Uint8Array(this.take(argument));
    if (major === 3) return this.text(argument);
    if (depth >= MAX_NESTING) throw notCanonical('nested too deeply');
    return major === 4 ? this.array(argument, depth) : this.map(argument, depth);
  }

  private argument(short: number): number {
    if (short < 24) return short;
    if (short > 27) throw notCanonical('indefinite or reserved length');
    const size = 1 << (short - 24);
    const big = BigInt(`0x${this.take(size).toString('hex')}`);
    const least = size === 1 ? 24n : 1n << BigInt(size * 4);
    if (big < least) throw notCanonical('a head that is not the shortest');
    if (big > BigInt(Number.MAX_SAFE_INTEGER)) throw notCanonical('a number too large for any CTAP member');
    return Number(big);
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.at) throw notCanonical('truncated');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private text(length: number): string {
    const utf8 = this.take(length);
    const text = utf8.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(utf8)) throw notCanonical('text that is not UTF-8');
    return text;
  }

  private array(length: number, depth: number): CborValue[] {
    const items: CborValue[] = [];
    for (let index = 0; index < length; index++) items.push(this.value(depth + 1));
    return items;
  }

  private map(length: number, depth: number): CborMap {
    const map = new Map<CborKey, CborValue>();
    let previous: Buffer | undefined;
    for (let index = 0; index < length; index++) {
      const start = this.at;
      const key = this.value(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string') throw notCanonical('a key that is no integer or text');
      const encoded = this.bytes.subarray(start, this.at);
      if (previous !== undefined && compareKeys(previous, encoded) >= 0) throw notCanonical('keys out of order');
      previous = encoded;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }
}
