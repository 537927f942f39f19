import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CborValue, cborMap, decodeCbor, encodeCbor } from '../../../lab/authenticator/cbor.ts';
import { CtapFailure } from '../../../lab/authenticator/ctap-failure.ts';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { haveVectors, hex, vectorJson } from '../../shared-vectors.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { Platform } from './platform.ts';

const integer = fc.oneof(fc.integer(), fc.maxSafeInteger());
const leaf = fc.oneof(integer, fc.string(), fc.boolean(), fc.uint8Array({ maxLength: 300 }));
const value: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(integer, fc.string()), tie('value')), { maxLength: 4 })
      .map((entries) => cborMap(entries)),
  ),
})).value;

describe('the strict CBOR reader', () => {
  it('reads back whatever the writer wrote', () => {
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeCbor(one);
        expect(encodeCbor(decodeCbor(bytes))).toEqual(bytes);
      }),
    );
  });

  it('any bytes: a value whose canonical form they are, or 0x12', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(Buffer.from(encodeCbor(decodeCbor(bytes))).equals(bytes)).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CtapFailure);
          expect((thrown as CtapFailure).status).toBe(0x12);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.runIf(haveVectors('generated/ctap/canonical-cbor.json'))('agrees with python-fido2 on what is canonical', () => {
    const vectors = vectorJson<{
      valid: { cbor: string }[];
      not_canonical_or_not_allowed: { cbor: string; why: string }[];
    }>('generated/ctap/canonical-cbor.json');
    for (const { cbor } of vectors.valid) {
      expect(Buffer.from(encodeCbor(decodeCbor(hex(cbor)))).toString('hex')).toBe(cbor);
    }
    for (const { cbor, why } of vectors.not_canonical_or_not_allowed) {
      expect(() => decodeCbor(hex(cbor)), why).toThrow(CtapFailure);
    }
  });
});

describe('any bytes on the wire', () => {
  it('any reports, and any CBOR message on a granted channel, leave the key working', async () => {
    const clock = new ManualClock();
    const authenticator = new LabAuthenticator({ profile: 'yubikey-5.7', env: { clock } });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 64, maxLength: 64 }), { maxLength: 5 }),
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        async (reports, message) => {
          const platform = await Platform.connect(authenticator.bus);
          for (const report of reports) await platform.host.write(report);
          await clock.pass(600);
          await platform.host.send(platform.channel, 0x10, message);
          await settle();
          await clock.pass(31_000);
          expect(platform.host.messages.some((one) => one.command === 0x10)).toBe(true);
          platform.host.messages.length = 0;
          expect((await platform.command(0x04)).status).toBe(0);
          await platform.host.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});
