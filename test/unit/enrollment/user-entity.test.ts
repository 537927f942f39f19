import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUserId, userName } from '../../../main/enrollment/user-entity.ts';

const NOVEMBER_23 = Date.UTC(2026, 10, 23, 23, 59);

describe('the user id', () => {
  it('is short printable ASCII with the day, padded with zeros to 32 bytes', () => {
    const id = newUserId(NOVEMBER_23, Uint8Array.of(0x1f, 0x9a, 0x3c, 0xff));
    expect(id).toHaveLength(32);
    expect(Buffer.from(id).toString('latin1')).toBe('glasskey-20261123-1f9a3c'.padEnd(32, '\0'));
  });

  it('differs between two enrollments of one day', () => {
    const ids = [1, 2, 3].map((last) => newUserId(NOVEMBER_23, Uint8Array.of(0, 0, last)).join());
    expect(new Set(ids).size).toBe(3);
  });

  it('never ends in the middle: its text is whole before the zeros, for any day of four-digit years', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        (day, unique) => {
          const text = Buffer.from(newUserId(day.getTime(), unique)).toString('latin1');
          expect(text).toMatch(/^glasskey-\d{8}-[0-9a-f]{6}\0{8}$/);
        },
      ),
    );
  });
});

describe('the user name', () => {
  it('says when and whose', () => {
    expect(userName('alice@laptop', NOVEMBER_23)).toBe('2026-11-23 alice@laptop');
  });

  it.each([
    ['a', 1],
    ['é', 2],
    ['漢', 3],
    ['🔑', 4],
  ])('of many %s is cut at 64 bytes, between characters', (character, bytes) => {
    const name = userName(character.repeat(80), NOVEMBER_23);
    const room = 64 - '2026-11-23 '.length;
    expect(name).toBe(`2026-11-23 ${character.repeat(Math.floor(room / bytes))}`);
  });

  it('of any owner has at most 64 bytes and is the beginning of the whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (owner) => {
        const name = userName(owner, NOVEMBER_23);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(64);
        expect(`2026-11-23 ${owner}`.startsWith(name)).toBe(true);
      }),
    );
  });
});
