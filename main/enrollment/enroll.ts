/**
 * Enrolling: from a plugged-in authenticator to a key on the profile, one journaled step after another (states in
 * enrollment.ts). Whatever stops it, the next run goes on from the last state that reached the disk.
 */
import { createHash } from 'node:crypto';
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { type VerifiedAttestation, verifyAttestation } from '../../native/ctap2/attestation.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { encodeCbor } from '../../native/ctap2/cbor.ts';
import { AuthDataFlag, Permission } from '../../native/ctap2/constants.ts';
import { type AuthenticatorInfo, formatAaguid } from '../../native/ctap2/get-info.ts';
import { type AttestationObject, CredProtect } from '../../native/ctap2/make-credential.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { withTypedPin } from '../../native/ctap2/typed-pin.ts';
import type { ChannelWorld, Progress } from '../../native/ctaphid/channel.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import type { WindowsKey } from '../../native/webauthn/windows-access.ts';
import { askPin } from './ask-pin.ts';
import { assertCanEnroll, COSE_OF } from './capabilities.ts';
import { chooseDevice, type SelectByTouch } from './choose-authenticator.ts';
import type { EnrollmentIn, EnrollmentPlan, UnfinishedEnrollment, WrittenEnrollment } from './enrollment.ts';
import { APPLICATION, COMMENT, isUnfinished, isWritten } from './enrollment.ts';
import { attestationOf, type KeyFilePair, keyFilePair, skPrivateKey } from './key-files.ts';
import type { KeyFacts, KeyScrutiny } from './key-scrutiny.ts';
import { makeThroughWindows, SOME_KEY, withAlgorithm } from './make-through-windows.ts';
import type { AttestationNews } from './people.ts';
import { type PublishWorld, putOnProfile } from './publish.ts';
import { newUserId, userName } from './user-entity.ts';

/** What may be chosen. All else is fixed by decision 1 of the design. */
export interface EnrollChoices {
  readonly algorithm: EnrollmentPlan['algorithm'];
  readonly keyFile: string;
  readonly overwrite: boolean;
  readonly publish: boolean;
  /** For a second security key: one that holds an enrolled key already is refused. There must be a key that it stands in for. */
  readonly backup?: boolean;
  /** Whose key it is, for the name that credential managers show. */
  readonly owner: string;
  /** Which device, when several are plugged in. */
  readonly device: string | undefined;
  /** Begin anew, whatever an earlier run left unfinished. */
  readonly fresh: boolean;
  /** The id of the enrollment whose place it is to take (rotate.ts). What was begun for another, or for none, is not taken up. */
  readonly replaces?: string;
}

/** Where key files go. Whole or not at all, 0600; an existing file is replaced only when `overwrite` says so, and kept beside. */
export interface KeyFileFolder {
  /** Which of the two files are there with other content than `pair`. */
  foreign(keyFile: string, pair: KeyFilePair | undefined): Promise<readonly string[]>;
  /** Throws `FILE_EXISTS` where something lies that is never replaced: a folder, a link. */
  assertReplaceable(keyFile: string): Promise<void>;
  /** Returns where replaced files were kept. Files that already hold `pair` are left alone. */
  write(keyFile: string, pair: KeyFilePair, overwrite: boolean): Promise<readonly string[]>;
  /**
   * Brings the files of the key of `pair` from one place to another, as its owner keeps them (a passphrase, a comment); what lies in
   * the new place is kept beside, and where that was is returned. Files that are gone are written anew. Stopped anywhere, it can be
   * called again.
   */
  move(from: string, to: string, pair: KeyFilePair): Promise<readonly string[]>;
  /** Gives the two files the names that replaced ones have, and returns those. */
  setAside(keyFile: string): Promise<readonly string[]>;
}

export interface EnrollWorld extends PublishWorld {
  readonly bus: HidBus;
  /** Undefined: nobody is there to touch the one that is meant. */
  readonly selectByTouch?: SelectByTouch | undefined;
  readonly channel: ChannelWorld;
  /** Where keys are reached through Windows: `bus` opens none then. */
  readonly windowsKey?: (() => Promise<WindowsKey>) | undefined;
  readonly random: (length: number) => Uint8Array;
  readonly files: KeyFileFolder;
  readonly scrutiny: KeyScrutiny;
  readonly log: Log;
}

