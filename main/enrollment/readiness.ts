/**
 * Would a login work now? From what is on disk alone: no key is opened, no network is asked, because this is what somebody
 * reads at 3 a.m. (design, decision 5).
 */
import type { Enrollment, EnrollmentIn, EnrollmentState, WrittenEnrollment } from './enrollment.ts';
import { isWritten, reconciledBy } from './enrollment.ts';

/** How an enrollment stands. */
export interface EnrollmentReport {
  readonly id: string;
  readonly state: EnrollmentState;
  readonly createdAt: number;
  readonly algorithm: string;
  readonly keyFile: string;
  readonly product: string | undefined;
  readonly fingerprint: string | undefined;
  readonly filesPresent: boolean;
  readonly account: string | undefined;
  readonly publishedAt: number | undefined;
  /** When every device has it at the latest; undefined while it is not published. */
  readonly reconciledBy: number | undefined;
  /** When another key took its place on that profile: devices drop it at their next reconciliation. */
  readonly replacedAt: number | undefined;
}

export type Verdict =
  | 'ready'
  | 'waiting-for-devices'
  | 'not-published'
  | 'files-missing'
  | 'unfinished'
  | 'not-enrolled';

export interface ReadinessReport {
  readonly verdict: Verdict;
  /** What to do next, as one sentence. */
  readonly next: string;
  /** Newest first. */
  readonly enrollments: readonly EnrollmentReport[];
}

export interface ReadinessFacts {
  readonly enrollments: readonly Enrollment[];
  readonly filesPresent: (enrollment: WrittenEnrollment) => boolean;
  readonly now: number;
  readonly reconcileEveryMs: number;
}

export function readiness(facts: ReadinessFacts): ReadinessReport {
  const enrollments = facts.enrollments
    .filter(({ state }) => state !== 'abandoned')
    .map((enrollment) => report(enrollment, facts))
    .toSorted((a, b) => b.createdAt - a.createdAt);
  const verdict = best(enrollments.filter((one) => one.replacedAt === undefined).map((one) => verdictOf(one, facts)));
  return { verdict, next: NEXT[verdict], enrollments };
}

/** The best way in counts: an older key that works is worth more than a newer one that is half made. */
const ORDER: readonly Verdict[] = [
  'ready',
  'waiting-for-devices',
  'not-published',
  'unfinished',
  'files-missing',
  'not-enrolled',
];

const NEXT: Readonly<Record<Verdict, string>> = {
  ready: 'Log in with: glasskey connect USER@DEVICE --jump USER@JUMPHOST',
  'waiting-for-devices':
    'Wait until the devices have reconciled, then prove it with a login: glasskey connect USER@DEVICE --jump USER@JUMPHOST',
  'not-published': 'Publish the key: glasskey publish',
  unfinished: 'Finish the enrollment: glasskey enroll',
  'files-missing': 'Put the key files back from a backup, or enroll again: glasskey enroll --new',
  'not-enrolled': 'Plug in your security key and run: glasskey enroll',
};

function best(verdicts: readonly Verdict[]): Verdict {
  return ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'not-enrolled';
}

function verdictOf(enrollment: EnrollmentReport, { now }: ReadinessFacts): Verdict {
  if (enrollment.state !== 'written' && enrollment.state !== 'published') return 'unfinished';
  if (!enrollment.filesPresent) return 'files-missing';
  if (enrollment.reconciledBy === undefined) return 'not-published';
  return now < enrollment.reconciledBy ? 'waiting-for-devices' : 'ready';
}

function report(enrollment: Enrollment, facts: ReadinessFacts): EnrollmentReport {
  const { id, state, createdAt, plan } = enrollment;
  const published = enrollment.state === 'published' ? enrollment : undefined;
  return {
    id,
    state,
    createdAt,
    algorithm: plan.algorithm,
    keyFile: plan.keyFile,
    product: 'credential' in enrollment ? enrollment.credential?.product : undefined,
    fingerprint: isWritten(enrollment) ? enrollment.files.fingerprint : undefined,
    filesPresent: isWritten(enrollment) && !isOverwritten(enrollment, facts) && facts.filesPresent(enrollment),
    account: published?.publication.account,
    publishedAt: published?.publication.publishedAt,
    reconciledBy: published && reconciledBy(published, facts.reconcileEveryMs),
    replacedAt: published && replacedAt(published, facts),
  };
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
  const later = enrollments
    .filter((other) => other.state === 'published')
    .filter((other) => other.publication.account === publication.account)
    .map((other) => other.publication.publishedAt)
    .filter((publishedAt) => publishedAt > publication.publishedAt);
  return later.length === 0 ? undefined : Math.min(...later);
}
