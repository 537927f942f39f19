/** How recovery asks and tells people. */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { People } from './people.ts';

/** An SSH key that can be taken in on this computer. */
export interface RecoverableKey {
  /** Of its enrollment. */
  readonly id: string;
  /** Hexadecimal. */
  readonly credentialId: string;
  readonly fingerprint: string;
  readonly algorithm: 'ed25519-sk' | 'ecdsa-sk';
  readonly application: string;
  /** As other credential managers show it; undefined where the key tells none. */
  readonly userName: string | undefined;
  /** Every signature needs the PIN. */
  readonly verifyRequired: boolean;
  /** Undefined: nobody has looked at the profile. */
  readonly onProfile: boolean | undefined;
  /** It is enrolled on this computer already. */
  readonly enrolled: boolean;
}

export interface PassphraseQuestion {
  readonly keyFile: string;
  /** True when what was typed just now was wrong. */
  readonly wasWrong: boolean;
}

/** Every one is a fact that has happened. */
export type RecoveryEvent =
  | { readonly kind: 'key-found'; readonly product: string; readonly firmware: string }
  | { readonly kind: 'key-busy' }
  | { readonly kind: 'keys-listed'; readonly count: number }
  | { readonly kind: 'looking-at-profile'; readonly account: string }
  /** Why it could not be looked at: recovery goes on without. */
  | { readonly kind: 'profile-unknown'; readonly error: GlasskeyError }
  | { readonly kind: 'files-written'; readonly keyFile: string; readonly fingerprint: string };

export interface RecoveryPeople extends Pick<People, 'requestPin'> {
  /** Which of several; the ids. None: nothing is taken. */
  chooseKeys(keys: readonly RecoverableKey[], signal: AbortSignal): Promise<readonly string[]>;
  /** The passphrase of an encrypted key file, UTF-8, not empty. The caller owns and wipes it. */
  requestPassphrase(question: PassphraseQuestion, signal: AbortSignal): Promise<Uint8Array>;
  tell(event: RecoveryEvent): void;
}
