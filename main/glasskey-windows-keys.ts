/** Managing security keys where they are reached through Windows: all that cannot be done that way is refused, each with the way that can. */
import { type BeyondWebauthn, beyondWebauthn, type ThroughWindowsReason } from '../native/webauthn/beyond-webauthn.ts';
import type { SecurityKeys } from './glasskey-security-keys.ts';

/** `keys` as they are but for what would open one: that throws `WEBAUTHN_CANNOT`. `because`: why it goes through Windows. */
export function securityKeysThroughWindows(keys: SecurityKeys, because: ThroughWindowsReason): SecurityKeys {
  const cannot = (what: BeyondWebauthn) => async (): Promise<never> => {
    throw beyondWebauthn(what, because);
  };
  return {
    ...keys,
    list: cannot('information'),
    look: cannot('information'),
    // None comes or goes that could be seen.
    watch: (_changed, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    wink: cannot('information'),
    setPin: cannot('pin'),
    changePin: cannot('pin'),
    credentials: cannot('credentials'),
    renameCredential: cannot('credentials'),
    deleteCredential: cannot('credentials'),
    fingerprints: cannot('fingerprints'),
    enrollFingerprint: cannot('fingerprints'),
    renameFingerprint: cannot('fingerprints'),
    removeFingerprint: cannot('fingerprints'),
    setAlwaysUv: cannot('settings'),
    setMinPinLength: cannot('settings'),
    reset: cannot('reset'),
  };
}
