/**
 * Verification by the key itself, its fingerprint reader (CTAP 2.1, 6.5.3; ctap.md section 9), and when to ask for the PIN
 * instead.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Permission } from './constants.ts';
import type { AuthenticatorInfo } from './get-info.ts';

/** Tries before the PIN is asked for, where the key does not say (preferredPlatformUvAttempts). */
const DEFAULT_UV_ATTEMPTS = 3;

export type BuiltInUv =
  /** No reader, or one that gives out no tokens. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'no-finger-enrolled' }
  /** Too many unknown fingers: the right PIN unblocks it. */
  | { readonly kind: 'blocked' }
  /** `attempts`: how often to ask for the finger still, before asking for the PIN. Never 0. */
  | { readonly kind: 'usable'; readonly attempts: number }
  /** The key would take the finger, but has been asked as often as it wants: ask for the PIN. */
  | { readonly kind: 'ask-pin' };

/**
 * What to ask for next. `uvRetries`: what the key counts (`Authenticator.uvRetries`), undefined where it was not asked;
 * `failed`: how often the finger was not recognized (`UV_INVALID`) since this began.
 */
export function builtInUv(info: AuthenticatorInfo, uvRetries: number | undefined, failed = 0): BuiltInUv {
  const finger = info.options.get('uv');
  if (finger === undefined || info.options.get('pinUvAuthToken') !== true) return { kind: 'unsupported' };
  if (!finger) return { kind: 'no-finger-enrolled' };
  if (uvRetries !== undefined && uvRetries <= 0) return { kind: 'blocked' };
  const wanted = Math.max(info.preferredPlatformUvAttempts ?? DEFAULT_UV_ATTEMPTS, 1) - failed;
  const attempts = Math.min(wanted, uvRetries ?? wanted);
  return attempts > 0 ? { kind: 'usable', attempts } : { kind: 'ask-pin' };
}

/** Whether the key gives these permissions for a fingerprint: for fingerprints and settings only keys that say so. */
export function builtInUvGrants(info: AuthenticatorInfo, permissions: number): boolean {
  if ((permissions & Permission.BE) !== 0 && info.options.get('uvBioEnroll') !== true) return false;
  if ((permissions & Permission.ACFG) !== 0 && info.options.get('uvAcfg') !== true) return false;
  return builtInUv(info, undefined).kind === 'usable';
}

/** Throws `UV_UNAVAILABLE` where the key would refuse the fingerprint for this. */
export function assertBuiltInUvGrants(info: AuthenticatorInfo, permissions: number): void {
  if (builtInUvGrants(info, permissions)) return;
  throw new GlasskeyError({
    code: 'UV_UNAVAILABLE',
    message: 'This key does not take a fingerprint for this.',
    remedy: 'Give the PIN instead.',
  });
}
