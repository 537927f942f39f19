/**
 * The CBOR of CTAP2 (CTAP 2.1, section 8; ctap.md 3.1): canonical when we write; when we read, whatever could be read two
 * ways is refused, and a harmless departure from the canonical form is told to the log.
 *
 * cbor-x does the coding. It neither sorts keys nor minds duplicates, indefinite lengths or absurd sizes (ctap.md 3.2), so
 * the bytes are walked first: nothing reaches it that the walk has not measured. Of its builds it is the one that compiles no code of its
 * own and looks for no native addon (cbor-extract), which it would only want for long texts.
 */
import { Encoder } from 'cbor-x/index-no-eval';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export type CborKey = number | string;
export type CborValue = number | bigint | string | boolean | Uint8Array | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<CborKey, CborValue>;

/** Deepest nesting that is read. CTAP asks for 4; some vendors go a little deeper in members that nobody reads. */
const MAX_DEPTH = 8;

const coder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false, mapsAsObjects: false });

/** The canonical encoding: shortest heads, map keys in CTAP2 order. */
export function encodeCbor(value: CborValue): Uint8Array {
  return new Uint8Array(coder.encode(canonical(value)));
}

/** A map from its members, those that are undefined left out (cbor-x would write them as `f7`). */
export function cborMap(members: readonly (readonly [CborKey, CborValue | undefined])[]): CborMap {
  const map = new Map<CborKey, CborValue>();
  for (const [key, value] of members) if (value !== undefined) map.set(key, value);
  return map;
}

function canonical(value: CborValue): unknown {
  // cbor-x writes plain Uint8Arrays of subclass Buffer alike; numbers above 2^32 would become floats.
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) > 0xffffffff ? BigInt(value) : value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(canonical);
  if (value instanceof Map) {
    const entries = [...(value as CborMap)].map(
      ([key, member]) => [key, new Uint8Array(coder.encode(key)), canonical(member)] as const,
    );
    entries.sort((a, b) => compareKeys(a[1], b[1]));
    return new Map(entries.map(([key, , member]) => [key, member]));
  }
  return value;
}

/** CTAP2 key order: major type, then shorter encoding, then bytewise. */
function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const major = ((a[0] ?? 0) >> 5) - ((b[0] ?? 0) >> 5);
  if (major !== 0) return major;
  return a.length - b.length || Buffer.compare(a, b);
}

export interface Decoded {
  readonly value: CborValue;
  /** Bytes that the item took. */
  readonly length: number;
  /** Harmless departures from the canonical form, for the log. */
  readonly departures: readonly string[];
}

/**
 * Reads one item that must fill all of `bytes`. Throws `CBOR_MALFORMED` upon truncation, trailing bytes, indefinite
 * lengths, duplicate keys, tags, floats, null, invalid UTF-8, or nesting deeper than 8.
 */
export function decodeCbor(bytes: Uint8Array, onDeparture?: (departure: string) => void): CborValue {
  const { value, length, departures } = decodeCborItem(bytes);
  if (length < bytes.length) throw malformed(`${bytes.length - length} bytes follow the item`);
  for (const departure of departures) onDeparture?.(departure);
  return value;
}

/** Reads the item at the start of `bytes`; more may follow (authenticator data puts two after one another). */
export function decodeCborItem(bytes: Uint8Array): Decoded {
  const walk = new Walk(bytes);
  walk.item(0);
  const value = coder.decode(Buffer.from(bytes.subarray(0, walk.offset)));
  return { value: plain(value), length: walk.offset, departures: [...walk.departures] };
}

/** cbor-x gives BigInt for 64-bit heads even when small, and Buffers that share its input. */
function plain(value: unknown): CborValue {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    const map = new Map<CborKey, CborValue>();
    for (const [key, member] of value) map.set(plain(key) as CborKey, plain(member));
    return map;
  }
  throw malformed('it holds a value that CTAP does not use');
}

function malformed(fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CBOR_MALFORMED',
    message: `The security key sent data that cannot be read: ${fault}.`,
    remedy: 'Repeat the command; if it happens again, try another key and report this one.',
  });
}

/** Walks one item without building anything: lengths, nesting, key order and duplicates. */
class Walk {
  readonly #bytes: Uint8Array;
  readonly departures = new Set<string>();
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  item(depth: number): void {
    if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
    const { major, argument } = this.#head();
    switch (major) {
      case 0:
      case 1:
        return;
      case 2:
        this.#take(argument);
        return;
      case 3:
        this.#text(this.#take(argument));
        return;
      case 4:
        this.#fits(argument, 1);
        for (let index = 0; index < argument; index += 1) this.item(depth + 1);
        return;
      case 5:
        this.#fits(argument, 2);
        this.#map(argument, depth);
        return;
      case 7:
        if (argument !== 20 && argument !== 21) throw malformed('it holds a value that is neither true nor false');
        return;
      default:
        throw malformed('it holds a tag');
    }
  }

  #map(pairs: number, depth: number): void {
    const seen = new Set<string>();
    let previous: Uint8Array | undefined;
    for (let index = 0; index < pairs; index += 1) {
      const from = this.offset;
      const { major, argument } = this.#head();
      if (major !== 0 && major !== 1 && major !== 3) throw malformed('a map key is neither a number nor text');
      const text = major === 3 ? this.#text(this.#take(argument)) : '';
      // By meaning, not by bytes: 01 and 1801 are the same key.
      const identity = `${major}:${major === 3 ? text : argument}`;
      if (seen.has(identity)) throw malformed('a map key occurs twice');
      seen.add(identity);
      const key = this.#bytes.subarray(from, this.offset);
      if (previous !== undefined && compareKeys(previous, key) > 0) this.departures.add('map keys are not sorted');
      previous = key;
      this.item(depth + 1);
    }
  }

  #head(): { major: number; argument: number } {
    const first = this.#byte();
    const major = first >> 5;
    const short = first & 0x1f;
    if (short < 24) return { major, argument: short };
    if (short === 31) throw malformed('it has an indefinite length');
    if (short > 27) throw malformed('it has a head that CBOR does not define');
    if (major === 7) throw malformed('it holds a float or an unknown simple value');
    let argument = 0;
    const size = 1 << (short - 24);
    for (let index = 0; index < size; index += 1) argument = argument * 256 + this.#byte();
    const least = short === 24 ? 24 : 2 ** (8 * (size / 2));
    if (argument < least) this.departures.add('a length or number is not in its shortest form');
    return { major, argument };
  }

  /** Before anything is made from a count: so many items cannot be in what is left. */
  #fits(count: number, bytesEach: number): void {
    if (count * bytesEach > this.#bytes.length - this.offset) throw malformed('it ends too early');
  }

  #take(length: number): Uint8Array {
    this.#fits(length, 1);
    const from = this.offset;
    this.offset += length;
    return this.#bytes.subarray(from, this.offset);
  }

  #byte(): number {
    const byte = this.#bytes[this.offset];
    if (byte === undefined) throw malformed('it ends too early');
    this.offset += 1;
    return byte;
  }

  #text(bytes: Uint8Array): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw malformed('text in it is not UTF-8');
    }
  }
}
