import { Status } from '../../../native/ctap2/constants.ts';
import { type CborKey, type CborMap, type CborValue, isMap } from './cbor.ts';
import { CtapFailure } from './ctap-failure.ts';

/** Reads members of a request map by type: the wrong type is 0x11, a missing one 0x14 (CTAP 2.1, 8.2). */
export class RequestFields {
  private readonly map: CborMap;

  constructor(map: CborMap) {
    this.map = map;
  }

  static of(value: CborValue): RequestFields {
    if (!isMap(value)) throw new CtapFailure(Status.CBOR_UNEXPECTED_TYPE, 'the parameters are no map');
    return new RequestFields(value);
  }

  has(key: CborKey): boolean {
    return this.map.has(key);
  }

  value(key: CborKey): CborValue | undefined {
    return this.map.get(key);
  }

  bytes(key: CborKey): Uint8Array {
    return required(this.optionalBytes(key), key);
  }

  optionalBytes(key: CborKey): Uint8Array | undefined {
    const value = this.map.get(key);
    if (value === undefined || value instanceof Uint8Array) return value;
    throw wrongType(key);
  }

  text(key: CborKey): string {
    return required(this.optionalText(key), key);
  }

  optionalText(key: CborKey): string | undefined {
    const value = this.map.get(key);
    if (value === undefined || typeof value === 'string') return value;
    throw wrongType(key);
  }

  integer(key: CborKey): number {
    return required(this.optionalInteger(key), key);
  }

  optionalInteger(key: CborKey): number | undefined {
    const value = this.map.get(key);
    if (value === undefined || typeof value === 'number') return value;
    throw wrongType(key);
  }

  optionalBoolean(key: CborKey): boolean | undefined {
    const value = this.map.get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    throw wrongType(key);
  }

  fields(key: CborKey): RequestFields {
    return required(this.optionalFields(key), key);
  }

  optionalFields(key: CborKey): RequestFields | undefined {
    const value = this.map.get(key);
    if (value === undefined) return undefined;
    if (isMap(value)) return new RequestFields(value);
    throw wrongType(key);
  }

  array(key: CborKey): readonly CborValue[] {
    return required(this.optionalArray(key), key);
  }

  optionalArray(key: CborKey): readonly CborValue[] | undefined {
    const value = this.map.get(key);
    if (value === undefined || Array.isArray(value)) return value;
    throw wrongType(key);
  }
}

function required<T>(value: T | undefined, key: CborKey): T {
  if (value === undefined) throw new CtapFailure(Status.MISSING_PARAMETER, `member ${key} is missing`);
  return value;
}

function wrongType(key: CborKey): CtapFailure {
  return new CtapFailure(Status.CBOR_UNEXPECTED_TYPE, `member ${key} has the wrong type`);
}
