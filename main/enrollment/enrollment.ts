/**
 * An enrollment as the journal keeps it: what was planned, how far it got, and what each step left behind. The states are
 * ordered; each is written down before the next step begins, so that whatever stops the program, the next run knows.
 *
 *     planned -> requested -> made -> attested -> written -> published
 *
 * `requested` is the one that needs care: the authenticator may or may not hold the credential. The next run asks again
 * with the same user id, and the authenticator replaces its own half-finished credential (CTAP 2.1, 6.1.2, step 16).
 * `abandoned` is what its owner gave up on, or whose credential did not hold; it is kept, because the authenticator may
 * still hold that credential; or one whose credential is known to be gone (credential-gone.ts), with what it had been on a profile.
 *
 * Where another key takes its place (rotation.ts), a written or published one goes on:
 *
 *     written, published -> retiring -> retired
 *
 * `retiring` is written down before its credential is deleted: from then on nobody counts on it any more.
 *
 * A credential that was not made here begins at `written`, or at `published` where the profile holds it: it was found on a
 * security key (`recover`), or in key files (`adopt`). Of such a one nobody knows when it was made, and no attestation is left.
 */
import { z } from 'zod';
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatSkPublicBlob, parseSkPublicBlob, SkFlag, type SkPublicKey } from '../openssh/sk-key.ts';
import type { Proof } from './proof.ts';

/** What `az nexusidentity gen-keys` makes (design, decision 1): the rp.id, and what stands behind the key in its public line. */
export const APPLICATION = 'ssh:';
export const COMMENT = 'NexusIdentitySSHKey';

const bytes = z.codec(
  z.base64(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
    encode: (value) => Buffer.from(value).toString('base64'),
  },
);

/** As its public blob (PROTOCOL.u2f). */
const publicKey = z.codec(
  bytes,
  z.custom<SkPublicKey>((value) => typeof value === 'object'),
  {
    decode(blob, context) {
      try {
        return parseSkPublicBlob(blob);
      } catch (error) {
        context.issues.push({ code: 'custom', message: asGlasskeyError(error).message, input: blob });
        return z.NEVER;
      }
    },
    encode: formatSkPublicBlob,
  },
);

const plan = z.object({
  algorithm: z.enum(['ed25519-sk', 'ecdsa-sk']),
  /** The rp.id, verbatim. OpenSSH takes its scheme in capitals too. */
  application: z.string().regex(/^ssh:/i),
  /** 32 bytes: short printable ASCII, padded with zeros (design, decision 2). Empty where only key files were found. */
  userId: bytes,
  /** Whose and when: other credential managers show it. Empty where nobody knows it. */
  userName: z.string(),
  comment: z.string(),
  /** Absolute path of the private half; `.pub` is beside it. */
  keyFile: z.string(),
  /** The owner agreed that existing files are replaced; the old ones are kept beside. */
  overwrite: z.boolean(),
  publish: z.boolean(),
  /** The id of the enrollment whose place this one is to take. */
  replaces: z.string().optional(),
  /** On a second security key, for the day on which the first is lost; the profile holds one key, which is the other. */
  backup: z.literal(true).optional(),
});

const madeCredential = z.object({
  /** Rows that were written before there was another origin do not say it. */
  origin: z.literal('made').default('made'),
  /** What makeCredential's clientDataHash is the SHA-256 of. Kept, because the attestation cannot be checked without. */
  challenge: bytes,
  format: z.string(),
  authData: bytes,
  /** attStmt as CBOR. */
  statement: bytes,
  product: z.string(),
  aaguid: z.string(),
  /** As the key told it; rows that were written before it was kept lack it. */
  firmware: z.string().optional(),
});

const foundCredential = z.object({
  origin: z.literal('found'),
  /** The credential id. */
  keyHandle: bytes,
  publicKey,
  /** `SkFlag` bits: what the key file says, or what follows from credProtect (openssh-sk.md, section 5). */
  flags: z.int().min(0).max(255),
  /** Undefined where only files were found, and no security key that has the credential was there. */
  product: z.string().optional(),
  aaguid: z.string().optional(),
});

const credential = z.union([foundCredential, madeCredential]);

const attestation = z.object({
  /** `certified`: by a certificate, of whose issuer nothing was asked then. */
  kind: z.enum(['genuine', 'unknown-issuer', 'self', 'none', 'certified']),
  issuer: z.string().optional(),
});

const files = z.object({ publicLine: z.string(), fingerprint: z.string(), writtenAt: z.number() });

