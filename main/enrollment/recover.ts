/**
 * Recovery: the SSH keys that live on a security key come to a computer that does not know them, files and journal, like
 * `ssh-keygen -K` (openssh-sk.md, section 5). Nothing on the security key changes, no file is ever replaced, and a run that was stopped, or is repeated,
 * finds its own again. With no look at the profile it works offline.
 */
import { asGlasskeyError, assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator, type Operation } from '../../native/ctap2/authenticator.ts';
import { Permission, Status } from '../../native/ctap2/constants.ts';
import { credentialManagementSupport } from '../../native/ctap2/credential-management.ts';
import { formatAaguid, formatFirmware } from '../../native/ctap2/get-info.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import { statusError } from '../../native/ctap2/status.ts';
import { withTypedPin } from '../../native/ctap2/typed-pin.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import type { Clock } from '../../time/clock.ts';
import { skFingerprint } from '../openssh/fingerprint.ts';
import { SK_ECDSA, SkFlag } from '../openssh/sk-key.ts';
import { askPin } from './ask-pin.ts';
import { chooseDevice } from './choose-authenticator.ts';
import type { KeyFileFolder } from './enroll.ts';
import { type EnrollmentJournal, isWritten, type WrittenEnrollment } from './enrollment.ts';
import {
  commentOf,
  enrollmentWith,
  type FoundKey,
  foundEnrollment,
  foundEnrollmentId,
  isOnProfile,
  type ProfileLook,
  withKnowledge,
} from './found-enrollment.ts';
import { keyFilePair } from './key-files.ts';
import { commentInPair } from './key-pair-in-place.ts';
import type { ProfileKeyHolder } from './publish.ts';
import { keyFileCandidates, usualKeyFile } from './recovered-names.ts';
import type { RecoverableKey, RecoveryPeople } from './recovery-people.ts';
import { type ResidentKeys, residentKeys, type UnusableCredential } from './resident-keys.ts';

export interface RecoverChoices {
  /** `ask`: where there are several. Else `all`, `none`, or those named by fingerprint, credential id or its beginning, or enrollment. */
  readonly keys: 'ask' | 'all' | 'none' | readonly string[];
  /** Absolute: for the key that the profile holds, or the only one. The others' files lie beside it. */
  readonly keyFile: string;
  /** Sign in, and see which one the profile holds. */
  readonly looksAtProfile: boolean;
  /** Which device, when several are plugged in. */
  readonly device: string | undefined;
  /** Names of applications that the key may have cut. */
  readonly applications: readonly string[];
}

export interface RecoverWorld {
  readonly bus: HidBus;
  readonly channel: ChannelWorld;
  readonly journal: EnrollmentJournal;
  readonly files: KeyFileFolder;
  readonly profile: Pick<ProfileKeyHolder, 'account' | 'read'>;
  readonly people: RecoveryPeople;
  readonly clock: Clock;
  /** Reads a key file, either half; undefined when it is not there. */
  readonly readKeyFile: (path: string) => Promise<string | undefined>;
}

/** A key that was found, and what came of it. */
export interface RecoveredKey extends RecoverableKey {
  /**
   * `recovered`: it is enrolled here now. `restored`: it was already, and its files were gone. `unchanged`: it was already.
   * `unfinished`: an enrollment of this computer made it, and was stopped: `enroll` goes on with it. `left`: it was not chosen.
   */
  readonly outcome: 'recovered' | 'restored' | 'unchanged' | 'unfinished' | 'left';
  /** Undefined where there are none. */
  readonly keyFile: string | undefined;
  /** A file of something else that has the name which this key would have got: it was left alone. */
  readonly inTheWay: string | undefined;
}

export interface Recovery {
  /** Undefined: only files were there. */
  readonly product: string | undefined;
  /** Undefined: nobody has looked. */
  readonly profile: ProfileLook | undefined;
  /** In the security key's order. */
  readonly keys: readonly RecoveredKey[];
  readonly unusable: readonly UnusableCredential[];
}

