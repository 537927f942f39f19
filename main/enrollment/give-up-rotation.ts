/**
 * Giving a rotation up: the old key goes back on the profile where the new one may be there, and stays; the new one is retired as
 * the old one would have been (retire.ts), once no device can know it alone any more.
 */

import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { EnrollmentIn, WrittenEnrollment } from './enrollment.ts';
import { isWritten } from './enrollment.ts';
import { putOnProfile } from './publish.ts';
import { noRotation } from './retire.ts';
import { agreeing, type RotateWorld } from './rotate.ts';
import { awaitsTurningBack, leavingOf, type Rotation, rotationIn } from './rotation.ts';

/**
 * - `declined`: its owner said no, and nothing was changed,
 * - `abandoned`: the new key had no files yet, and never will,
 * - `turned-back`: the old key is on the profile, and the new one is to be retired.
 */
export type GiveUpOutcome = 'declined' | 'abandoned' | 'turned-back';

/** Goes on with one that was given up before. Throws `ROTATION_NONE`, `ROTATION_RETIRING`, and what publishing throws. */
export function giveUpRotation(
  world: RotateWorld,
  signal: AbortSignal,
): Promise<{ readonly outcome: GiveUpOutcome; readonly abandoned?: EnrollmentIn<'abandoned'> }> {
  const { journal } = world;
  return journal.exclusively(async () => {
    const rotation = rotationIn(journal.list());
    if (rotation === undefined) throw noRotation();
    const { old, new: replacement } = rotation;
    if (old.state === 'retiring') throw retiring();
    if (replacement.state === 'retiring') {
      if (awaitsTurningBack(replacement)) await turnBack(old, replacement, world, signal);
      return { outcome: 'turned-back' };
    }
    if (!isWritten(replacement)) return abandon(replacement, world, signal);
    const begun = await markGivenUp(rotation, replacement, world, signal);
    if (begun === undefined) return { outcome: 'declined' };
    // Where publication had begun, the profile may hold the new key, whatever the journal says.
    const mayBeThere = begun.state === 'published' || begun.profilesBefore.length > 0;
    if (mayBeThere) await putBack(old, begun, world, signal);
    return { outcome: 'turned-back' };
  });
}

async function putBack(
  old: WrittenEnrollment,
  { files }: Pick<WrittenEnrollment, 'files'>,
  world: RotateWorld,
  signal: AbortSignal,
): Promise<void> {
  const people = agreeing(world.people, files.publicLine);
  // It comes back to where it was: what the settings demand of keys that come there is not asked of it.
  const scrutiny = { assertFoundAllowed: () => {} };
  await putOnProfile(old, { ...world, people, scrutiny }, signal);
}

/** Nobody need agree that the new key is given up: nobody has it any more. */
async function turnBack(
  old: WrittenEnrollment,
  replacement: EnrollmentIn<'retiring'>,
  world: RotateWorld,
  signal: AbortSignal,
): Promise<void> {
  await putBack(old, replacement, world, signal);
  world.journal.save({ ...replacement, givenUpAt: world.clock.now() });
}

async function abandon(
  replacement: EnrollmentIn<'planned' | 'requested' | 'made' | 'attested'>,
  { people, journal }: RotateWorld,
  signal: AbortSignal,
): Promise<{ readonly outcome: GiveUpOutcome; readonly abandoned?: EnrollmentIn<'abandoned'> }> {
  if (!(await people.mayGiveUp({ fingerprint: undefined, putsBack: false }, signal))) return { outcome: 'declined' };
  const { id, createdAt, plan } = replacement;
  const made = 'credential' in replacement ? { credential: replacement.credential } : {};
  const abandoned: EnrollmentIn<'abandoned'> = { id, createdAt, plan, state: 'abandoned', ...made };
  journal.save(abandoned);
  // A credential that was asked for may be on the security key, whether its answer came or not.
  return { outcome: 'abandoned', abandoned };
}

/** Undefined: its owner said no. What was marked before was agreed to. */
async function markGivenUp(
  rotation: Rotation,
  replacement: WrittenEnrollment,
  { people, journal, clock }: RotateWorld,
  signal: AbortSignal,
): Promise<WrittenEnrollment | undefined> {
  if (leavingOf(rotation) === 'new') return replacement;
  const putsBack = replacement.state === 'published' || replacement.profilesBefore.length > 0;
  if (!(await people.mayGiveUp({ fingerprint: replacement.files.fingerprint, putsBack }, signal))) return undefined;
  // It is not meant for the profile any more.
  const plan = { ...replacement.plan, publish: false };
  const begun = { ...replacement, plan, givenUpAt: clock.now() };
  journal.save(begun);
  return begun;
}

function retiring(): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_RETIRING',
    message: 'The old key is being retired, and its credential may be deleted already: the rotation can only go on.',
    remedy: 'Finish it with glasskey rotate.',
  });
}
