import { describe, expect, it } from 'vitest';
import { type AttestationPolicy, assertAttestationSuffices } from '../../../main/security-keys/attestation-policy.ts';
import { exactly } from '../../../main/security-keys/firmware.ts';
import type { VerifiedAttestation } from '../../../native/ctap2/attestation.ts';

const AAGUID = '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b';
const KEY = { name: 'the key', aaguid: AAGUID, firmware: exactly([5, 7, 1]) };

/** Under a root of the settings. */
const genuine = (namesAaguid: boolean): VerifiedAttestation => ({
  kind: 'genuine',
  certificate: Uint8Array.of(0x30),
  subject: 'CN=Serial 1',
  issuer: 'CN=Root',
  signature: Uint8Array.of(1),
  root: { name: 'CN=Root', source: '/etc/root.pem', chain: ['CN=Root'] },
  maker: { firmware: undefined, fips: false, namesAaguid },
});

function judging(policy: Partial<AttestationPolicy>, verdict: VerifiedAttestation) {
  const demanded = { require: 'genuine', allowedAaguids: [AAGUID], minimumFirmware: undefined, ...policy } as const;
  return () => assertAttestationSuffices(demanded, verdict, KEY);
}

describe('a list of models that is asked of genuine keys', () => {
  it('takes a key whose certificate names one of them', () => {
    expect(judging({}, genuine(true))).not.toThrow();
  });

  it('takes the word of no key for it, whoever issued its certificate', () => {
    expect(judging({}, genuine(false))).toThrow(
      expect.objectContaining({
        code: 'ATTESTATION_INSUFFICIENT',
        message: expect.stringContaining('does not name the model'),
      }),
    );
  });

  it('asks for no such name where it is empty, or where no maker need be proven', () => {
    expect(judging({ allowedAaguids: [] }, genuine(false))).not.toThrow();
    expect(judging({ require: 'off' }, genuine(false))).not.toThrow();
    expect(judging({ require: 'off' }, { kind: 'none' })).not.toThrow();
  });
});