/**
 * Throws `ENROLLMENT_RUNNING` while somebody else enrolls or publishes, `KEY_NO_CREDENTIAL_MANAGEMENT`, `PIN_NOT_SET`, `PIN_BLOCKED`,
 * `NO_RESIDENT_KEYS`, `RESIDENT_KEY_UNKNOWN` for a choice that names none, and what the device, the files and the journal throw. A
 * profile that cannot be read is told, and is no error.
 */
export function recover(choices: RecoverChoices, world: RecoverWorld, signal: AbortSignal): Promise<Recovery> {
  return world.journal.exclusively(() => recoverAlone(choices, world, signal));
}

async function recoverAlone(choices: RecoverChoices, world: RecoverWorld, signal: AbortSignal): Promise<Recovery> {
  const { journal, people } = world;
  const { product, found, unusable } = await readSecurityKey(choices, world, signal);
  if (found.length === 0 && (choices.keys !== 'none' || unusable.length === 0)) throw noResidentKeys(product, unusable);
  const profile = choices.looksAtProfile && found.length > 0 ? await lookAtProfile(world, signal) : undefined;
  const listed = found.map((key) => ({ key, shown: recoverable(key, profile, journal) }));
  const chosen = await chosenIds(
    choices.keys,
    listed.map(({ shown }) => shown),
    people,
    signal,
  );
  const usual = usualOwner(found, profile);
  const keys: RecoveredKey[] = [];
  for (const { key, shown } of listed) {
    const known = enrollmentWith(key.keyHandle, journal);
    if (!chosen.includes(shown.id)) {
      const ours = known !== undefined && isWritten(known) ? known : undefined;
      // What was seen of the profile is worth keeping of one that is only listed, too.
      if (ours !== undefined) noteKnowledge(ours, key, profile, journal);
      keys.push({ ...shown, outcome: 'left', keyFile: ours?.plan.keyFile, inTheWay: undefined });
    } else if (known === undefined) {
      keys.push({ ...shown, ...(await takeIn(key, usual === key, choices.keyFile, profile, world)) });
    } else if (isWritten(known)) {
      keys.push({ ...shown, ...(await bringUpToDate(known, key, profile, world)) });
    } else {
      keys.push({ ...shown, outcome: 'unfinished', keyFile: undefined, inTheWay: undefined });
    }
  }
  return { product, profile, keys, unusable };
}

interface SecurityKeyContents {
  readonly product: string;
  readonly found: readonly FoundKey[];
  readonly unusable: readonly UnusableCredential[];
}

/** One PIN, one token; the device is let go when its credentials are read. */
async function readSecurityKey(
  choices: RecoverChoices,
  world: RecoverWorld,
  signal: AbortSignal,
): Promise<SecurityKeyContents> {
  const device = await chooseDevice(world.bus, choices.device, signal);
  const authenticator = await Authenticator.open(device, world.channel, signal);
  try {
    const product = productName(device);
    const info = await authenticator.info(tellingOfOthers(world, signal));
    if (credentialManagementSupport(info) === 'none') throw cannotList(product);
    if (info.options.get('clientPin') !== true) throw withoutPin(product);
    const firmware =
      info.firmwareVersion === undefined ? authenticator.facts.version.join('.') : formatFirmware(info.firmwareVersion);
    world.people.tell({ kind: 'key-found', product, firmware });
    const { keys, unusable } = await withPin(authenticator, product, choices, world, signal);
    world.people.tell({ kind: 'keys-listed', count: keys.length });
    const aaguid = formatAaguid(info.aaguid);
    return { product, found: keys.map((key) => ({ ...key, product, aaguid })), unusable };
  } finally {
    await authenticator.close();
  }
}

/** Any command may have to wait for another program, the first of all; that is told. */
function tellingOfOthers({ people }: RecoverWorld, signal: AbortSignal): Operation {
  return { signal, onProgress: (progress) => progress === 'key-busy' && people.tell({ kind: 'key-busy' }) };
}

