/** How the management of security keys asks and tells people. The terminal, the window and the tests each implement it. */
import type { SampleStatus } from '../../native/ctap2/bio-enrollment.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { CredentialOnKey, EnrollmentOnKey, FingerprintOnKey } from './security-key.ts';

/** What the PIN is wanted for. */
export type KeyOperation =
  | 'change-pin'
  | 'list-credentials'
  | 'rename-credential'
  | 'delete-credential'
  | 'list-fingerprints'
  | 'enroll-fingerprint'
  | 'rename-fingerprint'
  | 'remove-fingerprint'
  | 'configure'
  | 'list-what-is-lost';

export interface KeyPinQuestion {
  readonly product: string;
  readonly operation: KeyOperation;
  /** Wrong tries left; undefined when it is the first question and the key has all of them left. */
  readonly triesLeft: number | undefined;
  /** True when what was typed just now was wrong. */
  readonly wasWrong: boolean;
}

/** The rules are told before they are broken. */
export interface NewKeyPinQuestion {
  readonly product: string;
  /** In code points. */
  readonly minLength: number;
  readonly maxLength: number;
  /** The key refuses PINs that are simple patterns (CTAP 2.2, pinComplexityPolicy). */
  readonly refusesSimple: boolean;
  /** `first`: the key has none yet. `forced`: the key does nothing before. */
  readonly why: 'first' | 'change' | 'forced';
  /** Why the one that was typed just now was not taken, in a sentence. */
  readonly refused: string | undefined;
}

/** Everything that a reset deletes. */
export interface ResetLoss {
  readonly pinSet: boolean;
  readonly fingerprints: boolean;
  /** Every resident credential; undefined: `unlisted` says why they are not known. */
  readonly credentials: readonly CredentialOnKey[] | undefined;
  /**
   * `pin-not-given`: nobody gave it; `no-pin`: the key has none, and lists nothing without; `pin-blocked`: it takes no PIN any more, or
   * none before it is plugged in again; `pin-change-forced`: only to change it; `cannot-list`: the key has no such command.
   */
  readonly unlisted: 'pin-not-given' | 'no-pin' | 'pin-blocked' | 'pin-change-forced' | 'cannot-list' | undefined;
  /** Enrollments of this computer that are on this key, or may be (the model is the same and the PIN was not given). */
  readonly enrollments: readonly { readonly enrollment: EnrollmentOnKey; readonly certain: boolean }[];
}

/**
 * What is done only with consent. `typed`: the word that must be typed for it, because what goes cannot come back; a yes is
 * enough where it is undefined.
 */
export type ConsentQuestion = { readonly product: string; readonly typed: string | undefined } & (
  | { readonly kind: 'delete-credential'; readonly credential: CredentialOnKey }
  | { readonly kind: 'remove-fingerprint'; readonly fingerprint: FingerprintOnKey; readonly isLast: boolean }
  | {
      /** Only a reset makes it smaller again; a PIN that is shorter must be changed before anything else. */
      readonly kind: 'raise-min-pin-length';
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'reset'; readonly loss: ResetLoss; readonly windowSeconds: number }
);

/** What the work tells as it goes. Every one is a fact that has happened, but those that end in `-wanted`. */
export type SecurityKeyEvent =
  /** Several are plugged in and all of them blink: the one that is touched is meant. */
  | { readonly kind: 'selection-wanted'; readonly products: readonly string[] }
  | { readonly kind: 'selected'; readonly product: string; readonly path: string }
  | { readonly kind: 'key-busy' }
  | { readonly kind: 'pin-set' }
  | { readonly kind: 'pin-changed' }
  /** `remaining`: samples still to come. */
  | { readonly kind: 'finger-wanted'; readonly remaining: number | undefined }
  | { readonly kind: 'sample'; readonly feedback: SampleStatus; readonly remaining: number }
  | { readonly kind: 'unplug-wanted'; readonly product: string }
  | { readonly kind: 'plug-in-wanted'; readonly product: string }
  /** Another key was plugged in: nothing was sent to it. */
  | { readonly kind: 'other-key'; readonly product: string }
  /**
   * It is back and wants its touch. `endsAt`: when it stops taking a reset, in milliseconds since the Unix epoch. `isHeld`: it
   * wants to be held for 5 seconds (CTAP 2.2, longTouchForReset).
   */
  | { readonly kind: 'reset-touch-wanted'; readonly endsAt: number; readonly isHeld: boolean }
  /** The key reads a finger in place of the PIN. */
  | { readonly kind: 'fingerprint-wanted' }
  | { readonly kind: 'fingerprint-unknown' }
  | { readonly kind: 'touched' };

export interface SecurityKeyPeople {
  /** The PIN costs nobody anything: a fingerprint is not asked for in its place. */
  readonly hasPinAtHand: boolean;
  /** Somebody is there to touch the key that is meant, where several are plugged in. */
  readonly mayTouchToSelect: boolean;
  /** The PIN, owned by whoever asked. Rejects with `CANCELLED` when there is none to be had. */
  requestPin(question: KeyPinQuestion, signal: AbortSignal): Promise<Pin>;
  /** The same where it may be left out: undefined goes on without it. */
  offerPin(question: KeyPinQuestion, signal: AbortSignal): Promise<Pin | undefined>;
  /** A new PIN, typed twice alike. */
  requestNewPin(question: NewKeyPinQuestion, signal: AbortSignal): Promise<Pin>;
  /** False: declined, or something else than `typed` was typed. */
  agree(question: ConsentQuestion, signal: AbortSignal): Promise<boolean>;
  tell(event: SecurityKeyEvent): void;
}
