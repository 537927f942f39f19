/** Reads the members of a reply's CBOR map into types. What a member must be is said once, by the method that reads it. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { CborKey, CborMap, CborValue } from './cbor.ts';

export class MemberReader {
  readonly #map: CborMap;
  readonly #what: string;

  /** `what` names the map in errors ("the getInfo reply"). Throws `CTAP_MALFORMED` unless `value` is a map. */
  constructor(value: CborValue | undefined, what: string) {
    this.#what = what;
    if (!(value instanceof Map)) throw this.#malformed('is not a map');
    this.#map = value as CborMap;
  }

  bytes(key: CborKey, length?: number): Uint8Array {
    return this.optionalBytes(key, length) ?? this.#missing(key);
  }

  optionalBytes(key: CborKey, length?: number): Uint8Array | undefined {
    const value = this.#map.get(key);
    if (value === undefined) return undefined;
    if (!(value instanceof Uint8Array)) throw this.#wrong(key, 'bytes');
    if (length !== undefined && value.length !== length) throw this.#wrong(key, `${length} bytes`);
    return value;
  }

  text(key: CborKey): string {
    return this.optionalText(key) ?? this.#missing(key);
  }

  optionalText(key: CborKey): string | undefined {
    const value = this.#map.get(key);
    if (value !== undefined && typeof value !== 'string') throw this.#wrong(key, 'text');
    return value;
  }

  integer(key: CborKey): number {
    return this.optionalInteger(key) ?? this.#missing(key);
  }

  optionalInteger(key: CborKey): number | undefined {
    const value = this.#map.get(key);
    if (value !== undefined && typeof value !== 'number') throw this.#wrong(key, 'a number');
    return value;
  }

  optionalBoolean(key: CborKey): boolean | undefined {
    const value = this.#map.get(key);
    if (value !== undefined && typeof value !== 'boolean') throw this.#wrong(key, 'true or false');
    return value;
  }

  optionalArray(key: CborKey): readonly CborValue[] | undefined {
    const value = this.#map.get(key);
    if (value !== undefined && !Array.isArray(value)) throw this.#wrong(key, 'an array');
    return value as readonly CborValue[] | undefined;
  }

  /** A nested map, named `what` in its own errors. */
  map(key: CborKey, what: string): MemberReader {
    return this.optionalMap(key, what) ?? this.#missing(key);
  }

  optionalMap(key: CborKey, what: string): MemberReader | undefined {
    const value = this.#map.get(key);
    return value === undefined ? undefined : new MemberReader(value, what);
  }

  /** The map itself, for what is kept whole (an attestation statement). */
  value(key: CborKey): CborValue {
    return this.#map.get(key) ?? this.#missing(key);
  }

  entries(): readonly (readonly [CborKey, CborValue])[] {
    return [...this.#map];
  }

  #missing(key: CborKey): never {
    throw this.#malformed(`lacks member ${key}`);
  }

  #wrong(key: CborKey, expected: string): GlasskeyError {
    return this.#malformed(`has a member ${key} that is not ${expected}`);
  }

  #malformed(fault: string): GlasskeyError {
    return new GlasskeyError({
      code: 'CTAP_MALFORMED',
      message: `The security key sent ${this.#what} that ${fault}.`,
      remedy: 'Repeat the command; if it happens again, try another key and report this one.',
    });
  }
}
