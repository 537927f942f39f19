import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../electron-standin/wire/structured-wire.ts';

const across = <T>(value: T): unknown => decode(encode(value));

describe('the structured clone as text', () => {
  it('gives back what structuredClone gives, for anything that can be cloned', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withBoxedValues: true,
      withUnicodeString: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(across(value)).toEqual(structuredClone(value));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what JSON loses: undefined, NaN, -0, bigint, holes, Date, RegExp, Map, Set, bytes', () => {
    expect(across(undefined)).toBeUndefined();
    expect(across(Number.NaN)).toBeNaN();
    expect(Object.is(across(-0), -0)).toBe(true);
    expect(across(2n ** 70n)).toBe(2n ** 70n);
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested.
    const holey = across([1, , 3]) as unknown[];
    expect([holey.length, 1 in holey]).toEqual([3, false]);
    expect(across(/a+/gi)).toEqual(/a+/gi);
    expect(across(new Uint8Array([0, 255]).subarray(1))).toEqual(new Uint8Array([255]));
    expect(across(new Uint8Array([1, 2]).buffer)).toEqual(new Uint8Array([1, 2]).buffer);
    expect(across(new DataView(new ArrayBuffer(2)))).toEqual(new DataView(new ArrayBuffer(2)));
  });

  it('turns a Buffer into a Uint8Array, as Electron’s IPC does', () => {
    const back = across(Buffer.from('hi'));
    expect(back).toEqual(new Uint8Array([104, 105]));
    expect(Buffer.isBuffer(back)).toBe(false);
  });

  it('keeps shared and cyclic references', () => {
    const shared = { a: 1 };
    const value: Record<string, unknown> = { one: shared, two: shared };
    value.self = value;
    const back = across(value) as Record<string, unknown>;
    expect(back.one).toBe(back.two);
    expect(back.self).toBe(back);
  });

  it('drops prototypes, and takes a key named __proto__ for a key', () => {
    class Point {
      x = 1;
      move(): void {}
    }
    const back = across(new Point()) as object;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(back).toEqual({ x: 1 });
    const hostile = across(JSON.parse('{"__proto__": {"polluted": true}}')) as object;
    expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype);
    expect(Object.keys(hostile)).toEqual(['__proto__']);
  });

  it('keeps an error’s name, message and stack, and nothing of the app’s own', () => {
    const error = Object.assign(new TypeError('wrong'), { secret: 1 });
    const back = across(error) as TypeError;
    expect([back instanceof TypeError, back.message, back.stack, 'secret' in back]).toEqual([
      true,
      'wrong',
      error.stack,
      false,
    ]);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a promise', Promise.resolve()],
    ['a WeakMap', new WeakMap()],
    ['a URL', new URL('https://example.com')],
    ['an object with a function in it', { deep: [{ run: () => 1 }] }],
  ])('refuses %s in Electron’s words', (_name, value) => {
    expect(() => encode(value)).toThrow('An object could not be cloned.');
  });

  it('refuses what nests deeper than the stack', () => {
    let deep: unknown[] = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(() => encode(deep)).toThrow('An object could not be cloned.');
  });

  it.each(['["?", 1]', '{"a":1}', '["v","Nothing",""]', '[]', 'no json'])(
    'refuses %s, which it never wrote',
    (text) => {
      expect(() => decode(text)).toThrow();
    },
  );
});
