/**
 * Enrollments and their journal. The store keeps what the state machine gives it and knows no states: `data` is opaque
 * JSON, and a change is made only from the state that the caller believes it to be in.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { type Database, transaction, withDatabaseErrors } from './database.ts';
import { anyMembers, asJson, list, members, number, type Stored, type StoredObject, text } from './stored-form.ts';

export interface EnrollmentRow {
  readonly id: string;
  readonly state: string;
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly data: StoredObject;
}

export interface EnrollmentStep {
  readonly enrollmentId: string;
  /** 1, 2, 3 … within the enrollment. */
  readonly seq: number;
  readonly step: string;
  readonly at: number;
  readonly data: StoredObject;
}

/** `data` is written as JSON: never a PIN, a token or a private key. */
export interface EnrollmentStore {
  /** Throws `ENROLLMENT_EXISTS`. */
  insert(enrollment: { readonly id: string; readonly state: string; readonly data: StoredObject }): EnrollmentRow;
  /** Throws `ENROLLMENT_STATE_CHANGED` where it is not (any more) in `expectedState`, or not there. */
  update(id: string, expectedState: string, newState: string, data: StoredObject): EnrollmentRow;
  get(id: string): EnrollmentRow | undefined;
  /** Oldest first. */
  list(): EnrollmentRow[];
  /** Those whose state is none of `finalStates`, oldest first: the next run takes them up. */
  unfinished(finalStates: readonly string[]): EnrollmentRow[];
  /** Adds to the journal, which is never changed. Durable when it returns. */
  appendStep(enrollmentId: string, step: string, data: StoredObject): EnrollmentStep;
  steps(enrollmentId: string): EnrollmentStep[];
  /** The last step of that name of each enrollment that has one. */
  lastSteps(step: string): EnrollmentStep[];
}

const Row = members({
  id: text,
  state: text,
  created_at: number,
  updated_at: number,
  data: asJson(anyMembers),
});

const Step = members({
  enrollment_id: text,
  seq: number,
  step: text,
  at: number,
  data: asJson(anyMembers),
});

export function enrollmentStore(database: Database, clock: Clock): EnrollmentStore {
  const { sqlite } = database;
  const read = <T>(work: () => T) => withDatabaseErrors(database.file, work);

  const get = (id: string) =>
    read(() => {
      const row = sqlite.prepare('SELECT * FROM enrollments WHERE id = ?').get(id);
      return row && enrollmentRow(Row.read(row));
    });
  const all = () =>
    read(() =>
      list(Row).read(sqlite.prepare('SELECT * FROM enrollments ORDER BY created_at, rowid').all()).map(enrollmentRow),
    );
  const existing = (id: string, state: string): EnrollmentRow => {
    const row = get(id);
    if (row?.state !== state) throw stateChanged(id, state, row?.state);
    return row;
  };

  return {
    insert({ id, state, data }) {
      const now = clock.now();
      const added = transaction(database, () =>
        sqlite
          .prepare(
            'INSERT INTO enrollments (id, state, created_at, updated_at, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
          )
          .run(id, state, now, now, JSON.stringify(data)),
      );
      if (added.changes === 0) throw alreadyThere(id);
      return existing(id, state);
    },

    update(id, expectedState, newState, data) {
      return transaction(database, () => {
        existing(id, expectedState);
        sqlite
          .prepare('UPDATE enrollments SET state = ?, updated_at = ?, data = ? WHERE id = ?')
          .run(newState, clock.now(), JSON.stringify(data), id);
        return existing(id, newState);
      });
    },

    get,
    list: all,
    unfinished: (finalStates) => all().filter(({ state }) => !finalStates.includes(state)),

    appendStep(enrollmentId, step, data) {
      return transaction(database, () => {
        if (!get(enrollmentId)) throw stateChanged(enrollmentId, 'any', undefined);
        const last = sqlite
          .prepare('SELECT max(seq) AS seq FROM enrollment_steps WHERE enrollment_id = ?')
          .get(enrollmentId);
        const seq = Number(last?.seq ?? 0) + 1;
        const at = clock.now();
        sqlite
          .prepare('INSERT INTO enrollment_steps (enrollment_id, seq, step, at, data) VALUES (?, ?, ?, ?, ?)')
          .run(enrollmentId, seq, step, at, JSON.stringify(data));
        return { enrollmentId, seq, step, at, data };
      });
    },

    steps: (enrollmentId) =>
      read(() => {
        const rows = sqlite
          .prepare('SELECT * FROM enrollment_steps WHERE enrollment_id = ? ORDER BY seq')
          .all(enrollmentId);
        return list(Step).read(rows).map(enrollmentStep);
      }),

    lastSteps: (step) =>
      read(() => {
        // With max() the other columns are those of its row (SQLite, "Bare columns in an aggregate query").
        const rows = sqlite
          .prepare(
            'SELECT enrollment_id, max(seq) AS seq, step, at, data FROM enrollment_steps WHERE step = ? GROUP BY enrollment_id',
          )
          .all(step);
        return list(Step).read(rows).map(enrollmentStep);
      }),
  };
}

function enrollmentRow({ created_at, updated_at, ...row }: Stored<typeof Row>): EnrollmentRow {
  return { ...row, createdAt: created_at, updatedAt: updated_at };
}

function enrollmentStep({ enrollment_id, ...step }: Stored<typeof Step>): EnrollmentStep {
  return { enrollmentId: enrollment_id, ...step };
}

function alreadyThere(id: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ENROLLMENT_EXISTS',
    message: `There is an enrollment ${id} already.`,
    remedy: 'Run glasskey status to see it.',
    detail: { id },
  });
}

function stateChanged(id: string, expected: string, found: string | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'ENROLLMENT_STATE_CHANGED',
    message: `Enrollment ${id} is not in the state ${expected} any more (${found ?? 'it is gone'}).`,
    remedy: 'Another Glasskey is working on it; wait for it to finish, then run glasskey status.',
    detail: { id, expected, found: found ?? null },
  });
}
