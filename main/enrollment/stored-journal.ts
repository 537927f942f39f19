/** The journal of enrollments in the database. */
import { dirname, join } from 'node:path';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Log, silentLog } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { Database } from '../storage/database.ts';
import { type EnrollmentRow, enrollmentStore } from '../storage/enrollment-store.ts';
import { type Enrollment, type EnrollmentJournal, formatEnrollment, parseEnrollment } from './enrollment.ts';
import { withEnrollmentLock } from './enrollment-lock.ts';
import { parseProof } from './proof.ts';

/** The step of the journal that no state belongs to. */
const PROVEN = 'proven';

/** A row that cannot be read is left out, and told to the log: one damaged entry must not lock its owner out of the others. */
export function storedJournal(database: Database, clock: Clock, log: Log = silentLog): EnrollmentJournal {
  const store = enrollmentStore(database, clock);
  const lockFile = join(dirname(database.file), 'enrollment.lock');
  return {
    exclusively: (work) => withEnrollmentLock(lockFile, work),
    list: () => store.list().flatMap((row) => readable(row, log)),
    save(enrollment) {
      const { id, state } = enrollment;
      const data = formatEnrollment(enrollment);
      const row = store.get(id);
      if (row === undefined) store.insert({ id, state, data });
      else store.update(id, row.state, state, data);
      store.appendStep(id, state, {});
    },
    prove(id, proof) {
      store.appendStep(id, PROVEN, { ...proof });
    },
    lastProofs() {
      const last = store.lastSteps(PROVEN).map(({ enrollmentId, data }) => [enrollmentId, parseProof(data)] as const);
      return new Map(last.flatMap(([id, proof]) => (proof === undefined ? [] : [[id, proof] as const])));
    },
  };
}

function readable({ id, data }: EnrollmentRow, log: Log): readonly Enrollment[] {
  try {
    return [parseEnrollment(data)];
  } catch (error) {
    log('error', 'journal.damaged', { id, code: asGlasskeyError(error).code });
    return [];
  }
}
