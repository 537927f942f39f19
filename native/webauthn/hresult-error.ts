/**
 * What an HRESULT of webauthn.dll means to a person. The documented ones are those of WebAuthNGetErrorName; NTSTATUS values come as
 * they are, or with FACILITY_NT_BIT.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { FACILITY_NT_BIT, Hresult, Ntstatus } from './constants.ts';

/** What was under way: the same number means one thing when a credential is made, another when one signs. */
export type Ceremony = 'makeCredential' | 'getAssertion';

interface Sentence {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly kind?: 'cancelled' | 'bug';
}

const DISMISSED: Sentence = {
  code: 'CANCELLED',
  message: 'The dialog of Windows was closed before the security key was used.',
  remedy: 'Nothing was lost; run it again when you are ready.',
  kind: 'cancelled',
};
const TIMED_OUT: Sentence = {
  code: 'WEBAUTHN_TIMED_OUT',
  message: 'Windows waited for the security key in vain: its time was up.',
  remedy: 'Repeat the command, and follow the dialog of Windows: PIN, then touch.',
};
const NOT_ALLOWED: Sentence = {
  code: 'WEBAUTHN_NOT_ALLOWED',
  message: 'Windows did not allow this use of the security key.',
  remedy: 'A policy of this computer may forbid it: ask who manages it. Or start Glasskey as an administrator.',
};
const NO_KEY: Sentence = {
  code: 'KEY_MISSING',
  message: 'Windows finds no security key.',
  remedy: 'Plug in your FIDO2 security key and repeat the command.',
};
const NO_CREDENTIAL: Sentence = {
  code: 'WEBAUTHN_NO_CREDENTIAL',
  message: 'The security key that Windows was shown does not hold the credential.',
  remedy: 'Plug in the key that was enrolled; glasskey status says which one that is.',
};
const EXCLUDED: Sentence = {
  code: 'WEBAUTHN_EXCLUDED',
  message: 'This security key holds a credential that the new one must not stand beside.',
  remedy: 'Use another security key.',
};
const UNSUPPORTED: Sentence = {
  code: 'WEBAUTHN_UNSUPPORTED',
  message: 'Windows or the security key cannot do what was asked for.',
  remedy:
    'Enroll with --algorithm ecdsa-sk, or use a key with a PIN that knows Ed25519 (YubiKey firmware 5.2.3 or later).',
};
const FULL: Sentence = {
  code: 'WEBAUTHN_KEY_FULL',
  message: 'The security key has no free slot for another resident credential.',
  remedy:
    'Delete one that you no longer need (glasskey credentials delete, as an administrator), then repeat the command.',
};
const INVALID_PARAMETER: Sentence = {
  code: 'WEBAUTHN_INVALID_PARAMETER',
  message: 'Windows does not take what it was asked for.',
  remedy: 'Update Windows and Glasskey, then repeat the command; if it happens again, report it.',
  kind: 'bug',
};

const BY_HRESULT: ReadonlyMap<number, Sentence> = new Map([
  [Hresult.ERROR_CANCELLED, DISMISSED],
  [Hresult.NTE_USER_CANCELLED, DISMISSED],
  [Ntstatus.CANCELLED, DISMISSED],
  [Hresult.ERROR_TIMEOUT, TIMED_OUT],
  [Ntstatus.TIMEOUT, TIMED_OUT],
  [Ntstatus.IO_TIMEOUT, TIMED_OUT],
  [Hresult.E_ACCESSDENIED, NOT_ALLOWED],
  [Hresult.NTE_PERM, NOT_ALLOWED],
  [Ntstatus.ACCESS_DENIED, NOT_ALLOWED],
  [Hresult.NTE_DEVICE_NOT_FOUND, NO_KEY],
  [Ntstatus.NO_SUCH_DEVICE, NO_KEY],
  [Ntstatus.DEVICE_NOT_CONNECTED, NO_KEY],
  [Hresult.NTE_EXISTS, EXCLUDED],
  [Ntstatus.OBJECT_NAME_COLLISION, EXCLUDED],
  [Hresult.NTE_NOT_SUPPORTED, UNSUPPORTED],
  [Hresult.ERROR_NOT_SUPPORTED, UNSUPPORTED],
  [Hresult.E_NOTIMPL, UNSUPPORTED],
  [Ntstatus.NOT_SUPPORTED, UNSUPPORTED],
  [Hresult.NTE_TOKEN_KEYSET_STORAGE_FULL, FULL],
  [Hresult.NTE_INVALID_PARAMETER, INVALID_PARAMETER],
  [Hresult.E_INVALIDARG, INVALID_PARAMETER],
  [Ntstatus.INVALID_PARAMETER, INVALID_PARAMETER],
]);

/** What is not found: a credential when one is to sign, a security key when one is to be made. */
const NOT_FOUND: readonly number[] = [Hresult.NTE_NOT_FOUND, Ntstatus.NOT_FOUND];

/**
 * The error of a call that failed. `hresult`: as a number of either sign. `errorName`: of WebAuthNGetErrorName, for what this table
 * does not know.
 */
export function hresultError(hresult: number, ceremony: Ceremony, errorName: string): GlasskeyError {
  const number = hresult >>> 0;
  const detail = { hresult: hex(number), errorName, ceremony };
  return new GlasskeyError({ ...sentenceOf(withoutNtBit(number), ceremony, errorName), detail });
}

function sentenceOf(number: number, ceremony: Ceremony, errorName: string): Sentence {
  if (NOT_FOUND.includes(number)) return ceremony === 'getAssertion' ? NO_CREDENTIAL : NO_KEY;
  const known = BY_HRESULT.get(number);
  if (known !== undefined) return known;
  if (errorName === 'NotAllowedError') return NOT_ALLOWED;
  return {
    code: 'WEBAUTHN_FAILED',
    message: `Windows could not use the security key (${hex(number)}${errorName === '' ? '' : `, ${errorName}`}).`,
    remedy: 'Unplug the key, plug it in again, and repeat the command; the PIN can be looked at in Windows Settings.',
  };
}

/** HRESULT_FROM_NT, undone. */
function withoutNtBit(number: number): number {
  return (number & FACILITY_NT_BIT) === 0 ? number : (number & ~FACILITY_NT_BIT) >>> 0;
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`;
}
