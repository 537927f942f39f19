/**
 * What was seen of things outside, when it was last looked at: nobody looks while reminders are counted. Each observation keeps since
 * when it is so. No secret, and of a profile's key no more than its fingerprint.
 */
import { type Database, transactionUnlessBusy, withDatabaseErrors } from './database.ts';
import {
  among,
  list,
  members,
  nullable,
  number,
  readIfOne,
  type Stored,
  type StoredForm,
  text,
  truth,
} from './stored-form.ts';

const VALUES = {
  /** By account. The fingerprint of the key on the profile; `null`: none, or nothing that is one. */
  profile: members({ fingerprint: nullable(text) }),
  /** By account: somebody has signed in. */
  'sign-in': members({}),
  /** By what tells security keys apart without their PIN (glasskey-observing.ts). */
  pin: members({
    product: text,
    aaguid: nullable(text),
    state: among(['unsupported', 'not-set', 'set', 'change-forced', 'replug-needed', 'blocked']),
    triesLeft: nullable(number),
  }),
  /** By the same. Free slots for resident credentials, as the key estimates them. */
  slots: members({ product: text, aaguid: nullable(text), free: number }),
  /** By host, as the connect capability spells it: whether it showed the key that is known of it. */
  'host-key': members({ isKnown: truth }),
  /** By enrollment. */
  files: members({ areThere: truth }),
  /** By enrollment: what its attestation proved when somebody last looked, by the roots of then. */
  attestation: members({ kind: among(['genuine', 'unknown-issuer', 'self', 'none']) }),
  /** By enrollment: it was found gone from its security key. */
  'credential-gone': members({}),
} as const;

export type ObservationKind = keyof typeof VALUES;
export type ObservationValue<K extends ObservationKind> = Readonly<Stored<(typeof VALUES)[K]>>;

export interface Observation<K extends ObservationKind> {
  readonly subject: string;
  readonly value: ObservationValue<K>;
  /** Since when it is so, as far as anybody looked. */
  readonly since: number;
  readonly seenAt: number;
}

export interface ObservationStore {
  /** Never waits: throws `DATABASE_BUSY` at once where another process writes. */
  note<K extends ObservationKind>(kind: K, subject: string, value: ObservationValue<K>, at: number): void;
  /**
   * To be called before what is kept is used: a clock that was set back has left times that are yet to come; they are taken for now. Two
   * processes do not read the clock at once, so that a minute ahead is none. Writes only where there are such, and never waits: throws
   * `DATABASE_BUSY`.
   */
  setBack(now: number): void;
  /** Those of a kind; what cannot be read any more is left out. */
  list<K extends ObservationKind>(kind: K): readonly Observation<K>[];
}

const Row = members({ subject: text, value: text, since: number, seen_at: number });

const NOTE = `INSERT INTO observations (kind, subject, value, since, seen_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (kind, subject) DO UPDATE SET seen_at = excluded.seen_at, value = excluded.value,
    since = CASE WHEN value = excluded.value THEN since ELSE excluded.since END`;

/** `since` is never after `seen_at`. */
const AHEAD = 'seen_at > ?';
const SLACK_MS = 60_000;

export function observationStore(database: Database): ObservationStore {
  const { sqlite } = database;
  return {
    note(kind, subject, value, at) {
      // Its members in the form's order, so that the same value is the same text.
      const stored = JSON.stringify(formOf(kind).write(value));
      transactionUnlessBusy(database, () => sqlite.prepare(NOTE).run(kind, subject, stored, at, at));
    },
    setBack(now) {
      const isLater = () => sqlite.prepare(`SELECT 1 FROM observations WHERE ${AHEAD} LIMIT 1`).get(now + SLACK_MS);
      if (withDatabaseErrors(database.file, isLater) === undefined) return;
      const set = `UPDATE observations SET since = min(since, ?), seen_at = min(seen_at, ?) WHERE ${AHEAD}`;
      transactionUnlessBusy(database, () => sqlite.prepare(set).run(now, now, now + SLACK_MS));
    },
    list: <K extends ObservationKind>(kind: K) =>
      withDatabaseErrors(database.file, () => {
        const rows = sqlite.prepare('SELECT * FROM observations WHERE kind = ? ORDER BY subject').all(kind);
        return list(Row)
          .read(rows)
          .flatMap(({ subject, value: stored, since, seen_at: seenAt }): readonly Observation<K>[] => {
            const value = readIfOne(formOf(kind), JSON.parse(stored));
            return value === undefined ? [] : [{ subject, value, since, seenAt }];
          });
      }),
  };
}

function formOf<K extends ObservationKind>(kind: K): StoredForm<ObservationValue<K>> {
  return VALUES[kind] as unknown as StoredForm<ObservationValue<K>>;
}