/** Upon a wrong PIN a person is asked again: the program itself never sends one twice. */
async function withPin(
  authenticator: Authenticator,
  product: string,
  { applications }: RecoverChoices,
  world: RecoverWorld,
  signal: AbortSignal,
): Promise<ResidentKeys> {
  const { people, journal } = world;
  const known = [...applications, ...journal.list().map(({ plan }) => plan.application)];
  const operation = tellingOfOthers(world, signal);
  const ask = (wasWrong: boolean) => askPin({ authenticator, product, people }, wasWrong, signal);
  const list = (pin: Pin) =>
    authenticator.withToken(pin, Permission.CM, operation, (token) =>
      residentKeys(authenticator, token, known, operation),
    );
  return (await withTypedPin(ask, list)).result;
}

/** Undefined, and told, where nobody is signed in or the network is away. */
export async function lookAtProfile(
  { profile, people, clock }: RecoverWorld,
  signal: AbortSignal,
): Promise<ProfileLook | undefined> {
  try {
    const account = await profile.account(signal);
    people.tell({ kind: 'looking-at-profile', account });
    return { account, line: await profile.read(signal), at: clock.now() };
  } catch (thrown) {
    const error = asGlasskeyError(thrown);
    assertNotCancelled(signal, 'The recovery');
    if (error.kind === 'bug') throw thrown;
    people.tell({ kind: 'profile-unknown', error });
    return undefined;
  }
}

/** How a key stands here and on the profile. */
export function recoverable(
  key: FoundKey,
  profile: ProfileLook | undefined,
  journal: Pick<EnrollmentJournal, 'list'>,
): RecoverableKey {
  const { keyHandle, publicKey, flags, userName } = key;
  const known = enrollmentWith(keyHandle, journal);
  return {
    id: known?.id ?? foundEnrollmentId(keyHandle),
    credentialId: Buffer.from(keyHandle).toString('hex'),
    fingerprint: skFingerprint(publicKey),
    algorithm: publicKey.algorithm === SK_ECDSA ? 'ecdsa-sk' : 'ed25519-sk',
    application: publicKey.application,
    userName,
    verifyRequired: (flags & SkFlag.USER_VERIFICATION_REQUIRED) !== 0,
    onProfile: isOnProfile(key, profile),
    enrolled: known !== undefined && isWritten(known),
  };
}

async function chosenIds(
  choice: RecoverChoices['keys'],
  keys: readonly RecoverableKey[],
  people: RecoveryPeople,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (choice === 'none') return [];
  const all = keys.map(({ id }) => id);
  // What is enrolled already is only looked after: there is nothing to choose.
  if (choice === 'all' || (choice === 'ask' && (keys.length === 1 || keys.every(({ enrolled }) => enrolled))))
    return all;
  if (choice === 'ask') return people.chooseKeys(keys, signal);
  return choice.flatMap((name) => {
    const named = keys.filter((key) => isNamed(key, name));
    if (named.length === 0) throw unknownKey(name, keys);
    return named.map(({ id }) => id);
  });
}

const SHORTEST_BEGINNING = 8;

function isNamed({ id, fingerprint, credentialId }: RecoverableKey, name: string): boolean {
  if (name === id || name === fingerprint || `SHA256:${name}` === fingerprint) return true;
  return name.length >= SHORTEST_BEGINNING && credentialId.startsWith(name.toLowerCase());
}

/** The one whose files get the usual name: what the profile holds; else the only one. */
function usualOwner(found: readonly FoundKey[], profile: ProfileLook | undefined): FoundKey | undefined {
  return found.find((key) => isOnProfile(key, profile)) ?? (found.length === 1 ? found[0] : undefined);
}

type Outcome = Pick<RecoveredKey, 'outcome' | 'keyFile' | 'inTheWay'>;

