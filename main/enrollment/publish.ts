/** Putting an enrollment's public line on its owner's Entra profile, once it is certain that it is the right one. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { skFingerprint } from '../openssh/fingerprint.ts';
import { parsePublicLine } from '../openssh/public-line.ts';
import type { EnrollmentIn, EnrollmentJournal, WrittenEnrollment } from './enrollment.ts';
import { keyFilePair } from './key-files.ts';
import type { People } from './people.ts';

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
  /** Reads a public key file; undefined when it is not there. */
  readonly readPublicFile: (path: string) => Promise<string | undefined>;
}

/**
 * Publishes the line that this enrollment made, never a file's content that only lies where it should: the file is compared
 * with the credential first (`KEY_FILE_FOREIGN`). Another key on the profile is replaced only when its owner agrees
 * (`PROFILE_KEY_KEPT` when not). Journal: written -> published.
 */
export async function publishEnrollment(
  enrollment: WrittenEnrollment,
  world: PublishWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'published'>> {
  const { journal, profile, people, clock } = world;
  const { publicLine } = keyFilePair(enrollment);
  await assertFileIsOurs(enrollment, publicLine, world);

  const account = await profile.account(signal);
  people.tell({ kind: 'publishing', account });
  const present = (await profile.read(signal)) ?? null;
  const before = profileBefore(enrollment, account, present, publicLine);
  const foreign = present !== null && !isSameLine(present, publicLine);
  if (foreign && !(await people.mayReplaceProfileKey(conflict(account, present), signal))) throw keptError(account);

  const { id, createdAt, plan, credential, attestation, files } = enrollment;
  const common = { id, createdAt, plan, credential, attestation, files };
  journal.save({ ...common, state: 'written', profileBefore: { account, line: before } });
  await profile.publish(publicLine, { expectedPrevious: present, signal });
  const publication = { account, publishedAt: clock.now(), previousLine: before };
  const published: EnrollmentIn<'published'> = { ...common, state: 'published', publication };
  journal.save(published);
  people.tell({ kind: 'published', account, replaced: foreign });
  return published;
}

/**
 * What the profile held before this enrollment. A run that was stopped after its write finds its own line there: what it
 * noted before stays the answer.
 */
function profileBefore(
  enrollment: WrittenEnrollment,
  account: string,
  present: string | null,
  ours: string,
): string | null {
  if (present !== null && !isSameLine(present, ours)) return present;
  if (enrollment.state === 'published')
    return enrollment.publication.account === account ? enrollment.publication.previousLine : null;
  return enrollment.profileBefore?.account === account ? enrollment.profileBefore.line : null;
}

async function assertFileIsOurs(enrollment: WrittenEnrollment, publicLine: string, world: PublishWorld): Promise<void> {
  const path = `${enrollment.plan.keyFile}.pub`;
  const content = await world.readPublicFile(path);
  if (content !== undefined && isSameLine(content, publicLine)) return;
  throw new GlasskeyError({
    code: 'KEY_FILE_FOREIGN',
    message:
      content === undefined
        ? `${path} is gone, so the key that was enrolled could not be used after publishing it.`
        : `${path} no longer holds the key that was enrolled (${enrollment.files.fingerprint}).`,
    remedy: 'Put the file back from a backup, or enroll again with glasskey enroll --new.',
    detail: { path },
  });
}

/** Same key: comments and line ends may differ. */
function isSameLine(a: string, b: string): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf(line: string): string {
  return line
    .trim()
    .split(/[ \t]+/, 2)
    .join(' ');
}

function conflict(account: string, present: string) {
  return { account, present: present.trim(), fingerprint: fingerprintOf(present) };
}

/** Undefined when the profile holds something that is no security key's line: anyone may have written it. */
function fingerprintOf(line: string): string | undefined {
  try {
    return skFingerprint(parsePublicLine(line).publicKey);
  } catch {
    return undefined;
  }
}

function keptError(account: string): GlasskeyError {
  return new GlasskeyError({
    code: 'PROFILE_KEY_KEPT',
    message: `The profile of ${account} holds another key, and it was left as it is.`,
    remedy:
      'Run glasskey publish --replace when the other key is no longer needed; devices take the new one at their next reconciliation.',
  });
}
