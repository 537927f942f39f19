/** How an enrollment asks and tells people. The terminal, the window and the tests each implement it (design, decision 10). */
import type { IssuerDoubt, VerifiedAttestation } from '../../native/ctap2/attestation.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { UnfinishedEnrollment } from './enrollment.ts';
import type { KeyNotice } from './key-scrutiny.ts';

export interface PinQuestion {
  readonly product: string;
  /** Wrong tries left; undefined when it is the first question and the key has all of them left. */
  readonly triesLeft: number | undefined;
  /** True when what was typed just now was wrong. */
  readonly wasWrong: boolean;
}

export interface NewPinQuestion {
  readonly product: string;
  /** In code points. */
  readonly minLength: number;
}

/** What the attestation of the new credential proves. */
export interface AttestationNews {
  readonly verdict: VerifiedAttestation['kind'];
  /** Of the certificate, where there is one. */
  readonly issuer: string | undefined;
  /** Of a genuine one: `Yubico`, or the file of an administrator's root. */
  readonly root: string | undefined;
  /** Of one by an unknown issuer. */
  readonly because: IssuerDoubt | undefined;
}

/** What an enrollment tells as it goes. Every one is a fact that has happened, except `touch-wanted`. */
export type EnrollmentEvent =
  | { readonly kind: 'resumed'; readonly state: UnfinishedEnrollment['state']; readonly createdAt: number }
  | {
      readonly kind: 'key-found';
      readonly product: string;
      readonly firmware: string;
      /** Undefined where it is not known. */
      readonly model: string | undefined;
    }
  /** A published weakness concerns the key: worth knowing, and in nobody's way. */
  | (KeyNotice & { readonly kind: 'key-notice' })
  | { readonly kind: 'key-busy' }
  | { readonly kind: 'pin-set' }
  /** `systemAsks`: the system's own dialog asks for it, and for the PIN. */
  | { readonly kind: 'touch-wanted'; readonly systemAsks?: boolean }
  | { readonly kind: 'touched' }
  | { readonly kind: 'credential-made' }
  | (AttestationNews & { readonly kind: 'attestation' })
  | {
      readonly kind: 'files-written';
      readonly keyFile: string;
      readonly fingerprint: string;
      readonly keptOld: readonly string[];
    }
  | { readonly kind: 'publishing'; readonly account: string }
  | { readonly kind: 'published'; readonly account: string; readonly replaced: boolean };

export interface ProfileKeyConflict {
  readonly account: string;
  readonly present: string;
  readonly fingerprint: string | undefined;
  /** It was enrolled on this computer too: its owner may be replacing the key that logins use now. */
  readonly enrolledHere: boolean;
  /** It belongs to the rotation that is in progress here. */
  readonly ofRotation: boolean;
  /** The one that is to take its place; undefined while a rotation has yet to make it. */
  readonly ours: { readonly id: string; readonly fingerprint: string; readonly keyFile: string } | undefined;
  /** The command that agrees beforehand. */
  readonly agreeBy: string;
}

export interface People {
  /** The PIN, owned by whoever asked. Rejects with `CANCELLED` when there is none to be had. */
  requestPin(question: PinQuestion, signal: AbortSignal): Promise<Pin>;
  /** A first PIN, typed twice alike. */
  requestNewPin(question: NewPinQuestion, signal: AbortSignal): Promise<Pin>;
  /** The profile holds another key: may it be replaced? */
  mayReplaceProfileKey(conflict: ProfileKeyConflict, signal: AbortSignal): Promise<boolean>;
  tell(event: EnrollmentEvent): void;
}
