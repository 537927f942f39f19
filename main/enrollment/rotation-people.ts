/** How a rotation asks and tells people, beyond what an enrollment does. */
import type { People } from './people.ts';

/** A key is to go for good. */
export interface RetireQuestion {
  /** `new`: the rotation was given up. */
  readonly which: 'old' | 'new';
  readonly product: string;
  /** Undefined while it has no files. */
  readonly fingerprint: string | undefined;
  readonly keyFile: string;
  /**
   * What becomes of the credential: `delete` from the security key; `keep`: the security key cannot delete single ones, so that only
   * Glasskey forgets it; `lost`: so is the security key.
   */
  readonly credential: 'delete' | 'keep' | 'lost';
}

/** The rotation is to be given up: before anything of it is undone. */
export interface GiveUpQuestion {
  /** Undefined while it has no files. */
  readonly fingerprint: string | undefined;
  /** The profile may hold the new key: the old one will be put back there. */
  readonly putsBack: boolean;
}

export type RotationEvent =
  | { readonly kind: 'replacing'; readonly fingerprint: string; readonly keyFile: string; readonly newKeyFile: string }
  /** The new key's files now lie where the old one's did. */
  | { readonly kind: 'files-moved'; readonly keyFile: string; readonly keptOld: readonly string[] }
  | { readonly kind: 'files-set-aside'; readonly kept: readonly string[] }
  | { readonly kind: 'credential-deleted'; readonly product: string }
  | { readonly kind: 'credential-gone'; readonly product: string }
  | { readonly kind: 'retired'; readonly which: 'old' | 'new' };

export interface RotationPeople extends People {
  mayRetire(question: RetireQuestion, signal: AbortSignal): Promise<boolean>;
  mayGiveUp(question: GiveUpQuestion, signal: AbortSignal): Promise<boolean>;
  tellRotation(event: RotationEvent): void;
}
