/** What a CTAP2 status byte means to a person (CTAP 2.1, 8.2; ctap.md section 18). An unknown byte is kept and shown. */
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Status } from './constants.ts';

export interface Sentence {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const INTERNAL_REMEDY =
  'This is a fault in Glasskey or in the key: repeat the command, and report it if it happens again.';

/** CTAP2_ERR_VENDOR_FIRST. */
const FIRST_VENDOR_STATUS = 0xf0;

const SENTENCES: Readonly<Record<number, Sentence>> = {
  [Status.INVALID_COMMAND]: {
    code: 'CTAP_UNSUPPORTED',
    message: 'This key does not support this function.',
    remedy: 'Use a key with newer firmware (YubiKey 5.2.3 or later).',
  },
  [Status.TIMEOUT]: {
    code: 'CTAP_TIMEOUT',
    message: 'The key did not answer in time.',
    remedy: 'Repeat the command.',
  },
  [Status.CHANNEL_BUSY]: {
    code: 'KEY_BUSY',
    message: 'The key is busy with something else.',
    remedy: 'Finish or close what else uses it (a browser asking for a touch, ssh-keygen), then repeat the command.',
  },
  [Status.LIMIT_EXCEEDED]: {
    code: 'CTAP_LIMIT',
    message: 'Too many entries for this key.',
    remedy: INTERNAL_REMEDY,
  },
  [Status.UNSUPPORTED_EXTENSION]: {
    code: 'CTAP_UNSUPPORTED_EXTENSION',
    message: 'This key cannot protect the credential with its PIN (no credProtect).',
    remedy: 'Use a key with newer firmware (YubiKey 5.2.3 or later).',
  },
  [Status.FP_DATABASE_FULL]: {
    code: 'CTAP_FINGERPRINTS_FULL',
    message: 'The key has no room for more fingerprints.',
    remedy: 'Remove one first.',
  },
  [Status.LARGE_BLOB_STORAGE_FULL]: {
    code: 'CTAP_LARGE_BLOBS_FULL',
    message: 'The key has no room for more data.',
    remedy: 'Remove what you no longer need from it.',
  },
  [Status.CREDENTIAL_EXCLUDED]: {
    code: 'CTAP_EXCLUDED',
    message: 'This key already holds such a credential.',
    remedy: 'Use the one it holds, or another key.',
  },
  [Status.UNSUPPORTED_ALGORITHM]: {
    code: 'CTAP_NO_EDDSA',
    message: 'This key cannot make keys of the algorithm asked for.',
    remedy: 'Enroll with --algorithm ecdsa-sk, or use a key that knows Ed25519 (YubiKey firmware 5.2.3 or later).',
  },
  [Status.OPERATION_DENIED]: {
    code: 'CTAP_DENIED',
    message: 'The request was declined on the key.',
    remedy: 'Repeat the command and touch the key when it blinks.',
  },
  [Status.KEY_STORE_FULL]: {
    code: 'CTAP_KEY_STORE_FULL',
    message: 'The key has no free slot for another resident credential.',
    remedy:
      'See what is on it with glasskey credentials list, delete one that you no longer need, then repeat the command.',
  },
  [Status.UNSUPPORTED_OPTION]: {
    code: 'CTAP_UNSUPPORTED_OPTION',
    message: 'This key cannot store resident credentials or verify its user.',
    remedy: 'Use a FIDO2 key that has a PIN and resident credentials.',
  },
  [Status.NO_CREDENTIALS]: {
    code: 'CTAP_NO_CREDENTIALS',
    message: 'The credential is not on this key.',
    remedy: 'Plug in the key that was enrolled; glasskey keys says which one that is.',
  },
  [Status.USER_ACTION_TIMEOUT]: {
    code: 'CTAP_NO_TOUCH',
    message: 'The key was not touched within its time limit.',
    remedy: 'Repeat the command and touch the key when it blinks.',
  },
  [Status.NOT_ALLOWED]: {
    code: 'CTAP_NOT_ALLOWED',
    message: 'The key does not allow this now.',
    remedy: 'Unplug the key, plug it in again, and repeat the command.',
  },
  [Status.PIN_INVALID]: {
    code: 'PIN_WRONG',
    message: 'Wrong PIN.',
    remedy: 'Type the PIN of this security key; after 8 wrong ones in all it is blocked for good.',
  },
  [Status.PIN_BLOCKED]: {
    code: 'PIN_BLOCKED',
    message: 'The PIN of this key is blocked for good.',
    remedy: 'Use another key. Only a reset makes this one usable again, and it deletes everything on it.',
  },
  [Status.PIN_AUTH_INVALID]: {
    code: 'PIN_TOKEN_REFUSED',
    message: 'The key refused the proof that the PIN was given.',
    remedy: 'Repeat the command.',
  },
  [Status.PIN_TOKEN_EXPIRED]: {
    code: 'PIN_TOKEN_EXPIRED',
    message: 'What the key gave out for the PIN is no longer valid.',
    remedy: 'Repeat the command and give the PIN again.',
  },
  [Status.PIN_AUTH_BLOCKED]: {
    code: 'PIN_REPLUG_NEEDED',
    message: 'Three wrong PINs in a row: the key takes no more until it is plugged in again.',
    remedy: 'Unplug the key, plug it in again, and repeat the command with the right PIN.',
  },
  [Status.PIN_NOT_SET]: {
    code: 'PIN_NOT_SET',
    message: 'This key has no PIN yet.',
    remedy: 'Set one first: glasskey pin set; glasskey enroll does it on the way.',
  },
  [Status.PUAT_REQUIRED]: {
    code: 'PIN_REQUIRED',
    message: 'The key wants its PIN for this.',
    remedy: 'Repeat the command and give the PIN.',
  },
  [Status.PIN_POLICY_VIOLATION]: {
    code: 'PIN_POLICY',
    message: 'The key does not take this PIN: it is too short, or breaks a rule of this key.',
    remedy: 'Choose a longer PIN that is no simple pattern.',
  },
  [Status.REQUEST_TOO_LARGE]: {
    code: 'CTAP_REQUEST_TOO_LARGE',
    message: 'The request was too large for this key.',
    remedy: INTERNAL_REMEDY,
  },
  [Status.UP_REQUIRED]: {
    code: 'CTAP_TOUCH_REQUIRED',
    message: 'The key wants a touch for this.',
    remedy: 'Repeat the command and touch the key when it blinks.',
  },
  [Status.UV_BLOCKED]: {
    code: 'UV_BLOCKED',
    message: 'The fingerprint reader is blocked after too many tries.',
    remedy: 'Give the PIN instead; that unblocks it.',
  },
  [Status.INTEGRITY_FAILURE]: {
    code: 'CTAP_INTEGRITY',
    message: 'Data stored on the key is damaged.',
    remedy: INTERNAL_REMEDY,
  },
  [Status.INVALID_SUBCOMMAND]: {
    code: 'CTAP_UNSUPPORTED',
    message: 'This key does not support this function.',
    remedy: 'Use a key with newer firmware.',
  },
  [Status.UV_INVALID]: {
    code: 'UV_INVALID',
    message: 'The fingerprint was not recognized.',
    remedy: 'Try again, or give the PIN instead.',
  },
  [Status.UNAUTHORIZED_PERMISSION]: {
    code: 'CTAP_PERMISSION',
    message: 'The key does not grant this with its PIN.',
    remedy: 'Use the fingerprint instead, or another key.',
  },
  [Status.OTHER]: {
    code: 'CTAP_OTHER',
    message: 'The key reported an error without a reason.',
    remedy: 'Unplug it, plug it in again, and repeat the command.',
  },
};

/** Bytes that share another's sentence. */
const SAME_AS: Readonly<Record<number, number>> = {
  [Status.LOCK_REQUIRED]: Status.CHANNEL_BUSY,
  [Status.PROCESSING]: Status.CHANNEL_BUSY,
  [Status.USER_ACTION_PENDING]: Status.CHANNEL_BUSY,
  [Status.OPERATION_PENDING]: Status.CHANNEL_BUSY,
  [Status.INVALID_CREDENTIAL]: Status.NO_CREDENTIALS,
  [Status.ACTION_TIMEOUT]: Status.USER_ACTION_TIMEOUT,
};

/** The error for a status byte other than OK. `what` names the operation, for the cancelled one. */
export function statusError(status: number, what: string): GlasskeyError {
  if (status === Status.KEEPALIVE_CANCEL) return cancelled(what);
  return new GlasskeyError({ ...sentenceOf(status), detail: { ctapStatus: status } });
}

/** What a status byte says to a person, for whoever knows the same from elsewhere (`pin-state.ts`). */
export function sentenceOf(status: number): Sentence {
  const sentence = SENTENCES[SAME_AS[status] ?? status];
  if (sentence !== undefined) return sentence;
  const name = Object.entries(Status).find(([, value]) => value === status)?.[0];
  const hex = `0x${status.toString(16).padStart(2, '0')}`;
  if (status >= FIRST_VENDOR_STATUS) {
    return {
      code: 'CTAP_STATUS',
      message: `The key answered with status ${hex}, which its maker alone gives a meaning.`,
      remedy: 'Unplug it, plug it in again, and repeat the command; else ask its maker what that status means.',
    };
  }
  return {
    code: 'CTAP_STATUS',
    message: `The key answered with status ${hex}${name ? ` (${name})` : ''}.`,
    remedy: INTERNAL_REMEDY,
  };
}

/** The status byte an error came from, or undefined when it came from elsewhere. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof GlasskeyError ? error.detail.ctapStatus : undefined;
  return typeof status === 'number' ? status : undefined;
}
