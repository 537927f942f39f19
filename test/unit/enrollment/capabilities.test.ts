import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { assertCanEnroll } from '../../../main/enrollment/capabilities.ts';
import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';
import { type AuthenticatorInfo, parseInfo } from '../../../native/ctap2/get-info.ts';

const able: AuthenticatorInfo = {
  ...parseInfo(new Map([[0x03, new Uint8Array(16)]])),
  versions: ['FIDO_2_0', 'FIDO_2_1'],
  extensions: ['credProtect', 'hmac-secret'],
  options: new Map([
    ['rk', true],
    ['clientPin', true],
  ]),
  algorithms: [CoseAlgorithm.ES256, CoseAlgorithm.EDDSA],
  remainingResidentSlots: 1,
};

function refusal(
  change: Partial<AuthenticatorInfo>,
  algorithm: 'ed25519-sk' | 'ecdsa-sk' = 'ed25519-sk',
  mayHoldItAlready = false,
): GlasskeyError | undefined {
  try {
    assertCanEnroll({ ...able, ...change }, { algorithm }, { mayHoldItAlready });
    return undefined;
  } catch (error) {
    if (error instanceof GlasskeyError) return error;
    throw error;
  }
}

describe('a key that is to be enrolled', () => {
  it('is taken when it can do all that is needed, with its PIN set or not', () => {
    expect(refusal({})).toBeUndefined();
    const options = new Map([
      ['rk', true],
      ['clientPin', false],
    ]);
    expect(refusal({ options })).toBeUndefined();
  });

  it.each<[string, string, Partial<AuthenticatorInfo>]>([
    ['stores no resident credentials', 'KEY_NO_RESIDENT', { options: new Map([['clientPin', true]]) }],
    ['knows no PIN', 'KEY_NO_PIN_SUPPORT', { options: new Map([['rk', true]]) }],
    ['knows no credProtect', 'KEY_NO_CREDPROTECT', { extensions: ['hmac-secret'] }],
    ['knows no Ed25519', 'CTAP_NO_EDDSA', { algorithms: [CoseAlgorithm.ES256] }],
    ['is full', 'CTAP_KEY_STORE_FULL', { remainingResidentSlots: 0 }],
    ['wants its PIN changed', 'PIN_CHANGE_FORCED', { forcePinChange: true }],
  ])('is refused with a sentence and a remedy when it %s', (_what, code, change) => {
    const error = refusal(change);
    expect(error).toMatchObject({ code, kind: 'expected' });
    for (const sentence of [error?.message, error?.remedy]) expect(sentence).toMatch(/^[A-Z].*[.)]$/);
  });

  it('is told the algorithm that it has instead', () => {
    expect(refusal({ algorithms: [CoseAlgorithm.ES256] })?.remedy).toContain('--algorithm ecdsa-sk');
    expect(refusal({ algorithms: [CoseAlgorithm.EDDSA] }, 'ecdsa-sk')?.remedy).toContain('--algorithm ed25519-sk');
  });

  it('that does not list its algorithms is asked rather than refused', () => {
    expect(refusal({ algorithms: undefined })).toBeUndefined();
  });

  it('that is full may replace a credential that it holds already', () => {
    expect(refusal({ remainingResidentSlots: 0 }, 'ed25519-sk', true)).toBeUndefined();
  });
});
