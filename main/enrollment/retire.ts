/**
 * The end of a rotation: the key that nobody depends on any more goes, with its owner's consent. Exactly its credential is deleted
 * from the security key, and no other; then the files of the key that stays lie where its owner's ssh looks for them.
 *
 * The order is that of never being locked out: written down as going; the files; the credential; written down as gone. Stopped
 * anywhere, the key that stays logs in, and the next run goes on.
 */
import { createHash } from 'node:crypto';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import { Permission } from '../../native/ctap2/constants.ts';
import {
  credentialManagementSupport,
  credentialsOf,
  deleteCredential,
  type StoredCredential,
} from '../../native/ctap2/credential-management.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { withTypedPin } from '../../native/ctap2/typed-pin.ts';
import { chosenByWindows } from '../../native/webauthn/beyond-webauthn.ts';
import { askPin } from './ask-pin.ts';
import type { EnrollWorld } from './enroll.ts';
import type { EnrollmentIn, Retirement, WrittenEnrollment } from './enrollment.ts';
import { isWritten, productOf } from './enrollment.ts';
import { keyFilePair, skPrivateKey } from './key-files.ts';
import { type Holder, openHolder } from './open-holder.ts';
import { isSameLine } from './publish.ts';
import { leavingOf, type Rotation, type RotationStanding, rotationIn, rotationStanding } from './rotation.ts';
import type { RetireQuestion, RotationPeople } from './rotation-people.ts';

export interface RetireChoices {
  /** Which security key, when several are plugged in. */
  readonly device: string | undefined;
  /** The security key that holds the credential is not there any more: nothing can be deleted from it. */
  readonly lost: boolean;
}

export interface RetireWorld
  extends Pick<
    EnrollWorld,
    'journal' | 'clock' | 'bus' | 'channel' | 'windowsKey' | 'files' | 'readKeyFile' | 'profile'
  > {
  readonly people: RotationPeople;
  readonly reconcileEveryMs: number;
}

type Leaving = WrittenEnrollment | EnrollmentIn<'retiring'>;
type Retiring = EnrollmentIn<'retiring'>;

/** The two of a rotation, by what becomes of them. */
interface Sides {
  readonly which: 'old' | 'new';
  readonly leaving: Leaving;
  readonly staying: WrittenEnrollment;
}

/**
 * Retires the key that leaves, or goes on with that; undefined: its owner said no, and nothing was changed. Throws `ROTATION_NONE`,
 * `ROTATION_UNFINISHED`, `ROTATION_TOO_EARLY`, `ROTATION_UNPROVEN`, `ROTATION_PUT_BACK`, `ROTATION_OTHER_ACCOUNT`, `CREDENTIAL_ELSEWHERE`, and what the security key answers.
 */
