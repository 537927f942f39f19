/** Putting an enrollment's public line on its owner's Entra profile, once it is certain that it is the right one. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { skFingerprint } from '../openssh/fingerprint.ts';
import { parseKeyFileHead } from '../openssh/key-file.ts';
import { parsePublicLine } from '../openssh/public-line.ts';
import { isSameSkKey } from '../openssh/sk-key.ts';
import type {
  Enrollment,
  EnrollmentIn,
  EnrollmentJournal,
  FoundCredential,
  ProfileBefore,
  WrittenEnrollment,
} from './enrollment.ts';
import { isWritten } from './enrollment.ts';
import { keyFilePair } from './key-files.ts';
import type { People, ProfileKeyConflict } from './people.ts';
import { rotationIn } from './rotation.ts';

/**
 * The key that was meant for the profile: the newest that waits to be published, else the one published last. One that was
 * enrolled with `--no-publish` is for something else, and is taken only where there is no other.
 */
export function enrollmentToPublish(all: readonly WrittenEnrollment[]): WrittenEnrollment | undefined {
  const written = all.filter(({ givenUpAt }) => givenUpAt === undefined);
  const waiting = written.findLast(({ state, plan }) => state === 'written' && plan.publish);
  const published = written.filter((one) => one.state === 'published');
  const last = published.toSorted((a, b) => b.publication.publishedAt - a.publication.publishedAt)[0];
  return waiting ?? last ?? written.findLast(({ plan }) => plan.backup !== true) ?? written.at(-1);
}

/** The profile that holds the key. Implemented over Microsoft Graph. */
export interface ProfileKeyHolder {
  /** Signs in where needed, and says whose profile it is (user principal name). */
  account(signal: AbortSignal): Promise<string>;
  /** The line now there, byte for byte; undefined when there is none. */
  read(signal: AbortSignal): Promise<string | undefined>;
  /** Writes the line if the profile still holds `expectedPrevious` (null: nothing), and reads it back until it is there. */
  publish(
    line: string,
    options: { readonly expectedPrevious: string | null; readonly signal: AbortSignal },
  ): Promise<void>;
}

export interface PublishWorld {
  readonly journal: EnrollmentJournal;
  readonly profile: ProfileKeyHolder;
  readonly people: People;
  readonly clock: Clock;
  /** What the settings demand of a key that was made elsewhere (key-scrutiny.ts). */
  readonly scrutiny: { assertFoundAllowed(credential: FoundCredential): Promise<void> | void };
  /** Reads a key file, either half (both are ASCII); undefined when it is not there. */
  readonly readKeyFile: (path: string) => Promise<string | undefined>;
}

/**
 * Publishes the line that this enrollment made, never a file's content that only lies where it should: the files are
 * compared with the credential first (`KEY_FILE_FOREIGN`). Another key on the profile is replaced only when its owner agrees
 * (`PROFILE_KEY_KEPT` when not). A key that is on the profile already keeps the time of its publication. Journal: written ->
 * published. A key that was made elsewhere is held to the settings before it comes to a profile (`ATTESTATION_INSUFFICIENT`,
 * `KEY_NOT_ALLOWED`, `KEY_FIRMWARE_TOO_OLD`). Throws `ENROLLMENT_RUNNING` too.
 */
