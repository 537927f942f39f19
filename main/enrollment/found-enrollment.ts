/** Enrollments of credentials that were made elsewhere: found on a security key, or in key files. */
import { createHash } from 'node:crypto';
import { hasControlCharacter, parsePublicLine } from '../openssh/public-line.ts';
import { isSameSkKey, SK_ECDSA } from '../openssh/sk-key.ts';
import {
  APPLICATION,
  COMMENT,
  type Enrollment,
  type EnrollmentIn,
  type EnrollmentJournal,
  isWritten,
  type WrittenEnrollment,
} from './enrollment.ts';
import { keyFilePair, skPrivateKey } from './key-files.ts';
import type { ResidentKey } from './resident-keys.ts';

/** What is known of a credential that was found. */
export interface FoundKey extends ResidentKey {
  /** Undefined where no security key that has it was there. */
  readonly product: string | undefined;
  readonly aaguid: string | undefined;
}

/** What a profile held when it was looked at. */
export interface ProfileLook {
  readonly account: string;
  /** Byte for byte; undefined: nothing. */
  readonly line: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

type WithCredential = WrittenEnrollment | EnrollmentIn<'made' | 'attested'>;

/** The same on every computer, so that a run which is repeated finds its own again. */
export function foundEnrollmentId(keyHandle: Uint8Array): string {
  return createHash('sha256').update(keyHandle).digest('hex').slice(0, 16);
}

/** The enrollment that has this credential; one that was given up does not count. */
export function enrollmentWith(
  keyHandle: Uint8Array,
  journal: Pick<EnrollmentJournal, 'list'>,
): WithCredential | undefined {
  return journal
    .list()
    .filter(hasCredential)
    .findLast((one) => Buffer.compare(skPrivateKey(one).keyHandle, keyHandle) === 0);
}

function hasCredential(enrollment: Enrollment): enrollment is WithCredential {
  return isWritten(enrollment) || enrollment.state === 'made' || enrollment.state === 'attested';
}

/** Undefined: nobody has looked. */
export function isOnProfile(
  { publicKey }: Pick<FoundKey, 'publicKey'>,
  look: ProfileLook | undefined,
): boolean | undefined {
  if (look === undefined) return undefined;
  try {
    return look.line !== undefined && isSameSkKey(parsePublicLine(look.line).publicKey, publicKey);
  } catch {
    return false; // anyone may have written it: it is no line of a security key
  }
}

/**
 * What stands behind the key in its public line. The key itself has forgotten it (openssh-sk.md, section 5): the profile may know it;
 * else it is what `az nexusidentity gen-keys` writes, or for another application what `ssh-keygen -K` does.
 */
export function commentOf(key: Pick<FoundKey, 'publicKey'>, look: ProfileLook | undefined): string {
  if (look?.line !== undefined && isOnProfile(key, look)) return parsePublicLine(look.line).comment;
  const { application } = key.publicKey;
  // Any program may have chosen it, and neither half takes a control character.
  return application === APPLICATION || hasControlCharacter(application) ? COMMENT : application;
}

/** As the journal gets it, when its files are there: published where the profile holds it. */
export function foundEnrollment(
  key: FoundKey,
  { keyFile, comment, now }: { readonly keyFile: string; readonly comment: string; readonly now: number },
): EnrollmentIn<'written'> {
  const { keyHandle, publicKey, flags, userId, userName = '', product, aaguid } = key;
  const plan = {
    algorithm: publicKey.algorithm === SK_ECDSA ? 'ecdsa-sk' : 'ed25519-sk',
    application: publicKey.application,
    userId,
    userName,
    comment,
    keyFile,
    overwrite: false,
    publish: false,
  } as const;
  const credential = { origin: 'found', keyHandle, publicKey, flags, ...knownModel({ product, aaguid }) } as const;
  const { publicLine, fingerprint } = keyFilePair({ credential, plan });
  return {
    id: foundEnrollmentId(keyHandle),
    createdAt: now,
    state: 'written',
    plan,
    credential,
    files: { publicLine, fingerprint, writtenAt: now },
    profilesBefore: [],
  };
}

/**
 * With what is known by now: which model holds the credential, and what the profile held when it was looked at. The same object where
 * that is nothing new.
 */
export function withKnowledge(
  enrollment: WrittenEnrollment,
  model: Pick<FoundKey, 'product' | 'aaguid'>,
  look: ProfileLook | undefined,
): WrittenEnrollment {
  return withLook(withModel(enrollment, model), look);
}

function withModel(enrollment: WrittenEnrollment, model: Pick<FoundKey, 'product' | 'aaguid'>): WrittenEnrollment {
  const { credential } = enrollment;
  if (credential.origin === 'made' || credential.aaguid !== undefined || model.aaguid === undefined) return enrollment;
  return { ...enrollment, credential: { ...credential, ...knownModel(model) } };
}

function withLook(enrollment: WrittenEnrollment, look: ProfileLook | undefined): WrittenEnrollment {
  if (look === undefined || enrollment.state === 'published') return enrollment;
  const { account, line, at } = look;
  if (isOnProfile(skPrivateKey(enrollment), look)) {
    const publication = { account, publishedAt: at, found: true, previousLine: null };
    return { ...enrollment, state: 'published', publication };
  }
  const noted = enrollment.profilesBefore.find((before) => before.account === account);
  if (enrollment.credential.origin === 'made' || noted?.line === (line ?? null)) return enrollment;
  const others = enrollment.profilesBefore.filter((before) => before !== noted);
  return { ...enrollment, profilesBefore: [...others, { account, line: line ?? null }] };
}

function knownModel({ product, aaguid }: Pick<FoundKey, 'product' | 'aaguid'>) {
  return { ...(product === undefined ? {} : { product }), ...(aaguid === undefined ? {} : { aaguid }) };
}