export function retire(
  choices: RetireChoices,
  world: RetireWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'retired'> | undefined> {
  const { journal, clock, reconcileEveryMs } = world;
  return journal.exclusively(async () => {
    const enrollments = journal.list();
    const rotation = rotationIn(enrollments);
    if (rotation === undefined) throw noRotation();
    const facts = { enrollments, proofs: journal.lastProofs(), now: clock.now(), reconcileEveryMs };
    const sides = sidesOf(rotation, rotationStanding(rotation, facts), choices);
    await world.files.assertReplaceable(placeOf(rotation));
    if (!choices.lost && sides.leaving.state !== 'retiring') await assertNotPutBack(sides, world, signal);
    const retired =
      choices.lost || isDecided(sides.leaving)
        ? await retireWithoutKey(sides, choices, rotation, world, signal)
        : await retireFromKey(sides, choices, rotation, world, signal);
    if (retired !== undefined) world.people.tellRotation({ kind: 'retired', which: sides.which });
    return retired;
  });
}

/** Begun before, and nothing is to be deleted. */
function isDecided(leaving: Leaving): boolean {
  return leaving.state === 'retiring' && leaving.retirement.credential !== 'to-delete';
}

function sidesOf(rotation: Rotation, standing: RotationStanding, { lost }: RetireChoices): Sides {
  const which = leavingOf(rotation);
  const [leaving, staying] = which === 'old' ? [rotation.old, rotation.new] : [rotation.new, rotation.old];
  const { stage } = standing;
  if (!isWritten(staying) || stage === 'making' || stage === 'to-publish') throw unfinished(standing);
  if (!isWritten(leaving) && leaving.state !== 'retiring') throw unfinished(standing);
  // A key that is lost logs nobody in: with nothing to delete, nothing is lost by forgetting it now.
  if (!lost && stage === 'waiting') throw tooEarly(which, standing);
  if (!lost && stage === 'to-prove') throw unproven(which, standing);
  return { which, leaving, staying };
}

/**
 * Another computer may have put the key that is to go back on the profile: devices then learn of that one alone. Nobody can know that
 * without a look, so that there is no retiring where the profile cannot be read.
 */
async function assertNotPutBack(
  { which, leaving, staying }: Sides,
  { profile }: RetireWorld,
  signal: AbortSignal,
): Promise<void> {
  // Given up before it was published: no device can know the one that goes.
  const isUnknown =
    leaving.state === 'written' && leaving.givenUpAt !== undefined && leaving.profilesBefore.length === 0;
  if (isUnknown || staying.state !== 'published') return;
  const { account: expected } = staying.publication;
  const account = await profile.account(signal);
  if (account !== expected) throw otherAccount(account, expected);
  const present = await profile.read(signal);
  if (present !== undefined && isSameLine(present, leaving.files.publicLine)) throw putBack(which, account);
}

/** The place of key files that plain ssh knows: the old one's, whichever stays. */
function placeOf({ old }: Rotation): string {
  return old.plan.keyFile;
}

async function retireWithoutKey(
  sides: Sides,
  { lost }: RetireChoices,
  rotation: Rotation,
  world: RetireWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'retired'> | undefined> {
  const { leaving } = sides;
  const noted = leaving.state === 'retiring' ? leaving.retirement.credential : 'to-delete';
  const credential = noted === 'to-delete' || lost ? 'lost' : noted;
  if (!(await isAgreed(sides, credential === 'kept' ? 'keep' : 'lost', world, signal))) return undefined;
  const begun = begin(sides, credential, world);
  await settleFiles(sides, rotation, world);
  return finish(begun, credential, world);
}

async function retireFromKey(
  sides: Sides,
  { device }: RetireChoices,
  rotation: Rotation,
  world: RetireWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'retired'> | undefined> {
  const { which, leaving } = sides;
  // Windows deletes nothing from a key: as with keys that cannot, the credential stays there, and its owner is asked about that.
  if (world.windowsKey !== undefined) {
    if (device !== undefined) throw chosenByWindows();
    return retireAndKeep(sides, rotation, world, signal);
  }
  const holder = await openHolder(
    {
      aaguid: leaving.credential.aaguid,
      product: productOf(leaving),
      missingRemedy: `If it is lost, say so: glasskey rotate ${which === 'old' ? '--retire' : '--abandon'} --lost.`,
    },
    device,
    world,
    signal,
  );
  try {
    const info = await holder.authenticator.info({ signal });
    const canDelete = credentialManagementSupport(info) !== 'none';
    if (!canDelete) return await retireAndKeep(sides, rotation, world, signal);
    if (!(await isAgreed(sides, 'delete', world, signal))) return undefined;
    return await withToken(holder, world, signal, (token) => remove(sides, rotation, holder, token, world));
  } finally {
    await holder.authenticator.close();
  }
}

/** The credential cannot be deleted, and stays on the security key, where nothing uses it any more. */
async function retireAndKeep(
  sides: Sides,
  rotation: Rotation,
  world: RetireWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'retired'> | undefined> {
  if (!(await isAgreed(sides, 'keep', world, signal))) return undefined;
  const begun = begin(sides, 'kept', world);
  await settleFiles(sides, rotation, world);
  return finish(begun, 'kept', world);
}

/** Under a token: from here on nobody is asked anything, and it is not stopped in between. */
async function remove(
  sides: Sides,
  rotation: Rotation,
  { authenticator, product }: Holder,
  token: PinUvAuthToken,
  world: RetireWorld,
): Promise<EnrollmentIn<'retired'>> {
  const { leaving, staying } = sides;
  const { keyHandle } = skPrivateKey(leaving);
  if (isSame(keyHandle, skPrivateKey(staying).keyHandle)) throw new Error('a key cannot take its own place');
  const stored = await storedUnder(authenticator, token, leaving.plan.application);
  const holds = (handle: Uint8Array) => stored.some(({ credentialId }) => isSame(credentialId, handle));
  const isThere = holds(keyHandle);
  // The one that stays tells this key from another of its model.
  const isThisKey = isThere || holds(skPrivateKey(staying).keyHandle);
  if (!isThisKey) throw credentialElsewhere(sides, product);
  const begun = begin(sides, 'to-delete', world);
  await settleFiles(sides, rotation, world);
  if (isThere) await deleteCredential(authenticator, token, keyHandle);
  world.people.tellRotation({ kind: isThere ? 'credential-deleted' : 'credential-gone', product });
  return finish(begun, isThere ? 'deleted' : 'gone', world);
}

function storedUnder(
  authenticator: Authenticator,
  token: PinUvAuthToken,
  application: string,
): Promise<readonly StoredCredential[]> {
  const idHash = new Uint8Array(createHash('sha256').update(application).digest());
  return credentialsOf(authenticator, token, { id: application, idHash });
}

/**
 * Deletes the credential of an enrollment that was abandoned before it had files, where its owner agrees: by its id, or by its user id,
 * which no other credential has. What is not found is left.
 */
export async function deleteAbandoned(
  abandoned: EnrollmentIn<'abandoned'>,
  { device }: Pick<RetireChoices, 'device'>,
  world: RetireWorld,
  signal: AbortSignal,
): Promise<void> {
  // What stays on a key through Windows does no harm.
  if (world.windowsKey !== undefined) return;
  const { plan, credential } = abandoned;
  const product = productOf(abandoned) ?? 'security key';
  const missingRemedy = 'The rotation is given up all the same: a credential that is left on the key does no harm.';
  const holder = await openHolder({ aaguid: credential?.aaguid, product, missingRemedy }, device, world, signal);
  try {
    const info = await holder.authenticator.info({ signal });
    if (credentialManagementSupport(info) === 'none') return;
    const question = { which: 'new', product: holder.product, fingerprint: undefined, keyFile: plan.keyFile } as const;
    if (!(await world.people.mayRetire({ ...question, credential: 'delete' }, signal))) return;
    await withToken(holder, world, signal, async (token) => {
      const { authenticator } = holder;
      const stored = await storedUnder(authenticator, token, plan.application);
      const own = stored.find(({ userId }) => isSame(userId, plan.userId));
      if (own !== undefined) await deleteCredential(authenticator, token, own.credentialId);
      const kind = own === undefined ? 'credential-gone' : 'credential-deleted';
      world.people.tellRotation({ kind, product: holder.product });
    });
  } finally {
    await holder.authenticator.close();
  }
}

/** Upon a wrong PIN a person is asked again: the program itself never sends one twice. */
async function withToken<T>(
  { authenticator, product }: Holder,
  { people }: RetireWorld,
  signal: AbortSignal,
  use: (token: PinUvAuthToken) => Promise<T>,
): Promise<T> {
  const ask = (wasWrong: boolean) => askPin({ authenticator, product, people }, wasWrong, signal);
  return (await withTypedPin(ask, (pin) => authenticator.withToken(pin, Permission.CM, { signal }, use))).result;
}

/** What was begun was agreed to. */
async function isAgreed(
  { which, leaving }: Sides,
  credential: RetireQuestion['credential'],
  { people }: RetireWorld,
  signal: AbortSignal,
): Promise<boolean> {
  if (leaving.state === 'retiring') return true;
  const { fingerprint } = leaving.files;
  const { keyFile } = leaving.plan;
  return people.mayRetire({ which, product: productOf(leaving), fingerprint, keyFile, credential }, signal);
}

function begin(
  { leaving, staying }: Sides,
  credential: Retirement['credential'],
  { journal, clock }: RetireWorld,
): Retiring {
  if (leaving.state === 'retiring' && leaving.retirement.credential === credential) return leaving;
  const begunAt = leaving.state === 'retiring' ? leaving.retirement.begunAt : clock.now();
  const begun: Retiring = { ...leaving, state: 'retiring', retirement: { by: staying.id, begunAt, credential } };
  journal.save(begun);
  return begun;
}

function finish(
  begun: Retiring,
  credential: Retirement['credential'],
  { journal, clock }: RetireWorld,
): EnrollmentIn<'retired'> {
  const { retirement } = begun;
  const retired: EnrollmentIn<'retired'> = {
    ...begun,
    state: 'retired',
    retirement: { ...retirement, credential },
    retiredAt: clock.now(),
  };
  journal.save(retired);
  return retired;
}

/** The files of the key that stays come to lie in the old place, the others are kept beside. */
async function settleFiles({ which, leaving, staying }: Sides, rotation: Rotation, world: RetireWorld): Promise<void> {
  const { files, journal, clock, people } = world;
  if (which === 'new') {
    const kept = await files.setAside(leaving.plan.keyFile);
    if (kept.length > 0) people.tellRotation({ kind: 'files-set-aside', kept });
    return;
  }
  const keyFile = placeOf(rotation);
  if (staying.plan.keyFile === keyFile) return;
  const keptOld = await files.move(staying.plan.keyFile, keyFile, keyFilePair(staying));
  journal.save({
    ...staying,
    plan: { ...staying.plan, keyFile },
    files: { ...staying.files, writtenAt: clock.now() },
  });
  people.tellRotation({ kind: 'files-moved', keyFile, keptOld });
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function noRotation(): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_NONE',
    message: 'No rotation is in progress.',
    remedy: 'Begin one with glasskey rotate.',
  });
}

function unfinished({ next }: RotationStanding): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_UNFINISHED',
    message: 'The key that is to stay is not on your profile yet, so the other one must stay too.',
    remedy: `${next}.`,
  });
}