export function publishEnrollment(
  enrollment: WrittenEnrollment,
  world: PublishWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'published'>> {
  const { journal } = world;
  return journal.exclusively(() => {
    // Another Glasskey may have gone on with it between the caller's look and the lock.
    const now = journal.list().find(({ id }) => id === enrollment.id);
    return putOnProfile(now !== undefined && isWritten(now) ? now : enrollment, world, signal);
  });
}

/** The same for whoever has the journal to itself already. */
export async function putOnProfile(
  enrollment: WrittenEnrollment,
  world: PublishWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'published'>> {
  const { journal, profile, people, clock } = world;
  const { publicLine } = keyFilePair(enrollment);
  await assertFilesAreOurs(enrollment, publicLine, world);

  const account = await profile.account(signal);
  people.tell({ kind: 'publishing', account });
  const present = (await profile.read(signal)) ?? null;
  if (isOnProfileOf(enrollment, account) && present === publicLine) {
    people.tell({ kind: 'published', account, replaced: false });
    return enrollment;
  }
  const isThere = present !== null && isSameLine(present, publicLine);
  if (!isThere && enrollment.credential.origin === 'found')
    await world.scrutiny.assertFoundAllowed(enrollment.credential);

  const before = lineBefore(enrollment, account, present, publicLine);
  const begun = noteBefore(enrollment, { account, line: before }, present, publicLine);
  journal.save(begun);
  const foreign = present !== null && present.trim() !== '' && !isThere;
  if (foreign) {
    const conflict = profileConflict({ account, present, ours: enrollment }, journal);
    if (!(await people.mayReplaceProfileKey(conflict, signal))) throw keptError(conflict);
  }
  // The sign-in and the question may have taken minutes.
  await assertFilesAreOurs(enrollment, publicLine, world);

  await profile.publish(publicLine, { expectedPrevious: present, signal });
  const publication = { account, publishedAt: clock.now(), found: false, previousLine: before };
  const published: EnrollmentIn<'published'> = { ...begun, state: 'published', publication };
  journal.save(published);
  people.tell({ kind: 'published', account, replaced: foreign });
  return published;
}

function isOnProfileOf(enrollment: WrittenEnrollment, account: string): enrollment is EnrollmentIn<'published'> {
  return enrollment.state === 'published' && enrollment.publication.account === account;
}

/**
 * What the profile held before this enrollment. A run that was stopped after its write finds its own line there: what it
 * noted before stays the answer.
 */
function lineBefore(
  enrollment: WrittenEnrollment,
  account: string,
  present: string | null,
  ours: string,
): string | null {
  if (present !== null && !isSameLine(present, ours)) return present;
  return enrollment.profilesBefore.find((noted) => noted.account === account)?.line ?? null;
}

/** What other accounts' profiles held stays noted. A key that is found gone from the profile is no longer published. */
function noteBefore(
  enrollment: WrittenEnrollment,
  before: ProfileBefore,
  present: string | null,
  ours: string,
): WrittenEnrollment {
  const others = enrollment.profilesBefore.filter(({ account }) => account !== before.account);
  const noted = { ...enrollment, profilesBefore: [...others, before] };
  const isGone = present === null || !isSameLine(present, ours);
  if (!isGone || !isOnProfileOf(noted, before.account)) return noted;
  const { publication: _gone, ...written } = noted;
  return { ...written, state: 'written' };
}

async function assertFilesAreOurs(
  enrollment: WrittenEnrollment,
  publicLine: string,
  world: PublishWorld,
): Promise<void> {
  const { keyFile } = enrollment.plan;
  const publicFile = await world.readKeyFile(`${keyFile}.pub`);
  if (publicFile === undefined || !isSameLine(publicFile, publicLine)) {
    throw foreignError(`${keyFile}.pub`, publicFile === undefined, enrollment);
  }
  const privateFile = await world.readKeyFile(keyFile);
  if (privateFile === undefined || !isPrivateHalfOf(privateFile, publicLine)) {
    throw foreignError(keyFile, privateFile === undefined, enrollment);
  }
}

/** Its owner may have given it a passphrase or another comment since: what counts is whose key it is. */
function isPrivateHalfOf(file: string, publicLine: string): boolean {
  try {
    const { publicKey } = parseKeyFileHead(new TextEncoder().encode(file));
    return isSameSkKey(publicKey, parsePublicLine(publicLine).publicKey);
  } catch {
    return false; // no security key's file at all
  }
}

function foreignError(path: string, isGone: boolean, { files }: WrittenEnrollment): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_FILE_FOREIGN',
    message: isGone
      ? `${path} is gone, so the key that was enrolled could not be used after publishing it.`
      : `${path} no longer holds the key that was enrolled (${files.fingerprint}).`,
    remedy: isGone
      ? 'Have it written again from the security key with glasskey recover, or enroll again with glasskey enroll --new.'
      : 'Put the file back from a backup, or enroll again with glasskey enroll --new.',
    detail: { path },
  });
}

/** Same key: comments and line ends may differ. */
export function isSameLine(a: string, b: string): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf(line: string): string {
  return line
    .trim()
    .split(/[ \t]+/, 2)
    .join(' ');
}

/** What a person is asked about another key on their profile. */
export function profileConflict(
  { account, present, ours }: { account: string; present: string; ours: WrittenEnrollment | undefined },
  journal: EnrollmentJournal,
): ProfileKeyConflict {
  const all = journal.list();
  const fingerprint = fingerprintOf(present);
  const isThere = (one: Enrollment) => isWritten(one) && one.files.fingerprint === fingerprint;
  const rotation = rotationIn(all);
  return {
    account,
    present: present.trim(),
    fingerprint,
    enrolledHere: all.some(isThere),
    ofRotation: rotation !== undefined && (isThere(rotation.old) || isThere(rotation.new)),
    ours: ours && { id: ours.id, fingerprint: ours.files.fingerprint, keyFile: ours.plan.keyFile },
    agreeBy:
      ours === undefined || rotation?.new.id === ours.id
        ? 'glasskey rotate --replace'
        : `glasskey publish --key ${ours.files.fingerprint} --replace`,
  };
}

/** Undefined when the profile holds something that is no security key's line: anyone may have written it. */
function fingerprintOf(line: string): string | undefined {
  try {
    return skFingerprint(parsePublicLine(line).publicKey);
  } catch {
    return undefined;
  }
}

function keptError({ account, ofRotation, agreeBy }: ProfileKeyConflict): GlasskeyError {
  const replace = `When the other key is no longer needed, run ${agreeBy}; devices take the new one at their next reconciliation.`;
  return new GlasskeyError({
    code: 'PROFILE_KEY_KEPT',
    message: `The profile of ${account} holds another key, and it was left as it is.`,
    remedy: ofRotation
      ? `${replace} It belongs to the rotation in progress: glasskey rotate goes on with it, glasskey rotate --abandon gives it up.`
      : `${replace} If you rotated the key on another computer, take the new one in with glasskey recover.`,
  });
}
