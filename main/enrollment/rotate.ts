/**
 * Making a new key beside the old one, and putting it on the profile in its place (rotation.ts says how it goes on). The old key,
 * its files and its credential are not touched.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type EnrollWorld, enrollToItsEnd } from './enroll.ts';
import type { Enrollment, EnrollmentPlan, WrittenEnrollment } from './enrollment.ts';
import { isWritten } from './enrollment.ts';
import type { ProfileKeyConflict } from './people.ts';
import { isSameLine, profileConflict, putOnProfile } from './publish.ts';
import { leavingOf, type Rotation, rotationIn } from './rotation.ts';
import type { RotationPeople } from './rotation-people.ts';
import { assertStillThere, type WithNewCredential } from './still-there.ts';

export interface RotateChoices {
  /** Undefined: the old key's. */
  readonly algorithm: EnrollmentPlan['algorithm'] | undefined;
  /** Whose key it is, for the name that credential managers show. */
  readonly owner: string;
  /** Which security key, when several are plugged in. It may be another than the old one is on. */
  readonly device: string | undefined;
}

export interface RotateWorld extends EnrollWorld {
  readonly people: RotationPeople;
}

/**
 * Begins a rotation, or goes on with the one that has not got so far, until the new key is on the profile. That it replaces the
 * old one there is what was asked for; any other key there is replaced only when its owner agrees.
 *
 * Throws `ROTATION_CREDENTIAL_GONE`, `ROTATION_NOTHING`, `ROTATION_OTHER_ACCOUNT`, `ROTATION_ELSEWHERE`, `ROTATION_NO_SLOT`, `ROTATION_GIVEN_UP`, and what
 * enrolling and publishing throw.
 */
export function makeBeside(
  choices: RotateChoices,
  world: RotateWorld,
  signal: AbortSignal,
): Promise<WrittenEnrollment> {
  const { journal } = world;
  return journal.exclusively(async () => {
    const begun = rotationIn(journal.list());
    if (begun === undefined) return begin(choices, world, signal);
    const { old, new: replacement } = begun;
    const agreed = { ...world, people: agreeing(world.people, lineOf(old)) };
    if (leavingOf(begun) === 'new' || replacement.state === 'retiring') throw givenUp();
    // It was made in another run: the security key may be lost or reset since, and the profile must not hold what nobody has.
    if (isUnpublished(replacement)) await assertStillThere(replacement, choices.device, agreed, signal);
    if (isWritten(replacement)) return putOnProfile(replacement, agreed, signal);
    const { algorithm, keyFile } = replacement.plan;
    return toItsEnd(begun.old, keyFile, { ...choices, algorithm: choices.algorithm ?? algorithm }, agreed, signal);
  });
}

/** It has a credential, and its publication was not begun. */
function isUnpublished(replacement: Rotation['new']): replacement is WithNewCredential {
  const { state } = replacement;
  if (state === 'written') return replacement.profilesBefore.length === 0;
  return state === 'made' || state === 'attested';
}

/** The key that logins use: what is on a profile, as far as this computer knows; else what was meant for one. Throws `ROTATION_NOTHING`. */
export function keyToReplace(enrollments: readonly Enrollment[]): WrittenEnrollment {
  const written = enrollments.filter(isWritten).filter(({ givenUpAt }) => givenUpAt === undefined);
  const published = written.filter((one) => one.state === 'published');
  const last = published.toSorted((a, b) => b.publication.publishedAt - a.publication.publishedAt)[0];
  const old = last ?? written.findLast(({ plan }) => plan.publish);
  if (old !== undefined) return old;
  throw new GlasskeyError({
    code: 'ROTATION_NOTHING',
    message: 'No key of this computer is on a profile, so there is none to replace.',
    remedy:
      'Make one with glasskey enroll; one that was made elsewhere is taken in by glasskey recover, one that is not published by glasskey publish.',
  });
}

async function begin(choices: RotateChoices, world: RotateWorld, signal: AbortSignal): Promise<WrittenEnrollment> {
  const old = keyToReplace(world.journal.list());
  const people = agreeing(world.people, lineOf(old));
  await assertIsOnProfile(old, { ...world, people }, signal);
  const keyFile = await freeNameBeside(old.plan.keyFile, world);
  const { fingerprint } = old.files;
  people.tellRotation({ kind: 'replacing', fingerprint, keyFile: old.plan.keyFile, newKeyFile: keyFile });
  return toItsEnd(old, keyFile, choices, { ...world, people }, signal);
}

async function toItsEnd(
  old: Rotation['old'],
  keyFile: string,
  { algorithm, owner, device }: RotateChoices,
  world: RotateWorld,
  signal: AbortSignal,
): Promise<WrittenEnrollment> {
  const choices = {
    algorithm: algorithm ?? old.plan.algorithm,
    keyFile,
    overwrite: false,
    publish: true,
    owner,
    device,
    fresh: false,
    replaces: old.id,
  };
  try {
    return await enrollToItsEnd(choices, world, signal);
  } catch (error) {
    throw error instanceof GlasskeyError ? forRotation(error, old, world.journal.list()) : error;
  }
}

