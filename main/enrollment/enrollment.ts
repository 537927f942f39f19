/**
 * An enrollment as the journal keeps it: what was planned, how far it got, and what each step left behind. The states are
 * ordered; each is written down before the next step begins, so that whatever stops the program, the next run knows.
 *
 *     planned -> requested -> made -> attested -> written -> published
 *
 * `requested` is the one that needs care: the authenticator may or may not hold the credential. The next run asks again
 * with the same user id, and the authenticator replaces its own half-finished credential (CTAP 2.1, 6.1.2, step 16).
 * `abandoned` is what its owner gave up on, or whose credential did not hold; it is kept, because the authenticator may
 * still hold that credential.
 */
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const bytes = z.codec(
  z.base64(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
    encode: (value) => Buffer.from(value).toString('base64'),
  },
);

const plan = z.object({
  algorithm: z.enum(['ed25519-sk', 'ecdsa-sk']),
  /** The rp.id, verbatim. */
  application: z.string().startsWith('ssh:'),
  /** 32 bytes: short printable ASCII, padded with zeros (design, decision 2). */
  userId: bytes,
  /** Whose and when: other credential managers show it. */
  userName: z.string(),
  comment: z.string(),
  /** Absolute path of the private half; `.pub` is beside it. */
  keyFile: z.string(),
  /** The owner agreed that existing files are replaced; the old ones are kept beside. */
  overwrite: z.boolean(),
  publish: z.boolean(),
});

const credential = z.object({
  /** What makeCredential's clientDataHash is the SHA-256 of. Kept, because the attestation cannot be checked without. */
  challenge: bytes,
  format: z.string(),
  authData: bytes,
  /** attStmt as CBOR. */
  statement: bytes,
  product: z.string(),
  aaguid: z.string(),
});

const attestation = z.object({
  kind: z.enum(['certified', 'self', 'none']),
  issuer: z.string().optional(),
});

const files = z.object({ publicLine: z.string(), fingerprint: z.string(), writtenAt: z.number() });

const publication = z.object({
  account: z.string(),
  publishedAt: z.number(),
  /** What the profile held before (null: nothing), so that it can be put back. */
  previousLine: z.string().nullable(),
});

/** What a profile held before this key. Noted before the profile is written, so that a crash in between does not lose it. */
const profileBefore = z.object({ account: z.string(), line: z.string().nullable() });
/** One for each account: a key may be published by one, then by another. */
const profilesBefore = z.array(profileBefore).default([]);

const common = { id: z.string(), createdAt: z.number(), plan };

const enrollmentSchema = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('planned') }),
  z.object({ ...common, state: z.literal('requested'), challenge: bytes }),
  z.object({ ...common, state: z.literal('made'), credential }),
  z.object({ ...common, state: z.literal('attested'), credential, attestation }),
  z.object({ ...common, state: z.literal('written'), credential, attestation, files, profilesBefore }),
  z.object({ ...common, state: z.literal('published'), credential, attestation, files, profilesBefore, publication }),
  z.object({ ...common, state: z.literal('abandoned'), credential: credential.optional() }),
]);

export type EnrollmentState = Enrollment['state'];
export type Enrollment = z.output<typeof enrollmentSchema>;
export type EnrollmentIn<S extends EnrollmentState> = Extract<Enrollment, { state: S }>;
export type EnrollmentPlan = Enrollment['plan'];
export type ProfileBefore = z.output<typeof profileBefore>;
/** One whose key files exist: it can sign. */
export type WrittenEnrollment = EnrollmentIn<'written' | 'published'>;

/** What a row of the journal becomes. Throws `JOURNAL_DAMAGED`. */
export function parseEnrollment(row: unknown): Enrollment {
  const parsed = enrollmentSchema.safeDecode(row as z.input<typeof enrollmentSchema>);
  if (parsed.success) return parsed.data;
  throw new GlasskeyError({
    code: 'JOURNAL_DAMAGED',
    message: 'An entry in the enrollment journal cannot be read.',
    remedy: 'Update Glasskey if a newer version was used here before; else move glasskey.db aside and enroll again.',
    cause: parsed.error,
  });
}

/** A row for the journal: plain JSON. */
export function formatEnrollment(enrollment: Enrollment): z.input<typeof enrollmentSchema> {
  return z.encode(enrollmentSchema, enrollment);
}

export function isWritten(enrollment: Enrollment): enrollment is WrittenEnrollment {
  return enrollment.state === 'written' || enrollment.state === 'published';
}

export type UnfinishedEnrollment = Exclude<Enrollment, { state: 'published' | 'abandoned' }>;

/** Whether a run of `enroll` still has something to do for it. */
export function isUnfinished(enrollment: Enrollment): enrollment is UnfinishedEnrollment {
  if (enrollment.state === 'published' || enrollment.state === 'abandoned') return false;
  return enrollment.state !== 'written' || enrollment.plan.publish;
}

/** When the fabric's devices will have the key at the latest: they reconcile every four hours unless set otherwise. */
export function reconciledBy(enrollment: EnrollmentIn<'published'>, reconcileEveryMs: number): number {
  return enrollment.publication.publishedAt + reconcileEveryMs;
}

/** Where enrollments are kept. A state is on disk when `save` returns. */
export interface EnrollmentJournal {
  /**
   * Runs `work` while nobody else, in this process or another, is enrolling or publishing: two at once would make two
   * credentials, or forget what the profile held. Throws `ENROLLMENT_RUNNING` at once when somebody is.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  list(): readonly Enrollment[];
  /** Inserts, or replaces the same id, and notes the step. */
  save(enrollment: Enrollment): void;
}
