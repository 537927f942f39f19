/**
 * A rotation as the journal tells it: a new enrollment that names the old one it replaces (design, decision 2). Both are offered
 * until one of them may go, which is when nobody depends on it any more: the other is on the profile, every device has reconciled
 * since, and one of them has accepted a login with it. A rotation that is given up runs the same way back: then the new one goes.
 *
 *     making -> to-publish -> waiting -> to-prove -> to-retire -> retiring
 */
import type { Enrollment, EnrollmentIn, WrittenEnrollment } from './enrollment.ts';
import { isWritten, reconciledBy } from './enrollment.ts';
import type { Proof } from './proof.ts';

type Retiring = EnrollmentIn<'retiring'>;
type Unwritten = EnrollmentIn<'planned' | 'requested' | 'made' | 'attested'>;

export interface Rotation {
  readonly old: WrittenEnrollment | Retiring;
  readonly new: Unwritten | WrittenEnrollment | Retiring;
}

/**
 * - `making`: the new key has no files yet,
 * - `to-publish`: the key that is to stay is not on the profile,
 * - `waiting`: it is, and devices may still know the other alone,
 * - `to-prove`: all have reconciled, and none has accepted a login with it since,
 * - `to-retire`: the other may go, when its owner agrees,
 * - `retiring`: its owner has agreed, and it is going.
 */
export type RotationStage = 'making' | 'to-publish' | 'waiting' | 'to-prove' | 'to-retire' | 'retiring';

export interface RotationFacts {
  readonly enrollments: readonly Enrollment[];
  readonly proofs: ReadonlyMap<string, Proof>;
  readonly now: number;
  readonly reconcileEveryMs: number;
}

/** How a rotation stands. */
export interface RotationStanding {
  readonly stage: RotationStage;
  /** The one that is to go: `new` where the rotation was given up. */
  readonly leaving: 'old' | 'new';
  /** A device has accepted a login with the key that stays, since it was published. */
  readonly proven: boolean;
  /** When every device has the key that stays at the latest; undefined while it is not on the profile. */
  readonly reconciledBy: number | undefined;
  /** What to do next, as one sentence. */
  readonly next: string;
}

/** The rotation that is not at its end; undefined where there is none. */
export function rotationIn(enrollments: readonly Enrollment[]): Rotation | undefined {
  for (const one of enrollments.toReversed()) {
    if (one.plan.replaces === undefined || one.state === 'abandoned' || one.state === 'retired') continue;
    const old = enrollments.find(({ id }) => id === one.plan.replaces);
    if (old !== undefined && (isWritten(old) || old.state === 'retiring')) return { old, new: one };
  }
  return undefined;
}

/** Whether one of the two is to take the place of the other. */
export function areOfOneRotation(a: WrittenEnrollment, b: WrittenEnrollment): boolean {
  return a.plan.replaces === b.id || b.plan.replaces === a.id;
}

/** Who goes, and who stays. `new` goes where it was given up. */
export function leavingOf(rotation: Rotation): 'old' | 'new' {
  const { new: replacement } = rotation;
  if (replacement.state === 'retiring') return 'new';
  return isWritten(replacement) && replacement.givenUpAt !== undefined ? 'new' : 'old';
}

/** Its credential is gone (credential-gone.ts) while it may be on the profile: the old key must be put back there. */
export function awaitsTurningBack(goes: Rotation['new']): boolean {
  if (goes.state !== 'retiring' || goes.plan.replaces === undefined || goes.givenUpAt !== undefined) return false;
  return (
    goes.retirement.by === goes.plan.replaces && (goes.publication !== undefined || goes.profilesBefore.length > 0)
  );
}

export function rotationStanding(rotation: Rotation, facts: RotationFacts): RotationStanding {
  const leaving = leavingOf(rotation);
  const [goes, stays] = leaving === 'old' ? [rotation.old, rotation.new] : [rotation.new, rotation.old];
  const published = stays.state === 'published' && isOnProfile(stays, facts.enrollments) ? stays : undefined;
  const by = published && reconciledBy(published, facts.reconcileEveryMs);
  const proof = facts.proofs.get(stays.id);
  const proven = published !== undefined && proof !== undefined && proof.at >= published.publication.publishedAt;
  const stage = stageOf({ goes, stays, by, proven }, facts);
  return { stage, leaving, proven, reconciledBy: by, next: nextOf(stage, leaving, proven) };
}

interface Sides {
  readonly goes: Rotation['new'];
  readonly stays: Rotation['new'];
  /** Undefined: the one that stays is not on the profile. */
  readonly by: number | undefined;
  readonly proven: boolean;
}

function stageOf({ goes, stays, by, proven }: Sides, { now }: RotationFacts): RotationStage {
  if (awaitsTurningBack(goes)) return 'to-publish';
  if (goes.state === 'retiring') return 'retiring';
  if (!isWritten(stays)) return 'making';
  // What was never published, no device has ever known.
  if (goes.state === 'written' && goes.profilesBefore.length === 0 && goes.givenUpAt !== undefined) return 'to-retire';
  if (by === undefined) return 'to-publish';
  if (now < by) return 'waiting';
  return proven ? 'to-retire' : 'to-prove';
}

/** A profile holds one key: the one that was published on it last. */
function isOnProfile({ id, publication }: EnrollmentIn<'published'>, enrollments: readonly Enrollment[]): boolean {
  const others = enrollments.filter((one) => one.state === 'published' && one.id !== id);
  return !others.some(
    (one) =>
      one.state === 'published' &&
      one.publication.account === publication.account &&
      one.publication.publishedAt > publication.publishedAt,
  );
}

const LOGIN = 'glasskey connect USER@DEVICE --jump USER@JUMPHOST';

function nextOf(stage: RotationStage, leaving: 'old' | 'new', proven: boolean): string {
  const [stays, command] = leaving === 'old' ? ['new', 'glasskey rotate'] : ['old', 'glasskey rotate --abandon'];
  switch (stage) {
    case 'making':
      return `Finish the rotation: ${command}`;
    case 'to-publish':
      return leaving === 'old'
        ? `Put the new key on your profile: ${command}`
        : `Put the old key back on your profile: ${command}`;
    case 'waiting':
      return proven
        ? `The ${stays} key is proven. Wait until all devices have reconciled, then let the ${leaving} one go: ${command}`
        : `Wait until the devices have reconciled, then prove the ${stays} key with a login: ${LOGIN}`;
    case 'to-prove':
      return `Prove the ${stays} key with a login: ${LOGIN}`;
    case 'to-retire':
      return `Retire the ${leaving} key: ${command}`;
    case 'retiring':
      return `Finish retiring the ${leaving} key: ${command}`;
    default:
      return stage satisfies never;
  }
}
