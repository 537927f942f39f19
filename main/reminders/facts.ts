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
  /** When another key took its place on the profile. */
  readonly replacedAt: number | undefined;
  /** The last login with it that a device accepted. */
  readonly provenAt: number | undefined;
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
}

export interface Facts {
  readonly keys: readonly KeyFact[];
  readonly rotation: RotationFact | undefined;
  /** Last used first. */
  readonly targets: readonly TargetFact[];
}

/** How old things may become. */
export interface PolicyAges {
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
