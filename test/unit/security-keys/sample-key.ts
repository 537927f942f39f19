/** A key as it is described, for tests of whoever shows it. */
import { modelOf } from '../../../main/security-keys/models.ts';
import type { SecurityKey } from '../../../main/security-keys/security-key.ts';

/** A YubiKey 5 with a PIN; `over` replaces what a test is about. */
export function sampleKey(over: Partial<SecurityKey> = {}): SecurityKey {
  const aaguid = '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b';
  return {
    path: '/dev/hidraw3',
    product: 'Yubico YubiKey OTP+FIDO+CCID',
    vendorId: 0x1050,
    productId: 0x0407,
    model: modelOf({ aaguid }),
    aaguid,
    firmware: '5.7.1',
    pinSet: true,
    pinTriesLeft: 8,
    pin: { state: 'set', triesLeft: 8, minLength: 4, maxLength: 63, refusesSimple: false },
    fingerprints: undefined,
    freeSlots: 100,
    abilities: undefined,
    advisories: [],
    problem: undefined,
    ...over,
  };
}
