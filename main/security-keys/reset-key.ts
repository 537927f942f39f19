/**
 * A reset (CTAP 2.1, 6.6; ctap.md section 10.2). A key takes it only within seconds of being plugged in, so everything is asked
 * before: what is lost is told, the word for it is typed, and only then is the key to be unplugged. It is sent to no other key.
 */
import { asGlasskeyError, assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { Permission } from '../../native/ctap2/constants.ts';
import { type AuthenticatorInfo, formatAaguid } from '../../native/ctap2/get-info.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidDevice } from '../../native/hid/transport.ts';
import { pause } from '../../time/clock.ts';
import { readCredentials } from './credentials.ts';
import { describeOpen } from './describe-key.ts';
import { keyProgress } from './key-progress.ts';
import type { ResetLoss, SecurityKeyPeople } from './people.ts';
import type { CredentialOnKey, EnrollmentOnKey, PinState, SecurityKey } from './security-key.ts';
import type { SecurityKeysWorld } from './security-keys-world.ts';
import { withOfferedPin } from './with-token.ts';

const WHAT = 'The reset';
/** Often enough that nobody pulls the key out and in unseen, and that little of the window is lost. */
const LOOK_EVERY_MS = 100;

export interface ResetDone {
  /** How it stands afterwards. */
  readonly key: SecurityKey;
  /** Enrollments of this computer that were on it for certain. */
  readonly lost: readonly EnrollmentOnKey[];
}

/**
 * Resets `key`, which the caller closes. Throws `RESET_NOT_BY_USB`, `RESET_OTHER_KEY`,
 * `RESET_TOO_LATE`, `CTAP_NO_TOUCH`, `CTAP_DENIED`, and `CANCELLED` at every wait.
 */
export async function resetKey(
  key: Authenticator,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<ResetDone> {
  const product = productName(key.device);
  assertByUsb(await key.info({ signal }));
  const described = await describeOpen(key, signal);
  const windowSeconds = described.abilities?.resetWindowSeconds ?? 0;
  const loss = await lossOf(key, described, world, people, signal);
  if (!(await people.agree({ kind: 'reset', product, loss, windowSeconds, typed: 'reset' }, signal))) {
    throw cancelled(WHAT);
  }
  key.forgetInfo();
  const identity = await identityOf(key, signal);
  const others = (await world.bus.list()).filter(({ path }) => path !== key.device.path);
  people.tell({ kind: 'unplug-wanted', product });
  await untilUnplugged(key, world, signal);
  people.tell({ kind: 'plug-in-wanted', product });
  const { authenticator: back, seenAt } = await untilBack(
    identity,
    others,
    windowSeconds * 1000,
    world,
    people,
    signal,
  );
  try {
    const { longTouchForReset } = await back.info({ signal });
    people.tell({
      kind: 'reset-touch-wanted',
      endsAt: seenAt + windowSeconds * 1000,
      isHeld: longTouchForReset === true,
    });
    await back.reset({ signal, onProgress: keyProgress(people) });
    people.tell({ kind: 'touched' });
    const lost = loss.enrollments.filter(({ certain }) => certain).map(({ enrollment }) => enrollment);
    return { key: await describeOpen(back, signal), lost };
  } finally {
    await back.close();
  }
}

function assertByUsb({ transportsForReset }: AuthenticatorInfo): void {
  if (transportsForReset === undefined || transportsForReset.includes('usb')) return;
  throw new GlasskeyError({
    code: 'RESET_NOT_BY_USB',
    message: `This key takes a reset only by ${transportsForReset.join(', ')}.`,
    remedy: 'Reset it there, with the program of its maker.',
  });
}

/** What the PIN would list is offered, and may be left out: somebody who resets a key may have forgotten it. */
async function lossOf(
  key: Authenticator,
  described: SecurityKey,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<ResetLoss> {
  const found = await listed(key, described, world, people, signal);
  const [credentials, unlisted] = typeof found === 'string' ? [undefined, found] : [found, undefined];
  const isOnIt = (id: string) => credentials?.some(({ credentialId }) => credentialId === id) === true;
  const enrollments = world.enrolled
    .filter(({ credentialId, aaguid }) =>
      credentials === undefined
        ? aaguid === undefined || aaguid === described.aaguid
        : isOnIt(Buffer.from(credentialId).toString('hex')),
    )
    .map(({ enrollment }) => ({ enrollment, certain: credentials !== undefined }));
  const { pinSet, fingerprints } = described;
  return { pinSet: pinSet === true, fingerprints: fingerprints?.enrolled === true, credentials, unlisted, enrollments };
}

/** Without the PIN these are in the way of a list, and of nothing else here. */
const NO_LIST: readonly string[] = ['PIN_BLOCKED', 'PIN_REPLUG_NEEDED'];

const UNLISTED: Readonly<Record<PinState, ResetLoss['unlisted']>> = {
  unsupported: 'cannot-list',
  'not-set': 'no-pin',
  set: undefined,
  'change-forced': 'pin-change-forced',
  'replug-needed': 'pin-blocked',
  blocked: 'pin-blocked',
};

async function listed(
  key: Authenticator,
  { pin, abilities }: SecurityKey,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<readonly CredentialOnKey[] | NonNullable<ResetLoss['unlisted']>> {
  if (abilities === undefined || abilities.credentials === 'none') return 'cannot-list';
  const unlisted = UNLISTED[pin?.state ?? 'unsupported'];
  if (unlisted !== undefined) return unlisted;
  const work = { key, people, signal, operation: 'list-what-is-lost', permissions: Permission.CM } as const;
  try {
    const read = await withOfferedPin(work, (token) => readCredentials(key, token, world, signal));
    return read?.flatMap(({ credentials }) => credentials) ?? 'pin-not-given';
  } catch (error) {
    if (error instanceof GlasskeyError && NO_LIST.includes(error.code)) return 'pin-blocked';
    throw error;
  }
}

/** All that tells one key from another without PIN and touch; two of the same model that stand alike cannot be told apart. */
interface KeyIdentity {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersion: string;
  readonly aaguid: string;
  readonly pinSet: boolean | undefined;
  readonly freeSlots: number | undefined;
}

async function identityOf(key: Authenticator, signal: AbortSignal): Promise<KeyIdentity> {
  const { vendorId, productId } = key.device;
  const info = await key.info({ signal });
  return {
    vendorId,
    productId,
    deviceVersion: key.facts.version.join('.'),
    aaguid: formatAaguid(info.aaguid),
    pinSet: info.options.get('clientPin'),
    freeSlots: info.remainingResidentSlots,
  };
}

function isSame(a: KeyIdentity, b: KeyIdentity): boolean {
  return (Object.keys(a) as (keyof KeyIdentity)[]).every((part) => a[part] === b[part]);
}

/** Its path may be taken by another key at once, so that its own end counts as well. */
async function untilUnplugged(key: Authenticator, world: SecurityKeysWorld, signal: AbortSignal): Promise<void> {
  const isThere = async () => !key.isGone && (await world.bus.list()).some(({ path }) => path === key.device.path);
  while (await isThere()) await lookAgain(world, signal);
  assertNotCancelled(signal, WHAT);
}

interface BackAgain {
  readonly authenticator: Authenticator;
  /** When it was first seen, by the clock of the channel. */
  readonly seenAt: number;
}

/** The same key, open. Others that come are told and left alone; where it cannot be known which one came, nothing is sent. */
async function untilBack(
  identity: KeyIdentity,
  others: readonly HidDevice[],
  windowMs: number,
  world: SecurityKeysWorld,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<BackAgain> {
  /** Paths of keys that are certainly not it. */
  const foreign = new Set(others.map(({ path }) => path));
  let seenAt: number | undefined;
  for (;;) {
    const devices = await world.bus.list();
    for (const { path, ...other } of others) {
      if (foreign.has(path) && isLike(other, identity) && !devices.some((one) => one.path === path)) throw otherKey();
    }
    for (const path of foreign) if (!devices.some((one) => one.path === path)) foreign.delete(path);
    const [device, second] = devices.filter(({ path }) => !foreign.has(path));
    if (device !== undefined && second !== undefined && isLike(device, identity) && isLike(second, identity)) {
      throw otherKey();
    }
    seenAt = device === undefined ? undefined : (seenAt ?? world.channel.clock.now());
    if (device !== undefined && seenAt !== undefined) {
      const opened = await openIfSame(device, identity, world, signal);
      if (opened instanceof Authenticator) return { authenticator: opened, seenAt };
      if (opened === 'another') {
        foreign.add(device.path);
        seenAt = undefined;
        people.tell({ kind: 'other-key', product: productName(device) });
      } else if (world.channel.clock.now() - seenAt > windowMs) throw opened;
    }
    await lookAgain(world, signal);
  }
}

/** An error: it cannot be opened yet, as in the moment before the system lets this account (ctap.md section 20). */
async function openIfSame(
  device: HidDevice,
  identity: KeyIdentity,
  world: SecurityKeysWorld,
  signal: AbortSignal,
): Promise<Authenticator | 'another' | GlasskeyError> {
  if (!isLike(device, identity)) return 'another';
  let authenticator: Authenticator | undefined;
  try {
    authenticator = await Authenticator.open(device, world.channel, signal);
    if (isSame(await identityOf(authenticator, signal), identity)) return authenticator;
    await authenticator.close();
    return 'another';
  } catch (thrown) {
    await authenticator?.close();
    const error = asGlasskeyError(thrown);
    if (error.kind !== 'expected') throw error;
    return error;
  }
}

function isLike(device: Pick<HidDevice, 'vendorId' | 'productId'>, { vendorId, productId }: KeyIdentity): boolean {
  return device.vendorId === vendorId && device.productId === productId;
}

async function lookAgain({ channel }: SecurityKeysWorld, signal: AbortSignal): Promise<void> {
  await pause(channel.clock, LOOK_EVERY_MS, signal);
  assertNotCancelled(signal, WHAT);
}

function otherKey(): GlasskeyError {
  return new GlasskeyError({
    code: 'RESET_OTHER_KEY',
    message:
      'Another key of the same kind was plugged in or out meanwhile, and nothing tells the two apart. Nothing was reset.',
    remedy: 'Leave only the key that is to be reset plugged in, then begin again.',
  });
}