function otherAccount(account: string, expected: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_OTHER_ACCOUNT',
    message: `The keys are those of ${expected}, and you are signed in as ${account}.`,
    remedy: `Sign in as ${expected}, then repeat the command.`,
    detail: { account, expected },
  });
}

function putBack(which: 'old' | 'new', account: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_PUT_BACK',
    message: `The profile of ${account} holds the ${which} key again, so it must stay: somebody put it back there.`,
    remedy:
      which === 'old'
        ? 'Put the new key there again with glasskey publish --replace, and wait for the reconciliation; or keep the old one: glasskey rotate --abandon.'
        : 'Put the old key there again with glasskey rotate --abandon, and wait for the reconciliation.',
    detail: { account },
  });
}

function tooEarly(which: 'old' | 'new', { reconciledBy, next }: RotationStanding): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_TOO_EARLY',
    message: `Devices that have not reconciled yet may know the ${which} key alone, so it must stay until then.`,
    remedy: `${next}. glasskey rotate --status says until when.`,
    detail: { reconciledBy: reconciledBy ?? null },
  });
}

function unproven(which: 'old' | 'new', { next }: RotationStanding): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_UNPROVEN',
    message: `No device has accepted a login with the other key since it was published, so the ${which} one must stay.`,
    remedy: `${next}.`,
  });
}

function credentialElsewhere({ which, leaving }: Sides, product: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CREDENTIAL_ELSEWHERE',
    message: `${product}, as it is plugged in now, does not hold the ${which} credential (${leaving.files.fingerprint}).`,
    remedy: `Plug in the key that does. If the credential was deleted there, or the key is lost: glasskey rotate ${which === 'old' ? '--retire' : '--abandon'} --lost`,
  });
}
