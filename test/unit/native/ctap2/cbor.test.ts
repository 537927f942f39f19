import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import { type CborValue, cborMap, decodeCbor, decodeCborItem, encodeCbor } from '../../../../native/ctap2/cbor.ts';
import { haveVectors, hex, toHex, vectorJson } from '../../shared-vectors.ts';
import { threadMs } from '../../thread-time.ts';

const malformed = expect.objectContaining({ code: 'CBOR_MALFORMED' });

describe('encodeCbor', () => {
  it('sorts map keys by major type, then length, then bytes', () => {
    // CTAP 2.1, section 8; first entry of shared/vectors/generated/ctap/canonical-cbor.json
    const keys = ['aa', 'b', 1000, 'a', 100, -25, 24, -2, 3, -1, 1];
    const map = cborMap(keys.map((key) => [key, 0] as const));
    expect(toHex(encodeCbor(map))).toBe('ab010003001818001864001903e8002000210038180061610061620062616100');
  });

  it('leaves undefined members out, and writes bytes without a tag', () => {
    const map = cborMap([
      [1, undefined],
      [2, Uint8Array.of(1, 2)],
    ]);
    expect(toHex(encodeCbor(map))).toBe('a102420102');
  });

  it.runIf(haveVectors('generated/ctap/canonical-cbor.json'))('reproduces every canonical known answer', () => {
    const { valid } = vectorJson<{ valid: { cbor: string }[] }>('generated/ctap/canonical-cbor.json');
    expect(valid.length).toBeGreaterThan(20);
    for (const { cbor } of valid) {
      const departures: string[] = [];
      const value = decodeCbor(hex(cbor), (departure) => departures.push(departure));
      expect(toHex(encodeCbor(value)), cbor).toBe(cbor);
      expect(departures, cbor).toEqual([]);
    }
  });

  it('is undone by decodeCbor for any CTAP value', () => {
    const scalar: fc.Arbitrary<CborValue> = fc.oneof(
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.string(),
      fc.uint8Array({ maxLength: 400 }),
    );
    const key = fc.oneof(fc.integer(), fc.string({ maxLength: 30 }));
    const level = (inner: fc.Arbitrary<CborValue>): fc.Arbitrary<CborValue> =>
      fc.oneof(
        inner,
        fc.array(inner, { maxLength: 30 }),
        fc.array(fc.tuple(key, inner), { maxLength: 30 }).map((m) => new Map(m)),
      );
    fc.assert(
      fc.property(level(level(level(scalar))), (value) => {
        const bytes = encodeCbor(value);
        const departures: string[] = [];
        const back = decodeCbor(bytes, (departure) => departures.push(departure));
        expect(toHex(encodeCbor(back))).toBe(toHex(bytes));
        expect(departures).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('decodeCbor', () => {
  it.each([
    ['an indefinite map', 'bf0101ff'],
    ['an indefinite byte string', '5f4101ff'],
    ['an indefinite array', '9f01ff'],
    ['a duplicate key', 'a201010102'],
    ['a duplicate key in another length', 'a20101180102'],
    ['a duplicate text key', 'a2616101616102'],
    ['a float', 'f97e00'],
    ['null', 'f6'],
    ['a tag', 'c001'],
    ['a trailing byte', 'a1010100'],
    ['a truncated map', 'a101'],
    ['a byte string longer than the input', '5bffffffffffffffff00'],
    ['an array of four thousand million', '9affffffff00'],
    ['a map of four thousand million', 'baffffffff0000'],
    ['text that is not UTF-8', '61ff'],
    ['nesting nine deep', '81818181818181818100'],
    ['a byte string as a map key', 'a1410100'],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeCbor(hex(bytes))).toThrow(malformed);
  });

  it.each([
    ['a number in a longer form', '1801', 'a length or number is not in its shortest form'],
    ['a length in a longer form', '58010a', 'a length or number is not in its shortest form'],
    ['unsorted keys', 'a202010101', 'map keys are not sorted'],
  ])('reads %s, and tells of it', (_, bytes, departure) => {
    const told: string[] = [];
    decodeCbor(hex(bytes), (what) => told.push(what));
    expect(told).toEqual([departure]);
  });

  it('says how long the first of several items is', () => {
    expect(decodeCborItem(hex('a10102f5'))).toMatchObject({ length: 3 });
  });

  it('gives a value or a typed error for any bytes, within 100 ms and without growing', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      // Heads that promise much: the classic ways to make a reader allocate.
      fc
        .tuple(fc.constantFrom(0x5a, 0x7a, 0x9a, 0xba, 0x9b, 0xbb), fc.uint8Array({ maxLength: 64 }))
        .map(([head, rest]) => Uint8Array.of(head, ...rest)),
    );
    const before = process.memoryUsage().arrayBuffers;
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const from = threadMs();
        try {
          decodeCborItem(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(GlasskeyError);
        }
        expect(threadMs() - from).toBeLessThan(100);
      }),
      { numRuns: 2000 },
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });
});
