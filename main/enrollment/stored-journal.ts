/** The journal of enrollments in the database. */
import type { Clock } from '../../time/clock.ts';
import type { Database } from '../storage/database.ts';
import { type EnrollmentRow, enrollmentStore } from '../storage/enrollment-store.ts';
import { type EnrollmentJournal, formatEnrollment, parseEnrollment } from './enrollment.ts';

export function storedJournal(database: Database, clock: Clock): EnrollmentJournal {
  const store = enrollmentStore(database, clock);
  return {
    list: () => store.list().map(toEnrollment),
    save(enrollment) {
      const { id, state } = enrollment;
      const data = formatEnrollment(enrollment);
      const row = store.get(id);
      if (row === undefined) store.insert({ id, state, data });
      else store.update(id, row.state, state, data);
      store.appendStep(id, state, {});
    },
  };
}

function toEnrollment({ data }: EnrollmentRow) {
  return parseEnrollment(data);
}
