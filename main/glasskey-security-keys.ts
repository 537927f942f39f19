/**
 * Management of the security keys that are plugged in, composed for glasskey.ts: the capability knows the keys, the journal which
 * of their credentials logins depend on.
 */
import type { SecurityKeyPeople } from './security-keys/people.ts';
import type {
  CredentialOnKey,
  CredentialsOnKey,
  FingerprintOnKey,
  FingerprintsOnKey,
  SecurityKey,
} from './security-keys/security-key.ts';

/**
 * `device` is the path of the key that is meant; undefined: the only one plugged in, or the one that is touched when several
 * are. Each call opens the key, does one thing and lets go of it. Whatever is deleted or cannot be taken back is asked of
 * `people` first, by name; a call never deletes two things.
 *
 * All throw `KEY_MISSING` and what the key answers; those that need the PIN throw `PIN_NOT_SET`, `PIN_BLOCKED`,
 * `PIN_REPLUG_NEEDED` and `PIN_CHANGE_FORCED` before anybody is asked for it, and `CANCELLED`.
 */
export interface SecurityKeys {
  /** Every key that is plugged in. No PIN, no touch. */
  list(signal: AbortSignal): Promise<readonly SecurityKey[]>;
  /** One of them, the same way. */
  look(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;
  /** Tells the paths each time that a key comes or goes, and at once; until the signal fires. Opens none. */
  watch(changed: (paths: readonly string[]) => void, signal: AbortSignal): Promise<void>;
  /** Lets it blink for a few seconds. Throws `CTAPHID_UNSUPPORTED`. */
  wink(device: string, signal: AbortSignal): Promise<void>;

  /** The first PIN. Throws `PIN_SET_ALREADY`. */
  setPin(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;
  changePin(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;

  /** Throws `KEY_NO_CREDENTIAL_MANAGEMENT`. */
  credentials(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<CredentialsOnKey>;
  /** `which`: its id, its credential id, or the fingerprint of an SSH key. Throws `CREDENTIAL_UNKNOWN`, `KEY_NO_RENAME`. */
  renameCredential(
    device: string | undefined,
    which: string,
    name: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<CredentialOnKey>;
  /** Asks people first, and for a typed word where an enrollment of this computer uses it. */
  deleteCredential(
    device: string | undefined,
    which: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<CredentialOnKey>;

  /** Throws `KEY_NO_FINGERPRINTS`. */
  fingerprints(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<FingerprintsOnKey>;
  /** Cancelled in the middle, nothing of it stays on the key. */
  enrollFingerprint(
    device: string | undefined,
    name: string | undefined,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<FingerprintOnKey>;
  /** `which`: its id or its name. Throws `FINGERPRINT_UNKNOWN`, `FINGERPRINT_NAME_INVALID`. */
  renameFingerprint(
    device: string | undefined,
    which: string,
    name: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<FingerprintOnKey>;
  removeFingerprint(
    device: string | undefined,
    which: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<FingerprintOnKey>;

  /** Whether each use wants the PIN or a fingerprint. Throws `KEY_NO_CONFIG`. */
  setAlwaysUv(
    device: string | undefined,
    on: boolean,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<SecurityKey>;
  /** In code points; it can only grow. Throws `KEY_NO_CONFIG`, `MIN_PIN_LENGTH_INVALID`. */
  setMinPinLength(
    device: string | undefined,
    length: number,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<SecurityKey>;

  /**
   * Back to how it left the factory: people see what is lost and type the word for it, then unplug the key and plug it in again,
   * and touch it. Nothing is sent to another key that appears. Throws `RESET_OTHER_KEY`, `RESET_TOO_LATE`,
   * `RESET_NOT_BY_USB`.
   */
  reset(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;
}
