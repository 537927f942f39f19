/**
 * Would a login work now? From what is on disk alone: no key is opened, no network is asked, because this is what somebody
 * reads at 3 a.m. (design, decision 5).
 */
import type { Enrollment, EnrollmentIn, EnrollmentState, WrittenEnrollment } from './enrollment.ts';
import { isWritten, productOf, reconciledBy } from './enrollment.ts';
import type { Proof } from './proof.ts';
import { type RotationStanding, rotationIn, rotationStanding } from './rotation.ts';

/** How an enrollment stands. */
export interface EnrollmentReport {
  readonly id: string;
  readonly state: EnrollmentState;
  /** `found`: it was made elsewhere, and taken in at `createdAt`. */
  readonly origin: 'made' | 'found';
  readonly createdAt: number;
  /** For the day on which the other is lost: that it is on no profile is no fault. */
  readonly backup: boolean;
  readonly algorithm: string;
  readonly keyFile: string;
  readonly product: string | undefined;
  readonly fingerprint: string | undefined;
  readonly filesPresent: boolean;
  readonly account: string | undefined;
  readonly publishedAt: number | undefined;
  /** It was found on the profile at `publishedAt`; it may have been there for long. */
  readonly foundOnProfile: boolean;
  /** False of one that was found, while nobody has looked what its owner's profile holds. */
  readonly profileKnown: boolean;
  /** When every device has it at the latest; undefined while it is not published. */
  readonly reconciledBy: number | undefined;
  /** When another key took its place on that profile: devices drop it at their next reconciliation. */
  readonly replacedAt: number | undefined;
  /** The last login with it that a device accepted. */
  readonly lastProven: Proof | undefined;
}

export type Verdict =
  | 'ready'
  | 'waiting-for-devices'
  | 'unproven'
  | 'not-published'
  | 'files-missing'
  | 'unfinished'
  | 'not-enrolled';

/** How a rotation stands, with what is known of both keys. */
export interface RotationReport extends RotationStanding {
  readonly old: EnrollmentReport;
  readonly new: EnrollmentReport;
}

export interface ReadinessReport {
  readonly verdict: Verdict;
  /** What to do next, as one sentence. */
  readonly next: string;
  /** Newest first. */
  readonly enrollments: readonly EnrollmentReport[];
  /** The rotation that is not at its end. */
  readonly rotation: RotationReport | undefined;
}

export interface ReadinessFacts {
  readonly enrollments: readonly Enrollment[];
  readonly filesPresent: (enrollment: WrittenEnrollment) => boolean;
  /** By enrollment. */
  readonly proofs: ReadonlyMap<string, Proof>;
  readonly now: number;
  readonly reconcileEveryMs: number;
}

export function readiness(facts: ReadinessFacts): ReadinessReport {
  const enrollments = facts.enrollments
    .filter(({ state }) => state !== 'abandoned' && state !== 'retired')
    .map((enrollment) => report(enrollment, facts))
    .toSorted((a, b) => b.createdAt - a.createdAt);
  const inUse = verdictsOf(
    enrollments.filter((one) => !isInReserve(one)),
    facts,
  );
  // A backup is no way in while another key is one, nor is it missed on the profile; where there is no other, it is what is left.
  const inReserve = inUse.length > 0 ? [] : verdictsOf(enrollments.filter(isInReserve), facts);
  const verdict = best([...inUse, ...inReserve]);
  const rotation = rotationReport(facts);
  const next = verdict === 'unfinished' && inUse.length === 0 ? FINISH_BACKUP : nextOf(verdict, enrollments, facts);
  return { verdict, next: rotation?.next ?? next, enrollments, rotation };
}

/** One that the profile was never switched to. */
function isInReserve({ backup, reconciledBy }: EnrollmentReport): boolean {
  return backup && reconciledBy === undefined;
}

function verdictsOf(enrollments: readonly EnrollmentReport[], facts: ReadinessFacts): readonly Verdict[] {
  return enrollments.flatMap((one) => verdictOf(one, facts) ?? []);
}

function rotationReport(facts: ReadinessFacts): RotationReport | undefined {
  const rotation = rotationIn(facts.enrollments);
  if (rotation === undefined) return undefined;
  const { old, new: replacement } = rotation;
  return { ...rotationStanding(rotation, facts), old: report(old, facts), new: report(replacement, facts) };
}

/** The best way in counts: an older key that works is worth more than a newer one that is half made. */
const ORDER: readonly Verdict[] = [
  'ready',
  'waiting-for-devices',
  'unproven',
  'not-published',
  'unfinished',
  'files-missing',
  'not-enrolled',
];

const NEXT: Readonly<Record<Verdict, string>> = {
  ready: 'Log in with: glasskey connect USER@DEVICE --jump USER@JUMPHOST',
  'waiting-for-devices':
    'Wait until the devices have reconciled, then prove it with a login: glasskey connect USER@DEVICE --jump USER@JUMPHOST',
  unproven:
    'Try a login: glasskey connect USER@DEVICE --jump USER@JUMPHOST; glasskey publish says whether your profile holds the key.',
  'not-published': 'Publish the key: glasskey publish',
  unfinished: 'Finish the enrollment: glasskey enroll',
  'files-missing':
    'Have the key files written again from the security key: glasskey recover; or enroll again: glasskey enroll --new',
  'not-enrolled':
    'Plug in your security key. If it holds your key already, made on another computer: glasskey recover. For a new one: glasskey enroll',
};

