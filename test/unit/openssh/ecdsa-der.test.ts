import { describe, expect, it } from 'vitest';
import { ecdsaSignatureFromDer, ecdsaSignatureToDer } from '../../../main/openssh/ecdsa-der.ts';
import { ECDSA_ASSERTION, hex } from './known-answers.ts';
import { thrownCode } from './thrown-code.ts';

const ONE = '00'.repeat(31).concat('01');

describe('an ECDSA signature in DER', () => {
  it('of an authenticator is read and written again byte for byte', () => {
    const der = hex(ECDSA_ASSERTION.signature);
    expect(ecdsaSignatureToDer(ecdsaSignatureFromDer(der))).toStrictEqual(der);
  });

  it('gives numbers of 32 bytes, short or with their top bit set', () => {
    const high = '80'.concat('00'.repeat(31));
    const { r, s } = ecdsaSignatureFromDer(hex(`3026020101022100${high}`));
    expect(Buffer.from(r).toString('hex')).toBe(ONE);
    expect(Buffer.from(s).toString('hex')).toBe(high);
    expect(Buffer.from(ecdsaSignatureToDer({ r, s })).toString('hex')).toBe(`3026020101022100${high}`);
  });

  it('may have needless leading zeros', () => {
    const { r, s } = ecdsaSignatureFromDer(hex('30080202000102020001'));
    expect(Buffer.from(r).toString('hex')).toBe(ONE);
    expect(Buffer.from(s).toString('hex')).toBe(ONE);
  });

  it.each([
    ['nothing', ''],
    ['another tag', '3106020101020101'],
    ['a wrong length', '3007020101020101'],
    ['bytes behind its end', '300602010102010100'],
    ['bytes behind its numbers', '300802010102010100ff'],
    ['a negative number', '3006020180020101'],
    ['a zero', '3006020100020101'],
    ['an empty number', '30050200020101'],
    ['one number', '3003020101'],
    ['a number of 33 bytes', `302602010102 2101${'00'.repeat(32)}`.replace(' ', '')],
    ['a number that runs out', '3006020101022001'],
    ['the long form of its length', '308106020101020101'],
  ])('with %s is refused', (_name, der) => {
    expect(thrownCode(() => ecdsaSignatureFromDer(hex(der)))).toBe('SIGNATURE_MALFORMED');
  });
});