const publication = z.object({
  account: z.string(),
  publishedAt: z.number(),
  /** It was found there at `publishedAt`: it had been put there by then, and nobody knows since when. */
  found: z.boolean().default(false),
  /** What the profile held before (null: nothing), so that it can be put back. */
  previousLine: z.string().nullable(),
});

/** What a profile held before this key. Noted before the profile is written, so that a crash in between does not lose it. */
const profileBefore = z.object({ account: z.string(), line: z.string().nullable() });
/** One for each account: a key may be published by one, then by another. */
const profilesBefore = z.array(profileBefore).default([]);

/** Its owner agreed that it goes: another key stays, and has been proven. */
const retirement = z.object({
  /** The id of the enrollment that stays. */
  by: z.string(),
  begunAt: z.number(),
  /**
   * What became of the credential on its security key. `to-delete` until it is known to be `deleted`; `gone`: it was not there any
   * more; `kept`: the key cannot delete single ones; `lost`: so is the key, as its owner said.
   */
  credential: z.enum(['to-delete', 'deleted', 'gone', 'kept', 'lost']),
});

/** When its owner gave it up again, before the key it was to replace was retired. Absent of all others. */
const givenUp = { givenUpAt: z.number().optional() };

/** Absent of a credential that was found. */
const proof = { attestation: attestation.optional() };

const common = { id: z.string(), createdAt: z.number(), plan };
const writtenMembers = { credential, ...proof, files, profilesBefore, ...givenUp };
const retiringMembers = { ...writtenMembers, publication: publication.optional(), retirement };

const enrollmentSchema = z.discriminatedUnion('state', [
  z.object({ ...common, state: z.literal('planned') }),
  z.object({ ...common, state: z.literal('requested'), challenge: bytes }),
  z.object({ ...common, state: z.literal('made'), credential: madeCredential }),
  z.object({ ...common, state: z.literal('attested'), credential: madeCredential, attestation }),
  z.object({ ...common, state: z.literal('written'), ...writtenMembers }),
  z.object({ ...common, state: z.literal('published'), ...writtenMembers, publication }),
  z.object({ ...common, state: z.literal('retiring'), ...retiringMembers }),
  z.object({ ...common, state: z.literal('retired'), ...retiringMembers, retiredAt: z.number() }),
  z.object({
    ...common,
    state: z.literal('abandoned'),
    credential: credential.optional(),
    publication: publication.optional(),
  }),
]);

export type EnrollmentState = Enrollment['state'];
export type Enrollment = z.output<typeof enrollmentSchema>;
export type EnrollmentIn<S extends EnrollmentState> = Extract<Enrollment, { state: S }>;
export type EnrollmentPlan = Enrollment['plan'];
type Credential = z.output<typeof credential>;
export type MadeCredential = z.output<typeof madeCredential>;
export type FoundCredential = z.output<typeof foundCredential>;
export type Retirement = z.output<typeof retirement>;
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

/** What people call the security key that holds the credential; undefined where there is no credential. */
export function productOf(enrollment: Pick<WrittenEnrollment, 'credential'>): string;
export function productOf(enrollment: { readonly credential?: Credential | undefined }): string | undefined;
export function productOf({ credential }: { readonly credential?: Credential | undefined }): string | undefined {
  return credential && (credential.product ?? 'security key');
}

/** Whether the key signs under its PIN alone. Those that Glasskey makes do. */
export function isVerifyRequired({ credential }: Pick<WrittenEnrollment, 'credential'>): boolean {
  return credential.origin === 'made' || (credential.flags & SkFlag.USER_VERIFICATION_REQUIRED) !== 0;
}

export type UnfinishedEnrollment = EnrollmentIn<'planned' | 'requested' | 'made' | 'attested' | 'written'>;

/** Whether a run of `enroll`, or of `rotate` where it replaces another, still has something to do for it. */
export function isUnfinished(enrollment: Enrollment): enrollment is UnfinishedEnrollment {
  switch (enrollment.state) {
    case 'planned':
    case 'requested':
    case 'made':
    case 'attested':
      return true;
    case 'written':
      return enrollment.plan.publish;
    case 'published':
    case 'retiring':
    case 'retired':
    case 'abandoned':
      return false;
    default:
      return enrollment satisfies never;
  }
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
  /** A device accepted a login with it. Added to its journal: nothing of the enrollment changes, whoever works on it now. */
  prove(id: string, proof: Proof): void;
  /** The last proof of each enrollment that has one, by its id. */
  lastProofs(): ReadonlyMap<string, Proof>;
}