/** It was seen on the profile: what is open is only since when. */
const NEXT_ON_PROFILE =
  'Try a login: glasskey connect USER@DEVICE --jump USER@JUMPHOST; devices that do not know the key yet take it at their next reconciliation.';

function nextOf(verdict: Verdict, enrollments: readonly EnrollmentReport[], facts: ReadinessFacts): string {
  const isOnProfile = enrollments.some((one) => one.foundOnProfile && verdictOf(one, facts) === verdict);
  return verdict === 'unproven' && isOnProfile ? NEXT_ON_PROFILE : NEXT[verdict];
}

const FINISH_BACKUP = 'Finish the enrollment: glasskey enroll --backup';

function best(verdicts: readonly Verdict[]): Verdict {
  return ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'not-enrolled';
}

/**
 * Undefined for one that no longer counts. Files that are gone matter only to one that is yet to be published: `connect` and the
 * agent sign from the journal.
 */
function verdictOf(enrollment: EnrollmentReport, facts: ReadinessFacts): Verdict | undefined {
  if (enrollment.state === 'retiring') return undefined;
  if (enrollment.state !== 'written' && enrollment.state !== 'published') {
    // Without a key that it would stand in for, a backup that was only asked for is not gone on with (enroll.ts).
    return enrollment.backup && enrollment.product === undefined ? undefined : 'unfinished';
  }
  // The devices may have had it for years: a login tells.
  if (!enrollment.profileKnown) return enrollment.lastProven === undefined ? 'unproven' : 'ready';
  if (enrollment.reconciledBy === undefined) return enrollment.filesPresent ? 'not-published' : 'files-missing';
  if (enrollment.replacedAt !== undefined && !isStillOnDevices(enrollment, facts)) {
    return isReplacerGone(enrollment, facts) ? 'not-published' : undefined;
  }
  if (facts.now >= enrollment.reconciledBy) return 'ready';
  if (enrollment.foundOnProfile) return enrollment.lastProven === undefined ? 'unproven' : 'ready';
  return 'waiting-for-devices';
}

/** After another key took its place, the devices that have not reconciled since still know it, and a login offers it. */
function isStillOnDevices({ reconciledBy, replacedAt }: EnrollmentReport, facts: ReadinessFacts): boolean {
  const { now, reconcileEveryMs } = facts;
  if (reconciledBy === undefined || replacedAt === undefined) return false;
  return replacedAt >= reconciledBy && now < replacedAt + reconcileEveryMs;
}

function report(enrollment: Enrollment, facts: ReadinessFacts): EnrollmentReport {
  const { id, state, createdAt, plan } = enrollment;
  const published = enrollment.state === 'published' ? enrollment : undefined;
  return {
    id,
    state,
    origin: 'credential' in enrollment && enrollment.credential !== undefined ? enrollment.credential.origin : 'made',
    createdAt,
    backup: plan.backup === true,
    algorithm: plan.algorithm,
    keyFile: plan.keyFile,
    product: 'credential' in enrollment ? productOf(enrollment) : undefined,
    fingerprint: 'files' in enrollment ? enrollment.files.fingerprint : undefined,
    filesPresent: isWritten(enrollment) && !isOverwritten(enrollment, facts) && facts.filesPresent(enrollment),
    account: published?.publication.account,
    publishedAt: published?.publication.publishedAt,
    foundOnProfile: published?.publication.found === true,
    profileKnown: !isWritten(enrollment) || isProfileKnown(enrollment),
    reconciledBy: published && reconciledBy(published, facts.reconcileEveryMs),
    replacedAt: published && replacedAt(published, facts),
    lastProven: facts.proofs.get(id),
  };
}

/** Of a key that was made here it is: only Glasskey publishes it, and looks first. */
function isProfileKnown({ state, credential, profilesBefore }: WrittenEnrollment): boolean {
  return state === 'published' || credential.origin === 'made' || profilesBefore.length > 0;
}

/** A later enrollment took the place of its files: what lies there is another key. */
function isOverwritten(enrollment: WrittenEnrollment, { enrollments }: ReadinessFacts): boolean {
  const { plan, files } = enrollment;
  return enrollments
    .filter(isWritten)
    .some((other) => other.plan.keyFile === plan.keyFile && other.files.writtenAt > files.writtenAt);
}

/** A profile holds one key: the one that was published on it last. */
function replacedAt({ publication }: EnrollmentIn<'published'>, { enrollments }: ReadinessFacts): number | undefined {
  const later = publicationsOn(publication.account, enrollments)
    .map(({ publishedAt }) => publishedAt)
    .filter((publishedAt) => publishedAt > publication.publishedAt);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** The profile holds a key whose credential is gone: this one can take its place again. */
function isReplacerGone({ account }: EnrollmentReport, { enrollments }: ReadinessFacts): boolean {
  if (account === undefined) return false;
  const last = publicationsOn(account, enrollments).toSorted((a, b) => b.publishedAt - a.publishedAt)[0];
  return last !== undefined && last.state !== 'published';
}

/** Those of keys whose credential is gone are among them: a profile knows nothing of that. */
function publicationsOn(
  account: string,
  enrollments: readonly Enrollment[],
): readonly { readonly state: EnrollmentState; readonly publishedAt: number }[] {
  return enrollments.flatMap((one) => {
    if (one.state !== 'published' && one.state !== 'retiring' && one.state !== 'abandoned') return [];
    const { state, publication } = one;
    return publication?.account === account ? [{ state, publishedAt: publication.publishedAt }] : [];
  });
}
