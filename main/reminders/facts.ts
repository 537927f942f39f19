/**
 * What is known, as far as reminders go by it: from the database and the disk alone. Gathered by main/glasskey-reminders.ts; times are
 * in milliseconds since the Unix epoch.
 */

/** An enrollment that is not given up and not retired. */
export interface KeyFact {
  readonly id: string;
  /** False: it is half made. */
  readonly isWritten: boolean;
  /** Absolute path of the private half. */
  readonly keyFile: string;
  readonly fingerprint: string | undefined;
  /** When it was made, or taken in where it was made elsewhere. */
  readonly createdAt: number;
  readonly isFound: boolean;
  readonly isBackup: boolean;
  /** The account on whose profile it was put or seen; undefined: none. */
  readonly account: string | undefined;
  readonly publishedAt: number | undefined;
  /** It was seen there at `publishedAt`, and may have been there for long. */
  readonly foundOnProfile: boolean;
  readonly reconciledBy: number | undefined;
  /** The account whose profile it was on, and on which a publication found it gone, and did not put it back; a device had accepted it. */
  readonly goneFrom: string | undefined;
  /** When another key took its place on the profile. */
  readonly replacedAt: number | undefined;
  /** The last login with it that a device accepted. */
  readonly provenAt: number | undefined;
  /** Model of the security key that holds it, where that is known. */
  readonly aaguid: string | undefined;
  /** Since when its files are missing, as far as anybody looked; undefined: they are there, or were never written. */
  readonly filesMissingSince: number | undefined;
  /** Advisories worth a person's time that concern the security key that holds it. */
  readonly advisories: readonly AdvisoryFact[];
  readonly attestation: AttestationFact;
}

/** What the security key that holds a key showed of its maker. */
export interface AttestationFact {
  /** When the key was made, or when that was looked at since; undefined: nothing of it was kept. */
  readonly shown: 'genuine' | 'unknown-issuer' | 'self' | 'none' | undefined;
  /** It is as much as the settings ask for. */
  readonly suffices: boolean;
}

export interface AdvisoryFact {
  readonly id: string;
  /** What it is called, in a few words. */
  readonly title: string;
  /** It concerns the very kind of key that this one is. */
  readonly concernsKey: boolean;
}

/** A key that is, or may be, on a profile, and whose credential is gone from its security key: nobody can log in with it. */
export interface LostKeyFact {
  readonly id: string;
  readonly keyFile: string;
  readonly account: string;
  /** As far as anybody looked. */
  readonly since: number;
}

/** What a profile held when it was read last. */
export interface ProfileFact {
  readonly account: string;
  /** Of the key there; undefined: there was none. */
  readonly fingerprint: string | undefined;
  /** Since when it is so, as far as anybody looked. */
  readonly since: number;
  /** When it was read last. */
  readonly seenAt: number;
}

/** How the PIN of a security key stood when it was asked last. */
export interface PinFact {
  /** What tells security keys apart without their PIN: model and firmware. */
  readonly key: string;
  readonly product: string;
  readonly aaguid: string | undefined;
  readonly state: 'unsupported' | 'not-set' | 'set' | 'change-forced' | 'replug-needed' | 'blocked';
  readonly triesLeft: number | undefined;
  /** Since when it is so, as far as anybody looked. */
  readonly since: number;
}

/** The room on a security key when it was asked last. */
export interface SlotsFact {
  /** As of `PinFact`. */
  readonly key: string;
  readonly product: string;
  readonly aaguid: string | undefined;
  /** For resident credentials, as the key estimates it. */
  readonly free: number;
  /** Since when it is so, as far as anybody looked. */
  readonly since: number;
}

/** A host that showed another key than the known one, and no known one since. */
export interface ChangedHostKeyFact {
  readonly host: string;
  readonly since: number;
  /** The saved target that is this host. */
  readonly target: string | undefined;
}

export interface SignInFact {
  readonly account: string;
  /** The last one. */
  readonly at: number;
}

/** A saved target. */
export interface TargetFact {
  readonly name: string;
  readonly isFavourite: boolean;
  /** The last login or passed drill; undefined: never. */
  readonly provenAt: number | undefined;
}

/** A rotation that is not at its end. */
export interface RotationFact {
  /** The ids of the two enrollments. */
  readonly old: string;
  readonly new: string;
  /** Which of them is to go. */
  readonly leaving: 'old' | 'new';
  readonly stage: 'making' | 'to-publish' | 'waiting' | 'to-prove' | 'to-retire' | 'retiring';
  /** When the last thing of it was done that is noted. */
  readonly since: number;
  /** When every device has the key that stays at the latest; undefined while it is not on the profile. */
  readonly reconciledBy: number | undefined;
  /** A device has accepted a login with the key that stays. */
  readonly isProven: boolean;
}

export interface Facts {
  readonly keys: readonly KeyFact[];
  readonly rotation: RotationFact | undefined;
  /** Last used first. */
  readonly targets: readonly TargetFact[];
  readonly lostKeys: readonly LostKeyFact[];
  readonly profiles: readonly ProfileFact[];
  readonly pins: readonly PinFact[];
  readonly slots: readonly SlotsFact[];
  readonly changedHostKeys: readonly ChangedHostKeyFact[];
  readonly signIns: readonly SignInFact[];
}

/** How old things may become. */
export interface PolicyAges {
  /** How long devices take at most to learn what a profile holds. */
  readonly reconcileEveryMs: number;
  readonly credentialAgeMs: number;
  readonly drillAgeMs: number;
}

export const DAY_MS = 86_400_000;

/** One that a login would offer for long: written, not replaced on the profile, and not a backup that waits for its day. */
export function isInUse({ isWritten, isBackup, publishedAt, replacedAt }: KeyFact): boolean {
  return isWritten && replacedAt === undefined && (!isBackup || publishedAt !== undefined);
}

/** The targets whose logins are to be rehearsed: the favourites, or all where there are none (as `glasskey drill`). */
export function rehearsed(targets: readonly TargetFact[]): readonly TargetFact[] {
  const favourites = targets.filter(({ isFavourite }) => isFavourite);
  return favourites.length > 0 ? favourites : targets;
}
