/**
 * What was seen of things outside, when it was last looked at: nobody looks while reminders are counted. Each observation keeps since
 * when it is so. No secret, and of a profile's key no more than its fingerprint.
 */
import { z } from 'zod';
import { type Database, transactionUnlessBusy, withDatabaseErrors } from './database.ts';

const VALUES = {
  /** By account. The fingerprint of the key on the profile; `null`: none, or nothing that is one. */
  profile: z.object({ fingerprint: z.string().nullable() }),
  /** By account: somebody has signed in. */
  'sign-in': z.object({}),
  /** By what tells security keys apart without their PIN (glasskey-observing.ts). */
  pin: z.object({
    product: z.string(),
    aaguid: z.string().nullable(),
    state: z.enum(['unsupported', 'not-set', 'set', 'change-forced', 'replug-needed', 'blocked']),
    triesLeft: z.number().nullable(),
  }),
  /** By the same. Free slots for resident credentials, as the key estimates them. */
  slots: z.object({ product: z.string(), aaguid: z.string().nullable(), free: z.number() }),
  /** By host, as the connect capability spells it: whether it showed the key that is known of it. */
  'host-key': z.object({ isKnown: z.boolean() }),
  /** By enrollment. */
  files: z.object({ areThere: z.boolean() }),
  /** By enrollment: what its attestation proved when somebody last looked, by the roots of then. */
  attestation: z.object({ kind: z.enum(['genuine', 'unknown-issuer', 'self', 'none']) }),
  /** By enrollment: it was found gone from its security key. */
  'credential-gone': z.object({}),
} as const;

export type ObservationKind = keyof typeof VALUES;
export type ObservationValue<K extends ObservationKind> = Readonly<z.output<(typeof VALUES)[K]>>;

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
  /** Those of a kind; what cannot be read any more is left out. */
  list<K extends ObservationKind>(kind: K): readonly Observation<K>[];
}

const Row = z.object({ subject: z.string(), value: z.string(), since: z.number(), seen_at: z.number() });

const NOTE = `INSERT INTO observations (kind, subject, value, since, seen_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (kind, subject) DO UPDATE SET seen_at = excluded.seen_at, value = excluded.value,
    since = CASE WHEN value = excluded.value THEN since ELSE excluded.since END`;

export function observationStore(database: Database): ObservationStore {
  const { sqlite } = database;
  return {
    note(kind, subject, value, at) {
      // Parsed, so that the same value is the same text.
      const text = JSON.stringify(VALUES[kind].parse(value));
      transactionUnlessBusy(database, () => sqlite.prepare(NOTE).run(kind, subject, text, at, at));
    },
    list: <K extends ObservationKind>(kind: K) =>
      withDatabaseErrors(database.file, () => {
        const schema = VALUES[kind] as unknown as z.ZodType<ObservationValue<K>>;
        const rows = sqlite.prepare('SELECT * FROM observations WHERE kind = ? ORDER BY subject').all(kind);
        return Row.array()
          .parse(rows)
          .flatMap(({ subject, value, since, seen_at: seenAt }): readonly Observation<K>[] => {
            const parsed = schema.safeParse(JSON.parse(value));
            return parsed.success ? [{ subject, value: parsed.data, since, seenAt }] : [];
          });
      }),
  };
}
