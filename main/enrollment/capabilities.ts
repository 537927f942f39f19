/** Whether an authenticator can hold the credential that is planned, told before anybody types a PIN or touches it. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import type { AuthenticatorInfo } from '../../native/ctap2/get-info.ts';
import type { EnrollmentPlan } from './enrollment.ts';

export const COSE_OF = { 'ed25519-sk': CoseAlgorithm.EDDSA, 'ecdsa-sk': CoseAlgorithm.ES256 } as const;

const FREE_A_SLOT =
  'See what is on it with glasskey credentials list, delete one that you no longer need, then repeat the command.';
const BETTER_KEY = 'Use a key with newer firmware (YubiKey 5.2.3 or later).';

/**
 * Throws `KEY_NO_RESIDENT`, `KEY_NO_PIN_SUPPORT`, `KEY_NO_CREDPROTECT`, `CTAP_NO_EDDSA`, `CTAP_KEY_STORE_FULL`, `PIN_CHANGE_FORCED`. A
 * CTAP 2.0 key does not list its algorithms: that it lacks Ed25519 shows only when it is asked. A key that may hold this
 * very credential from a run that was stopped needs no free slot for it: it replaces it.
 */
export function assertCanEnroll(
  info: AuthenticatorInfo,
  plan: Pick<EnrollmentPlan, 'algorithm'>,
  { mayHoldItAlready }: { readonly mayHoldItAlready: boolean },
): void {
  if (info.options.get('rk') !== true) {
    throw new GlasskeyError({
      code: 'KEY_NO_RESIDENT',
      message: 'This key cannot store resident credentials.',
      remedy: 'Use a FIDO2 key that can (any YubiKey 5).',
    });
  }
  if (!info.options.has('clientPin')) {
    throw new GlasskeyError({
      code: 'KEY_NO_PIN_SUPPORT',
      message: 'This key has no PIN, so it cannot prove that its owner uses it.',
      remedy: 'Use a FIDO2 key with a PIN (any YubiKey 5).',
    });
  }
  // A key without credProtect ignores it silently, and the credential would answer without a PIN (ctap.md section 15).
  if (!info.extensions.includes('credProtect')) {
    throw new GlasskeyError({
      code: 'KEY_NO_CREDPROTECT',
      message: 'This key cannot protect a credential with its PIN (no credProtect).',
      remedy: BETTER_KEY,
    });
  }
  if (info.algorithms && !info.algorithms.includes(COSE_OF[plan.algorithm])) {
    throw new GlasskeyError({
      code: 'CTAP_NO_EDDSA',
      message: `This key cannot make ${plan.algorithm} keys.`,
      remedy: `Enroll with --algorithm ${plan.algorithm === 'ed25519-sk' ? 'ecdsa-sk' : 'ed25519-sk'}, or use another key.`,
    });
  }
  if (info.remainingResidentSlots === 0 && !mayHoldItAlready) {
    throw new GlasskeyError({
      code: 'CTAP_KEY_STORE_FULL',
      message: 'The key has no free slot for another resident credential.',
      remedy: FREE_A_SLOT,
    });
  }
  if (info.forcePinChange) {
    throw new GlasskeyError({
      code: 'PIN_CHANGE_FORCED',
      message: 'This key wants its PIN changed before it does anything else.',
      remedy: 'Change it with glasskey pin change, then repeat the command.',
    });
  }
}