const CHALLENGE_LENGTH = 32;

/**
 * Takes up the unfinished enrollment, or begins one, and brings it to its end: published, or written when that is all that
 * was wanted. Throws `ENROLLMENT_RUNNING` while another one runs, and what the steps below name.
 */
export async function enroll(
  choices: EnrollChoices,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<WrittenEnrollment> {
  return world.journal.exclusively(() => enrollToItsEnd(choices, world, signal));
}

/** The same for whoever has the journal to itself already. */
export async function enrollToItsEnd(
  choices: EnrollChoices,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<WrittenEnrollment> {
  let enrollment: UnfinishedEnrollment = await begin(choices, world);
  for (;;) {
    assertNotCancelled(signal, 'The enrollment');
    switch (enrollment.state) {
      case 'planned':
      case 'requested':
        enrollment = await (world.windowsKey === undefined
          ? makeCredential(enrollment, choices, world, signal)
          : makeByWindows(enrollment, choices, world.windowsKey, world, signal));
        break;
      case 'made':
        enrollment = attest(enrollment, world);
        break;
      case 'attested':
        enrollment = await writeFiles(enrollment, world);
        break;
      case 'written':
        if (!enrollment.plan.publish) return enrollment;
        return putOnProfile(enrollment, world, signal);
      default:
        enrollment satisfies never;
    }
  }
}

async function begin(choices: EnrollChoices, world: EnrollWorld): Promise<UnfinishedEnrollment> {
  // What was begun as a rotation is given up by `rotate --abandon` alone.
  const allUnfinished = world.journal
    .list()
    .filter(isUnfinished)
    .filter(({ plan }) => plan.replaces === choices.replaces);
  const unfinished = choices.fresh ? undefined : allUnfinished.findLast((given) => isTakenUp(given, choices));
  if (unfinished !== undefined) {
    const resumed = withChoices(unfinished, choices);
    assertStandsIn(resumed, world);
    if (resumed.state !== 'written') await assertFilesFree(resumed, world);
    world.people.tell({ kind: 'resumed', state: unfinished.state, createdAt: unfinished.createdAt });
    return resumed;
  }
  const createdAt = world.clock.now();
  const unique = world.random(8);
  const enrollment: EnrollmentIn<'planned'> = {
    id: Buffer.from(unique).toString('hex'),
    createdAt,
    state: 'planned',
    plan: {
      algorithm: choices.algorithm,
      application: APPLICATION,
      userId: newUserId(createdAt, unique),
      userName: userName(choices.owner, createdAt),
      comment: COMMENT,
      keyFile: choices.keyFile,
      overwrite: choices.overwrite,
      publish: choices.publish,
      ...(choices.replaces === undefined ? {} : { replaces: choices.replaces }),
      ...(choices.backup === true ? { backup: true } : {}),
    },
  };
  assertStandsIn(enrollment, world);
  await assertFilesFree(enrollment, world);
  // Only now that the new one can begin.
  if (choices.fresh) for (const given of allUnfinished) if (isOfKind(given, choices)) abandon(given, world);
  return enrollment;
}

/** One whose files lie elsewhere than this run wants them is another key, and waits for `glasskey publish`. */
export function isTakenUp(
  enrollment: UnfinishedEnrollment,
  choices: Pick<EnrollChoices, 'keyFile' | 'backup'>,
): boolean {
  if (!isOfKind(enrollment, choices)) return false;
  return enrollment.state !== 'written' || enrollment.plan.keyFile === choices.keyFile;
}

/** A backup and the main key are two keys: neither goes on with the other, or gives it up. */
function isOfKind({ plan }: UnfinishedEnrollment, { backup = false }: Pick<EnrollChoices, 'backup'>): boolean {
  return (plan.backup ?? false) === backup;
}

function abandon(enrollment: UnfinishedEnrollment, world: EnrollWorld): void {
  const { id, createdAt, plan } = enrollment;
  // One whose files exist can sign: it is only no longer waiting to be published.
  if (enrollment.state === 'written') {
    world.journal.save({ ...enrollment, plan: { ...plan, publish: false } });
    return;
  }
  const made = 'credential' in enrollment ? { credential: enrollment.credential } : {};
  world.journal.save({ id, createdAt, plan, state: 'abandoned', ...made });
}

/**
 * This run's choices, as far as the state still allows: the file is fixed once written, the algorithm once a credential
 * exists. Throws `ENROLLMENT_UNFINISHED` when this run wants another algorithm than that.
 */
function withChoices(enrollment: UnfinishedEnrollment, choices: EnrollChoices): UnfinishedEnrollment {
  const { algorithm, keyFile, publish } = choices;
  const { plan } = enrollment;
  // Who agreed once to replace these files need not say so again to go on.
  const overwrite = choices.overwrite || (plan.overwrite && plan.keyFile === keyFile);
  const isMade = enrollment.state !== 'planned' && enrollment.state !== 'requested';
  if (isMade && plan.algorithm !== algorithm) throw unfinishedError(plan.algorithm, algorithm);
  switch (enrollment.state) {
    case 'planned':
    case 'requested':
      return { ...enrollment, plan: { ...plan, algorithm, keyFile, overwrite, publish } };
    case 'made':
    case 'attested':
      return { ...enrollment, plan: { ...plan, keyFile, overwrite, publish } };
    case 'written':
      return { ...enrollment, plan: { ...plan, publish } };
    default:
      return enrollment satisfies never;
  }
}

function unfinishedError(made: string, wanted: string): GlasskeyError {
  return new GlasskeyError({
    code: 'ENROLLMENT_UNFINISHED',
    message: `An enrollment with ${made} was left unfinished, and this one is to be ${wanted}.`,
    remedy: `Finish it with glasskey enroll --algorithm ${made}, or begin anew with --new.`,
  });
}

/** Before anybody types or touches anything. Throws `FILE_EXISTS`. */
async function assertFilesFree(enrollment: UnfinishedEnrollment, world: EnrollWorld): Promise<void> {
  const { keyFile, overwrite } = enrollment.plan;
  if (overwrite) return world.files.assertReplaceable(keyFile);
  const pair = enrollment.state === 'planned' || enrollment.state === 'requested' ? undefined : keyFilePair(enrollment);
  const [foreign] = await world.files.foreign(keyFile, pair);
  if (foreign === undefined) return;
  const isEnrolled = world.journal.list().some((other) => isWritten(other) && other.plan.keyFile === keyFile);
  throw new GlasskeyError({
    code: 'FILE_EXISTS',
    message: isEnrolled ? `${foreign} is of a key that is enrolled already.` : `${foreign} exists already.`,
    remedy: `${isEnrolled ? forEnrolledKey(enrollment.plan) : 'Choose'} another file with --file PATH, or add --overwrite: the old files are kept beside the new ones.`,
    detail: { path: foreign },
  });
}

/** What a second enrollment is mostly meant for, before what is rarely wanted. */
function forEnrolledKey({ backup }: EnrollmentPlan): string {
  if (backup === true) return 'See it with glasskey status; for another backup choose';
  return (
    'See it with glasskey status. For a new key in its place: glasskey rotate. For a second security key: glasskey enroll --backup. ' +
    'For one that is neither choose'
  );
}

type Unmade = EnrollmentIn<'planned' | 'requested'>;

async function makeCredential(
  enrollment: Unmade,
  choices: EnrollChoices,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'made'>> {
  const device = await chooseDevice(world.bus, choices.device, signal, world.selectByTouch);
  const authenticator = await Authenticator.open(device, world.channel, signal);
  try {
    const product = productName(device);
    const info = await authenticator.info({ signal, onProgress: touchProgress(world) });
    assertCanEnroll(info, enrollment.plan, { mayHoldItAlready: enrollment.state === 'requested' });
    const key = keyFacts(info, authenticator);
    world.scrutiny.assertAllowed(key);
    const { model, firmware, notices } = world.scrutiny.identify(key, enrollment.plan.algorithm);
    world.people.tell({ kind: 'key-found', product, firmware, model });
    for (const notice of notices) world.people.tell({ kind: 'key-notice', ...notice });
    const challenge = world.random(CHALLENGE_LENGTH);
    const made = await withPin(authenticator, product, world, signal, (pin) =>
      request({ ...enrollment, state: 'requested', challenge }, authenticator, pin, world, signal),
    ).catch((error: unknown) => {
      if (!(error instanceof GlasskeyError) || error.code !== 'CTAP_EXCLUDED') throw error;
      // The refusal says that nothing was made by this request (6.1.2, step 12). What an earlier one left, here or on another key, is not told by it.
      if (enrollment.state === 'planned') abandon(enrollment, world);
      throw notAnotherKey(product, enrollment.plan, error);
    });
    return noteMade(enrollment, { made, challenge, product, firmware }, world);
  } finally {
    await authenticator.close();
  }
}

/** The same through Windows, which refuses what must not stand beside another by `excludeList` alone. */
async function makeByWindows(
  enrollment: Unmade,
  { device }: EnrollChoices,
  windowsKey: () => Promise<WindowsKey>,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<EnrollmentIn<'made'>> {
  const { plan } = enrollment;
  const challenge = world.random(CHALLENGE_LENGTH);
  const excludeList = apartFrom(undefined, plan, world);
  const noteRequested = () => world.journal.save({ ...enrollment, state: 'requested', challenge });
  const asked = { plan, device, challenge, excludeList };
  const { made, product } = await makeThroughWindows(asked, windowsKey, world, signal, noteRequested).catch(
    (error: unknown) => {
      if (!(error instanceof GlasskeyError) || error.code !== 'WEBAUTHN_EXCLUDED') throw withAlgorithm(error, plan);
      if (enrollment.state === 'planned') abandon({ ...enrollment, state: 'requested', challenge }, world);
      throw notAnotherKey(SOME_KEY, plan, error);
    },
  );
  world.people.tell({ kind: 'touched' });
  return noteMade(enrollment, { made, challenge, product, firmware: undefined }, world);
}

interface JustMade {
  readonly made: AttestationObject;
  readonly challenge: Uint8Array;
  readonly product: string;
  readonly firmware: string | undefined;
}

function noteMade(
  { id, createdAt, plan }: Unmade,
  { made, challenge, product, firmware }: JustMade,
  world: EnrollWorld,
): EnrollmentIn<'made'> {
  const next: EnrollmentIn<'made'> = {
    id,
    createdAt,
    plan,
    state: 'made',
    credential: {
      origin: 'made',
      challenge,
      format: made.format,
      authData: made.authDataBytes,
      statement: encodeCbor(made.statement),
      product,
      aaguid: formatAaguid(made.authData.attested.aaguid),
      ...(firmware === undefined ? {} : { firmware }),
    },
  };
  world.journal.save(next);
  world.people.tell({ kind: 'credential-made' });
  return next;
}

/**
 * Before anything is asked for, the key is asked under the same token, without a touch, whether it holds a key that the new one must not
 * stand beside; `excludeList` makes those refuse that do not answer that. Journal: nothing is noted before makeCredential is sent, for
 * until then nothing can have been made.
 */
async function request(
  requested: EnrollmentIn<'requested'>,
  authenticator: Authenticator,
  pin: Pin,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<AttestationObject> {
  const { plan, challenge } = requested;
  const rpId = plan.application;
  const excludeList = apartFrom(await authenticator.info({ signal }), plan, world);
  const permissions = excludeList.length === 0 ? Permission.MC : Permission.MC | Permission.GA;
  const operation = { signal, onProgress: touchProgress(world) };
  const use = async (token: PinUvAuthToken) => {
    const held = await authenticator.heldCredential(rpId, excludeList, token, operation);
    if (held !== undefined) throw notAnotherKey(productName(authenticator.device), plan);
    world.journal.save(requested);
    return authenticator.makeCredential(
      {
        clientDataHash: sha256(challenge),
        rpId,
        user: { id: plan.userId, name: plan.userName },
        algorithm: COSE_OF[plan.algorithm],
        residentKey: true,
        credProtect: CredProtect.REQUIRED,
        excludeList,
      },
      token,
      operation,
    );
  };
  return authenticator.withToken(pin, permissions, operation, use, rpId);
}

/** Some keys do not say how many they take in one list. */
const FEWEST_IN_LIST = 8;

/**
 * Credentials that may be on this security key, and that the new one must not stand beside: they would be lost together. For a backup
 * those of every enrolled key, for the main key those of backups. A rotation puts the new key beside the old one on purpose. Newest first. Without
 * `info` it is not known which model the key is, and those on any count.
 */
function apartFrom(
  info: AuthenticatorInfo | undefined,
  { application, backup, replaces }: EnrollmentPlan,
  { journal }: EnrollWorld,
): readonly Uint8Array[] {
  if (replaces !== undefined) return [];
  const aaguid = info && formatAaguid(info.aaguid);
  return journal
    .list()
    .filter(isWritten)
    .filter(({ plan }) => plan.application === application && (backup === true || plan.backup === true))
    .filter(({ credential }) => aaguid === undefined || (credential.aaguid ?? aaguid) === aaguid)
    .map((one) => skPrivateKey(one).keyHandle)
    .toReversed()
    .slice(0, info?.maxCredentialCountInList ?? FEWEST_IN_LIST);
}

function notAnotherKey(product: string, { backup }: EnrollmentPlan, cause?: GlasskeyError): GlasskeyError {
  return new GlasskeyError({
    code: 'BACKUP_NEEDS_ANOTHER_KEY',
    message:
      backup === true
        ? `This ${product} holds a key that is enrolled already: a backup on it would be lost together with it.`
        : `This ${product} holds your backup: another key on it would be lost together with it.`,
    remedy: 'Plug in another security key, then repeat the command.',
    cause,
  });
}

/** Before anybody types or touches anything. Throws `BACKUP_WITHOUT_KEY`: whoever wants a backup believes that they have a key. */
function assertStandsIn(enrollment: UnfinishedEnrollment, { journal }: EnrollWorld): void {
  if (enrollment.plan.backup !== true || 'credential' in enrollment) return;
  // A backup that the profile was switched to is the key to have a backup of.
  const has = journal.list().some((one) => isWritten(one) && (one.plan.backup !== true || one.state === 'published'));
  if (has) return;
  throw new GlasskeyError({
    code: 'BACKUP_WITHOUT_KEY',
    message: 'No key is enrolled on this computer that a backup could stand in for.',
    remedy:
      'Make the first with glasskey enroll, or take in the one you have with glasskey recover; then make the backup, on a second security key.',
  });
}

/**
 * Asks for the PIN first (design, decision 6) and runs `use` with it; upon a wrong one, asks again with the tries left. The
 * program itself never sends a PIN twice. One that was set just now is used at once: nobody types it a third time.
 */
async function withPin<T>(
  authenticator: Authenticator,
  product: string,
  world: EnrollWorld,
  signal: AbortSignal,
  use: (pin: Pin) => Promise<T>,
): Promise<T> {
  const info = await authenticator.info({ signal });
  const hasPin = info.options.get('clientPin') !== false;
  let chosen = hasPin ? undefined : await setFirstPin(authenticator, info, product, world, signal);
  const ask = async (wasWrong: boolean) => {
    const given = chosen;
    chosen = undefined;
    return given ?? askPin({ authenticator, product, people: world.people }, wasWrong, signal);
  };
  return (await withTypedPin(ask, use)).result;
}

/** The PIN that the key now has; the caller wipes it. */
async function setFirstPin(
  authenticator: Authenticator,
  info: AuthenticatorInfo,
  product: string,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<Pin> {
  const pin = await world.people.requestNewPin({ product, minLength: info.minPinLength }, signal);
  try {
    await authenticator.setPin(pin, { signal });
  } catch (error) {
    pin.wipe();
    throw error;
  }
  world.people.tell({ kind: 'pin-set' });
  return pin;
}

/**
 * The signature proves that the credential answers this run's challenge. Throws `ATTESTATION_FORGED`, `ATTESTATION_UNKNOWN`,
 * `CREDENTIAL_NOT_AS_ASKED`, and what the settings demand (`KeyScrutiny.assertSuffices`).
 */
function attest(enrollment: EnrollmentIn<'made'>, world: EnrollWorld): EnrollmentIn<'attested'> {
  const verdict = verified(enrollment, world);
  const next: EnrollmentIn<'attested'> = {
    ...enrollment,
    state: 'attested',
    attestation: { kind: verdict.kind, ...('issuer' in verdict ? { issuer: verdict.issuer } : {}) },
  };
  world.journal.save(next);
  world.people.tell({ kind: 'attestation', ...attestationNews(verdict) });
  return next;
}

/** What people are told of it. */
function attestationNews(verdict: VerifiedAttestation): AttestationNews {
  const { kind } = verdict;
  const news = { verdict: kind, issuer: undefined, root: undefined, because: undefined };
  if (kind === 'genuine') return { ...news, issuer: verdict.issuer, root: verdict.root.source };
  return kind === 'unknown-issuer' ? { ...news, issuer: verdict.issuer, because: verdict.because } : news;
}

/** An answer that does not hold never will: the enrollment is given up, so that the next run begins anew, with another key. */
function verified(enrollment: EnrollmentIn<'made'>, world: EnrollWorld): VerifiedAttestation {
  try {
    const object = attestationOf(enrollment.credential);
    assertIsWhatWasAsked(object, enrollment.plan);
    const { credential } = enrollment;
    const { scrutiny, clock } = world;
    const verdict = verifyAttestation(object, sha256(credential.challenge), scrutiny.trust, clock.now());
    scrutiny.assertSuffices(verdict, credential);
    return verdict;
  } catch (error) {
    abandon(enrollment, world);
    throw error;
  }
}

/** The answer of a key that made something else than it was asked for is not used. */
function assertIsWhatWasAsked({ authData }: AttestationObject, plan: EnrollmentPlan): void {
  const faults: string[] = [];
  if (Buffer.compare(authData.rpIdHash, sha256(new TextEncoder().encode(plan.application))) !== 0)
    faults.push('application');
  if (authData.attested.publicKey.alg !== COSE_OF[plan.algorithm]) faults.push('algorithm');
  if ((authData.flags & AuthDataFlag.UP) === 0) faults.push('touch');
  if ((authData.flags & AuthDataFlag.UV) === 0) faults.push('PIN verification');
  if (authData.extensions.get('credProtect') !== CredProtect.REQUIRED) faults.push('credProtect');
  if (faults.length === 0) return;
  throw new GlasskeyError({
    code: 'CREDENTIAL_NOT_AS_ASKED',
    message: `The key made a credential that differs from what it was asked for: ${faults.join(', ')}.`,
    remedy: 'Plug in another key and run glasskey enroll; report this one to whoever gave it to you.',
  });
}

async function writeFiles(enrollment: EnrollmentIn<'attested'>, world: EnrollWorld): Promise<EnrollmentIn<'written'>> {
  const pair = keyFilePair(enrollment);
  const { keyFile, overwrite } = enrollment.plan;
  const keptOld = await world.files.write(keyFile, pair, overwrite);
  const { publicLine, fingerprint } = pair;
  const next: EnrollmentIn<'written'> = {
    ...enrollment,
    state: 'written',
    files: { publicLine, fingerprint, writtenAt: world.clock.now() },
    profilesBefore: [],
  };
  world.journal.save(next);
  world.people.tell({ kind: 'files-written', keyFile, fingerprint, keptOld });
  return next;
}

/** Turns the channel's progress into what people are told: another program in the way, the touch, and that it was felt. */
function touchProgress(world: EnrollWorld): (progress: Progress) => void {
  let wanted = false;
  return (progress) => {
    if (progress === 'key-busy') return world.people.tell({ kind: 'key-busy' });
    if (progress === 'touch-wanted') {
      wanted = true;
      return world.people.tell({ kind: 'touch-wanted' });
    }
    if (wanted) world.people.tell({ kind: 'touched' });
    wanted = false;
  };
}

function keyFacts(info: AuthenticatorInfo, { device, facts }: Authenticator): KeyFacts {
  const { vendorId, productId } = device;
  return {
    product: productName(device),
    aaguid: formatAaguid(info.aaguid),
    vendorId,
    productId,
    firmwareVersion: info.firmwareVersion,
    deviceVersion: facts.version,
  };
}

function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(data).digest());
}
