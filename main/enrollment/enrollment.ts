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
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatSkPublicBlob, parseSkPublicBlob, SkFlag } from '../openssh/sk-key.ts';
import { decodeStrictBase64, encodeBase64 } from '../openssh/strict-base64.ts';
import {
  among,
  anyMembers,
  checked,
  list,
  mapped,
  members,
  nullable,
  number,
  only,
  optional,
  otherwise,
  type Stored,
  StoredFault,
  type StoredForm,
  type StoredObject,
  tagged,
  text,
  truth,
  wholeNumberFrom,
} from '../storage/stored-form.ts';
import type { Proof } from './proof.ts';

/** What `az nexusidentity gen-keys` makes (design, decision 1): the rp.id, and what stands behind the key in its public line. */
export const APPLICATION = 'ssh:';
export const COMMENT = 'NexusIdentitySSHKey';

const bytes: StoredForm<Uint8Array> = mapped(text, {
  read(base64) {
    const decoded = decodeStrictBase64(base64);
    if (decoded === null) throw new StoredFault('must be base64');
    return decoded;
  },
  write: encodeBase64,
});

/** As its public blob (PROTOCOL.u2f). */
const publicKey = mapped(bytes, { read: parseSkPublicBlob, write: formatSkPublicBlob });

const plan = members({
  algorithm: among(['ed25519-sk', 'ecdsa-sk']),
  /** The rp.id, verbatim. OpenSSH takes its scheme in capitals too. */
  application: checked(text, (value) => /^ssh:/i.test(value), 'must begin with ssh:'),
  /** 32 bytes: short printable ASCII, padded with zeros (design, decision 2). Empty where only key files were found. */
  userId: bytes,
  /** Whose and when: other credential managers show it. Empty where nobody knows it. */
  userName: text,
  comment: text,
  /** Absolute path of the private half; `.pub` is beside it. */
  keyFile: text,
  /** The owner agreed that existing files are replaced; the old ones are kept beside. */
  overwrite: truth,
  publish: truth,
  /** The id of the enrollment whose place this one is to take. */
  replaces: optional(text),
  /** On a second security key, for the day on which the first is lost; the profile holds one key, which is the other. */
  backup: optional(only(true)),
});

const madeCredential = members({
  /** Rows that were written before there was another origin do not say it. */
  origin: otherwise(only('made'), 'made'),
  /** What makeCredential's clientDataHash is the SHA-256 of. Kept, because the attestation cannot be checked without. */
  challenge: bytes,
  format: text,
  authData: bytes,
  /** attStmt as CBOR. */
  statement: bytes,
  product: text,
  aaguid: text,
  /** As the key told it; rows that were written before it was kept lack it. */
  firmware: optional(text),
});

const foundCredential = members({
  origin: only('found'),
  /** The credential id. */
  keyHandle: bytes,
  publicKey,
  /** `SkFlag` bits: what the key file says, or what follows from credProtect (openssh-sk.md, section 5). */
  flags: wholeNumberFrom(0, 255),
  /** Undefined where only files were found, and no security key that has the credential was there. */
  product: optional(text),
  aaguid: optional(text),
});

const credential = tagged('origin', { made: madeCredential, found: foundCredential }, 'made');

const attestation = members({
  /** `certified`: by a certificate, of whose issuer nothing was asked then. */
  kind: among(['genuine', 'unknown-issuer', 'self', 'none', 'certified']),
  issuer: optional(text),
});

const files = members({ publicLine: text, fingerprint: text, writtenAt: number });

const publication = members({
  account: text,
  publishedAt: number,
  /** It was found there at `publishedAt`: it had been put there by then, and nobody knows since when. */
  found: otherwise(truth, false),
  /** What the profile held before (null: nothing), so that it can be put back. */
  previousLine: nullable(text),
});

/** What a profile held before this key. Noted before the profile is written, so that a crash in between does not lose it. */
const profileBefore = members({ account: text, line: nullable(text) });
/** One for each account: a key may be published by one, then by another. */
const profilesBefore = otherwise(list(profileBefore), []);

/** Its owner agreed that it goes: another key stays, and has been proven. */
const retirement = members({
  /** The id of the enrollment that stays. */
  by: text,
  begunAt: number,
  /**
   * What became of the credential on its security key. `to-delete` until it is known to be `deleted`; `gone`: it was not there any
   * more; `kept`: the key cannot delete single ones; `lost`: so is the key, as its owner said.
   */
  credential: among(['to-delete', 'deleted', 'gone', 'kept', 'lost']),
});

/** When its owner gave it up again, before the key it was to replace was retired. Absent of all others. */
const givenUp = { givenUpAt: optional(number) };

/** Absent of a credential that was found. */
const proof = { attestation: optional(attestation) };

const common = { id: text, createdAt: number, plan };
const writtenMembers = { credential, ...proof, files, profilesBefore, ...givenUp };
const retiringMembers = { ...writtenMembers, publication: optional(publication), retirement };

const enrollment = tagged('state', {
  planned: members(common),
  requested: members({ ...common, challenge: bytes }),
  made: members({ ...common, credential: madeCredential }),
  attested: members({ ...common, credential: madeCredential, attestation }),
  written: members({ ...common, ...writtenMembers }),
  published: members({ ...common, ...writtenMembers, publication }),
  retiring: members({ ...common, ...retiringMembers }),
  retired: members({ ...common, ...retiringMembers, retiredAt: number }),
  abandoned: members({
    ...common,
    credential: optional(credential),
    publication: optional(publication),
  }),
});

export type EnrollmentState = Enrollment['state'];
export type Enrollment = Stored<typeof enrollment>;
export type EnrollmentIn<S extends EnrollmentState> = Extract<Enrollment, { state: S }>;
export type EnrollmentPlan = Enrollment['plan'];
type Credential = Stored<typeof credential>;
export type MadeCredential = Stored<typeof madeCredential>;
export type FoundCredential = Stored<typeof foundCredential>;
export type Retirement = Stored<typeof retirement>;
export type ProfileBefore = Stored<typeof profileBefore>;
/** One whose key files exist: it can sign. */
export type WrittenEnrollment = EnrollmentIn<'written' | 'published'>;

/** What a row of the journal becomes. Throws `JOURNAL_DAMAGED`. */
export function parseEnrollment(row: unknown): Enrollment {
  try {
    return enrollment.read(row);
  } catch (cause) {
    throw new GlasskeyError({
      code: 'JOURNAL_DAMAGED',
      message: 'An entry in the enrollment journal cannot be read.',
      remedy: 'Update Glasskey if a newer version was used here before; else move glasskey.db aside and enroll again.',
      cause,
    });
  }
}

/** A row for the journal: plain JSON. */
export function formatEnrollment(value: Enrollment): StoredObject {
  return anyMembers.read(enrollment.write(value));
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
