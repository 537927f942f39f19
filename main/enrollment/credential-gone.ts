/**
 * A credential that its owner deleted, or that went with all else when its security key was reset: nobody can log in with it any
 * more, so that nothing may count on it, and a rotation must go on with the key that is left.
 */
import type { Clock } from '../../time/clock.ts';
import type { Enrollment, EnrollmentJournal, WrittenEnrollment } from './enrollment.ts';
import { isWritten } from './enrollment.ts';
import { type Rotation, rotationIn } from './rotation.ts';

export interface CredentialGoneWorld {
  readonly journal: Pick<EnrollmentJournal, 'list' | 'save'>;
  readonly clock: Clock;
}

/** Notes it for the enrollment of this id. The caller holds the journal's lock (`exclusively`). */
export function noteCredentialGone(id: string, world: CredentialGoneWorld): void {
  const { journal } = world;
  const enrollments = journal.list();
  const gone = enrollments.filter(isWritten).find((one) => one.id === id);
  if (gone === undefined) return;
  const rotation = rotationIn(enrollments);
  if (rotation?.old.id === id || rotation?.new.id === id) leaveRotation(gone, rotation, world);
  else journal.save(abandoned(gone));
}

/** It is the one that goes now, whichever was to; where the other cannot stay, there is no rotation left. */
function leaveRotation(gone: WrittenEnrollment, rotation: Rotation, { journal, clock }: CredentialGoneWorld): void {
  const other = rotation.old.id === gone.id ? rotation.new : rotation.old;
  if (isWritten(other)) {
    if (other.givenUpAt !== undefined) journal.save(takenUpAgain(other));
    // A rotation that was given up may not have put the old key back yet: without the mark, that is done (once more).
    const { givenUpAt: _, ...rest } = gone;
    const retirement = { by: other.id, begunAt: clock.now(), credential: 'gone' as const };
    journal.save({ ...rest, state: 'retiring', retirement });
    return;
  }
  journal.save(abandoned(gone));
  if (other.state === 'retiring') {
    journal.save(abandoned(other));
    return;
  }
  // It is half made, and an enrollment like any other from now on.
  const { replaces: _, ...plan } = other.plan;
  journal.save({ ...other, plan });
}

/** With the publication: what the profile holds is known no better because the key is gone. */
function abandoned(enrollment: Rotation['old']): Enrollment {
  const { id, createdAt, plan, credential } = enrollment;
  const publication = 'publication' in enrollment ? enrollment.publication : undefined;
  return { id, createdAt, plan, state: 'abandoned', credential, ...(publication === undefined ? {} : { publication }) };
}

/** The profile may hold the other: it is looked at when this one is published. */
function takenUpAgain({
  id,
  createdAt,
  plan,
  credential,
  attestation,
  files,
  profilesBefore,
}: WrittenEnrollment): Enrollment {
  const kept = { credential, files, profilesBefore, ...(attestation === undefined ? {} : { attestation }) };
  return { id, createdAt, plan: { ...plan, publish: true }, state: 'written', ...kept };
}
