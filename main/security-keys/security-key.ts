/** What a plugged-in authenticator is and how it stands, as it says of itself: without PIN, without touch. */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Advisory } from './advisories.ts';
import type { SecurityKeyModel } from './models.ts';

/**
 * - `unsupported`: it has no PIN at all;
 * - `change-forced`: it does nothing before its PIN was changed (CTAP 2.1, 6.4, forcePINChange);
 * - `replug-needed`: three wrong PINs in a row, it takes none before it is plugged in again;
 * - `blocked`: no tries are left, only a reset helps.
 */
export type PinState = 'unsupported' | 'not-set' | 'set' | 'change-forced' | 'replug-needed' | 'blocked';

export interface PinStanding {
  readonly state: PinState;
  /** Wrong PINs left before it is blocked for good, 8 when fresh; undefined where none is set. */
  readonly triesLeft: number | undefined;
  /** Shortest new PIN, in code points. */
  readonly minLength: number;
  /** Longest new PIN, in code points; 63 bytes of UTF-8 at most either way. */
  readonly maxLength: number;
  /** The key refuses PINs that are simple patterns (CTAP 2.2, pinComplexityPolicy). */
  readonly refusesSimple: boolean;
}

export interface FingerprintStanding {
  /** At least one finger is enrolled. */
  readonly enrolled: boolean;
  /** Failed matches left before only the PIN helps; undefined where no finger is enrolled. */
  readonly triesLeft: number | undefined;
}

/** What it can and cannot. */
export interface KeyAbilities {
  /** Resident credentials, protected by its PIN: what an enrollment needs. */
  readonly residentCredentials: boolean;
  readonly credProtect: boolean;
  /** `unknown`: a CTAP 2.0 key does not list its algorithms. */
  readonly ed25519: 'yes' | 'no' | 'unknown';
  /** `list-and-delete`: keys with the preview command alone cannot rename. */
  readonly credentials: 'all' | 'list-and-delete' | 'none';
  /** It has a fingerprint reader that can be managed. */
  readonly fingerprints: boolean;
  /** Whether each use wants PIN or fingerprint; undefined where that cannot be set. */
  readonly alwaysUv: boolean | undefined;
  readonly setMinPinLength: boolean;
  readonly wink: boolean;
  /** How long after it was plugged in it takes a reset, in seconds. */
  readonly resetWindowSeconds: number;
  /** False: it takes a reset by another transport only (CTAP 2.2, transportsForReset). */
  readonly resetByUsb: boolean;
}

export interface SecurityKey {
  /** The operating system's name for the device; reused after a replug. */
  readonly path: string;
  /** What the device calls itself. */
  readonly product: string;
  readonly vendorId: number;
  readonly productId: number;
  /** By AAGUID, vendor and product id: what the key says of itself, which proves nothing. */
  readonly model: SecurityKeyModel;
  readonly aaguid: string | undefined;
  readonly firmware: string | undefined;
  readonly pinSet: boolean | undefined;
  readonly pinTriesLeft: number | undefined;
  readonly pin: PinStanding | undefined;
  /** Undefined: it has no fingerprint reader. */
  readonly fingerprints: FingerprintStanding | undefined;
  /** Free slots for resident credentials, an estimate; undefined where the key tells only who gives the PIN. */
  readonly freeSlots: number | undefined;
  readonly abilities: KeyAbilities | undefined;
  /** Published weaknesses that concern this model and firmware, the weightiest first. */
  readonly advisories: readonly Advisory[];
  /** Why it could not be asked: all that it would say of itself is undefined then. */
  readonly problem: GlasskeyError | undefined;
}

/** A resident credential. */
export interface CredentialOnKey {
  /** What one names it by: 16 hexadecimal digits of the SHA-256 of its credential id. */
  readonly id: string;
  /** In hexadecimal. */
  readonly credentialId: string;
  /** May come cut short from the key where it is longer than 32 bytes (CTAP 2.1, 6.8.7). */
  readonly rpId: string;
  /** In hexadecimal. */
  readonly userId: string;
  readonly userName: string | undefined;
  readonly userDisplayName: string | undefined;
  /** `ed25519`, `es256`, or the COSE number. */
  readonly algorithm: string;
  /** 1 to 3 (CTAP 2.1, 12.1). */
  readonly credProtect: number | undefined;
  /** Undefined: it is no SSH key. */
  readonly ssh: SshCredential | undefined;
}

export interface SshCredential {
  /** As `ssh-keygen -l` prints it; undefined for an algorithm that SSH does not know, and where the key has cut `rpId`. */
  readonly fingerprint: string | undefined;
  /** The enrollment of this computer that uses it. */
  readonly enrollment: EnrollmentOnKey | undefined;
}

/** An enrollment of this computer, as far as whoever deletes its credential must know it. */
export interface EnrollmentOnKey {
  readonly id: string;
  readonly keyFile: string;
  readonly fingerprint: string;
  /** The account whose profile holds it, as far as this computer knows; undefined: none does. */
  readonly onProfileOf: string | undefined;
}

export interface RelyingPartyOnKey {
  readonly rpId: string;
  readonly credentials: readonly CredentialOnKey[];
}

export interface CredentialsOnKey {
  readonly key: SecurityKey;
  readonly relyingParties: readonly RelyingPartyOnKey[];
  readonly used: number;
  /** An estimate of the key's. */
  readonly free: number;
}

export interface FingerprintOnKey {
  /** In hexadecimal, as the key numbers it. */
  readonly id: string;
  readonly name: string | undefined;
}

export interface FingerprintsOnKey {
  readonly key: SecurityKey;
  readonly fingerprints: readonly FingerprintOnKey[];
  /** Longest name, in bytes of UTF-8; undefined where the key does not say. */
  readonly longestName: number | undefined;
}