/**
 * Before anything is made: another computer may have rotated the key already, and then this one would only put a third one in its
 * place. Throws `ROTATION_OTHER_ACCOUNT`, `ROTATION_ELSEWHERE`.
 */
async function assertIsOnProfile(old: WrittenEnrollment, world: RotateWorld, signal: AbortSignal): Promise<void> {
  const { profile, people, journal } = world;
  const account = await profile.account(signal);
  if (old.state === 'published' && old.publication.account !== account) {
    throw otherAccount(account, old.publication.account);
  }
  const present = await profile.read(signal);
  if (present === undefined || present.trim() === '' || isSameLine(present, lineOf(old))) return;
  const conflict = profileConflict({ account, present, ours: undefined }, journal);
  if (!(await people.mayReplaceProfileKey(conflict, signal))) throw elsewhere(conflict);
}

/** Who asked to rotate agreed that the new key takes the old one's place, and need not say so again; nor twice of another's. */
export function agreeing(people: RotationPeople, line: string): RotationPeople {
  const agreed = [line];
  return {
    requestPin: (question, signal) => people.requestPin(question, signal),
    requestNewPin: (question, signal) => people.requestNewPin(question, signal),
    mayRetire: (question, signal) => people.mayRetire(question, signal),
    mayGiveUp: (question, signal) => people.mayGiveUp(question, signal),
    tell: (event) => people.tell(event),
    tellRotation: (event) => people.tellRotation(event),
    async mayReplaceProfileKey(conflict: ProfileKeyConflict, signal: AbortSignal) {
      if (agreed.some((one) => isSameLine(one, conflict.present))) return true;
      if (!(await people.mayReplaceProfileKey(conflict, signal))) return false;
      agreed.push(conflict.present);
      return true;
    },
  };
}

function lineOf({ files }: Rotation['old']): string {
  return files.publicLine;
}

/** `id_ed25519_sk.new`, beside the old one's, until that is retired. */
async function freeNameBeside(keyFile: string, { files }: RotateWorld): Promise<string> {
  for (let count = 1; ; count++) {
    const name = `${keyFile}.new${count === 1 ? '' : `-${count}`}`;
    if ((await files.foreign(name, undefined)).length === 0) return name;
  }
}

/** The same with what helps where a key is to stand beside another. */
function forRotation(error: GlasskeyError, old: Rotation['old'], enrollments: readonly Enrollment[]): GlasskeyError {
  const { message, detail } = error;
  switch (error.code) {
    case 'CTAP_KEY_STORE_FULL':
      return new GlasskeyError({
        code: 'ROTATION_NO_SLOT',
        message: 'The security key has no free slot for a second credential beside the old one.',
        remedy: `Free one that you no longer need: glasskey credentials lists them.${leftBehind(enrollments)} Leave the one of ${old.files.fingerprint}, with which you log in now; then run glasskey rotate again.`,
        detail,
        cause: error,
      });
    case 'CTAP_NO_EDDSA':
      return new GlasskeyError({
        code: 'CTAP_NO_EDDSA',
        message,
        remedy: 'Rotate to another algorithm with glasskey rotate --algorithm ecdsa-sk, or onto another security key.',
        detail,
        cause: error,
      });
    default:
      return error;
  }
}

/** Those that Glasskey made and gave up: nothing uses them, and a key may still hold them. */
function leftBehind(enrollments: readonly Enrollment[]): string {
  const names = enrollments.flatMap(({ state, plan }) => (state === 'abandoned' ? [`"${plan.userName}"`] : []));
  return names.length === 0 ? '' : ` Nothing uses what was given up here: ${names.join(', ')}.`;
}

function otherAccount(account: string, expected: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_OTHER_ACCOUNT',
    message: `The key to replace is on the profile of ${expected}, and you are signed in as ${account}.`,
    remedy: `Sign in as ${expected}, then run glasskey rotate again.`,
    detail: { account, expected },
  });
}

function elsewhere({ account, fingerprint }: ProfileKeyConflict): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_ELSEWHERE',
    message: `The profile of ${account} holds another key than this computer put there (${fingerprint ?? 'none of a security key'}), and it was left as it is.`,
    remedy:
      'If you rotated it on another computer, take the new key in with glasskey recover. Else find out who put it there before you replace it.',
    detail: { account, fingerprint: fingerprint ?? null },
  });
}

function givenUp(): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_GIVEN_UP',
    message: 'A rotation was given up and is not at its end.',
    remedy: 'Finish that with glasskey rotate --abandon, then rotate again.',
  });
}