/** Files first, then the journal: what was stopped in between finds its files again, and writes none. */
async function takeIn(
  key: FoundKey,
  isUsual: boolean,
  usualFile: string,
  profile: ProfileLook | undefined,
  world: RecoverWorld,
): Promise<Outcome> {
  const { files, journal, people, clock } = world;
  const now = clock.now();
  const comment = commentOf(key, profile);
  let inTheWay: string | undefined;
  for (const keyFile of keyFileCandidates(usualKeyFile(usualFile, key.publicKey), isUsual, key.publicKey, key.userId)) {
    const present = await commentInPair(keyFile, key.publicKey, world.readKeyFile);
    const enrollment = foundEnrollment(key, { keyFile, comment: present ?? comment, now });
    const pair = keyFilePair(enrollment);
    const [foreign] = await files.foreign(keyFile, pair);
    if (foreign !== undefined && present === undefined) {
      inTheWay ??= foreign;
      continue;
    }
    // Where they are ours, whole or half, this also tidies up behind a run that was stopped.
    if (foreign === undefined) await files.write(keyFile, pair, false);
    if (present === undefined) people.tell({ kind: 'files-written', keyFile, fingerprint: pair.fingerprint });
    journal.save(withKnowledge(enrollment, key, profile));
    return { outcome: 'recovered', keyFile, inTheWay };
  }
  throw new Error('there is always another name');
}

/** What was enrolled already: files that are gone are written again where they were, and what is known now is noted. */
async function bringUpToDate(
  known: WrittenEnrollment,
  key: FoundKey,
  profile: ProfileLook | undefined,
  { files, journal, people, readKeyFile }: RecoverWorld,
): Promise<Outcome> {
  const { keyFile } = known.plan;
  const pair = keyFilePair(known);
  const isThere = (await commentInPair(keyFile, key.publicKey, readKeyFile)) !== undefined;
  const inTheWay = isThere ? undefined : (await files.foreign(keyFile, pair))[0];
  const isRestored = !isThere && inTheWay === undefined;
  if (isRestored) {
    await files.write(keyFile, pair, false);
    people.tell({ kind: 'files-written', keyFile, fingerprint: pair.fingerprint });
  }
  noteKnowledge(known, key, profile, journal);
  return { outcome: isRestored ? 'restored' : 'unchanged', keyFile, inTheWay };
}

function noteKnowledge(
  known: WrittenEnrollment,
  key: FoundKey,
  profile: ProfileLook | undefined,
  journal: EnrollmentJournal,
): void {
  const now = withKnowledge(known, key, profile);
  if (now !== known) journal.save(now);
}

function cannotList(product: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_NO_CREDENTIAL_MANAGEMENT',
    message: `${product} cannot list the credentials that it holds, so none can be recovered from it.`,
    remedy: 'If the key files are still somewhere, take them in: glasskey recover --file PATH; else enroll a new key.',
  });
}

/** Credential management wants a PIN, and a key that lost it by a reset holds no credential any more. */
function withoutPin(product: string): GlasskeyError {
  const { code } = statusError(Status.PIN_NOT_SET, 'The recovery');
  return new GlasskeyError({
    code,
    message: `${product} has no PIN, so it holds no key that Glasskey or az nexusidentity made: it is another one, or was reset.`,
    remedy: 'Plug in the security key that was enrolled; one that was reset must be enrolled anew: glasskey enroll',
  });
}

function noResidentKeys(product: string, unusable: readonly UnusableCredential[]): GlasskeyError {
  const others = unusable.length === 0 ? '' : ` that can be used (${unusable.length} cannot)`;
  return new GlasskeyError({
    code: 'NO_RESIDENT_KEYS',
    message: `${product} holds no SSH key${others}.`,
    remedy:
      'Plug in another one; a key that is not resident comes from its files: glasskey recover --file PATH; or make one: glasskey enroll',
    detail: { unusable: unusable.length },
  });
}

function unknownKey(name: string, keys: readonly RecoverableKey[]): GlasskeyError {
  return new GlasskeyError({
    code: 'RESIDENT_KEY_UNKNOWN',
    message: `The security key holds no SSH key that is called ${name}.`,
    remedy: `Name one of these: ${keys.map(({ fingerprint }) => fingerprint).join(', ')}.`,
  });
}
