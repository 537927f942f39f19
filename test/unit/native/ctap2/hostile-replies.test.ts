import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import { verifyAttestation } from '../../../../native/ctap2/attestation.ts';
import { parseAuthenticatorData } from '../../../../native/ctap2/authenticator-data.ts';
import {
  parseFingerprints,
  parseFirstSample,
  parseSample,
  parseSensorInfo,
} from '../../../../native/ctap2/bio-enrollment.ts';
import { type CborKey, type CborValue, decodeCbor, encodeCbor } from '../../../../native/ctap2/cbor.ts';
import { parseKeyAgreementReply, parsePinRetries, parseUvRetries } from '../../../../native/ctap2/client-pin.ts';
import {
  parseCredentialReply,
  parseCredentialsMetadata,
  parseRelyingPartyReply,
} from '../../../../native/ctap2/credential-management.ts';
import { parseAssertion } from '../../../../native/ctap2/get-assertion.ts';
import { parseInfo } from '../../../../native/ctap2/get-info.ts';
import { parseMakeCredential } from '../../../../native/ctap2/make-credential.ts';
import { yubicoTrust } from '../../../../native/ctap2/yubico-roots.ts';
import { hex } from '../../shared-vectors.ts';
import { threadMs } from '../../thread-time.ts';

/** Authenticator data of a real key: shared/vectors/python-fido2/ctap2.json (python-fido2 tests/test_ctap2.py, BSD-2-Clause). */
const AUTH_DATA = hex(
  '0021f5fc0b85cd22e60623bcd7d1ca48948909249b4776eb515154e57b66ae12410000001cf8a011f38c0a4d15800617111f9edc7d0040' +
    'fe3aac036d14c1e1c65518b698dd1da8f596bc33e11072813466c6bf3845691509b80fb76d59309b8d39e0a93452688f6ca3a39a76f3fc52744fb73948b15783' +
    'a5010203262001215820643566c206dd00227005fa5de69320616ca268043a38f08bde2e9dc45a5cafaf225820171353b2932434703726aae579fa6542432861fe591e481ea22d63997e1a5290',
);

function expectValueOrTypedError(read: () => unknown): void {
  const from = threadMs();
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(GlasskeyError);
  }
  expect(threadMs() - from).toBeLessThan(100);
}

const value: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.boolean(),
    fc.string(),
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(
        fc.tuple(
          fc.oneof(fc.integer({ min: -4, max: 32 }), fc.constantFrom('id', 'type', 'alg', 'sig', 'x5c')),
          tie('value'),
        ),
        {
          maxLength: 6,
        },
      )
      .map((members) => new Map<CborKey, CborValue>(members)),
  ),
})).value;

const mutated = fc
  .tuple(fc.nat(AUTH_DATA.length), fc.array(fc.tuple(fc.nat(AUTH_DATA.length - 1), fc.nat(255)), { maxLength: 4 }))
  .map(([length, changes]) => {
    const bytes = AUTH_DATA.slice(0, length === 0 ? AUTH_DATA.length : length);
    for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
    return bytes;
  });

describe('replies of a hostile key', () => {
  it('give a value or a typed error for any CBOR of any shape', () => {
    const readers: readonly ((reply: CborValue) => unknown)[] = [
      parseInfo,
      parsePinRetries,
      parseUvRetries,
      parseKeyAgreementReply,
      parseAssertion,
      parseMakeCredential,
      parseCredentialsMetadata,
      parseRelyingPartyReply,
      (reply) => parseCredentialReply(reply, { id: 'ssh:', idHash: new Uint8Array(32) }),
      parseSensorInfo,
      parseFingerprints,
      parseFirstSample,
      parseSample,
    ];
    fc.assert(
      fc.property(value, (reply) => {
        const sent = decodeCbor(encodeCbor(reply));
        for (const read of readers) expectValueOrTypedError(() => read(sent));
      }),
      { numRuns: 1000 },
    );
  });

  it('give a value or a typed error for authenticator data cut and changed anywhere', () => {
    expect(parseAuthenticatorData(AUTH_DATA).attested?.credentialId).toHaveLength(64);
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        expectValueOrTypedError(() => parseAuthenticatorData(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  it('give a verdict or a typed error for any attestation statement', () => {
    fc.assert(
      fc.property(fc.constantFrom('packed', 'none', 'fido-u2f', 'tpm'), value, (format, statement) => {
        expectValueOrTypedError(() => {
          const reply = new Map<CborKey, CborValue>([
            [1, format],
            [2, AUTH_DATA],
            [3, statement],
          ]);
          verifyAttestation(parseMakeCredential(reply), new Uint8Array(32), yubicoTrust(), 0);
        });
      }),
      { numRuns: 1000 },
    );
  });
});
