/** What the plugged-in authenticators say of themselves, without PIN or touch. */
import { asGlasskeyError, type GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { configSupport } from '../../native/ctap2/authenticator-config.ts';
import { fingerprintReader } from '../../native/ctap2/bio-enrollment.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { credentialManagementSupport } from '../../native/ctap2/credential-management.ts';
import { type AuthenticatorInfo, formatAaguid } from '../../native/ctap2/get-info.ts';
import { pinRules } from '../../native/ctap2/pin-rules.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import { Capability } from '../../native/ctaphid/constants.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';
import { advisoriesFor } from './advisories.ts';
import { fidoOffError, withoutFido } from './fido-off.ts';
import { compareFirmware, type Firmware, type FirmwareBounds, isOlderThan } from './firmware.ts';
import { firmwareOfKey, modelOf, type SecurityKeyModel } from './models.ts';
import { standingOf, toldFirmware } from './pin-seen.ts';
import type { FingerprintStanding, KeyAbilities, PinStanding, SecurityKey } from './security-key.ts';

/** One after another: two at once would each see the other's packets. A key that cannot be asked is listed with its problem. */
export async function describeKeys(
  bus: HidBus,
  world: ChannelWorld,
  signal: AbortSignal,
): Promise<readonly SecurityKey[]> {
  const keys: SecurityKey[] = [];
  for (const device of await bus.list()) keys.push(await describeKey(device, world, signal));
  for (const ids of await withoutFido(bus)) {
    const path = `usb:${ids.vendorId.toString(16)}:${ids.productId.toString(16)}`;
    if (keys.every((key) => key.path !== path)) keys.push(undescribed({ ...ids, path }, fidoOffError(ids)));
  }
  return keys;
}

async function describeKey(device: HidDevice, world: ChannelWorld, signal: AbortSignal): Promise<SecurityKey> {
  try {
    const authenticator = await Authenticator.open(device, world, signal);
    try {
      return await describeOpen(authenticator, signal);
    } finally {
      await authenticator.close();
    }
  } catch (thrown) {
    const problem = asGlasskeyError(thrown);
    if (problem.kind === 'cancelled') throw problem;
    return undescribed(device, problem);
  }
}

/** One that cannot be asked: its ids are all that is known. */
function undescribed(
  device: Pick<HidDevice, 'path' | 'vendorId' | 'productId'> & Partial<Pick<HidDevice, 'manufacturer' | 'product'>>,
  problem: GlasskeyError,
): SecurityKey {
  const { path, vendorId, productId, manufacturer, product } = device;
  return {
    path,
    product: productName({ manufacturer, product }),
    vendorId,
    productId,
    model: modelOf({ aaguid: undefined, vendorId, productId }),
    aaguid: undefined,
    firmware: undefined,
    pinSet: undefined,
    pinTriesLeft: undefined,
    pin: undefined,
    fingerprints: undefined,
    freeSlots: undefined,
    abilities: undefined,
    advisories: [],
    problem,
  };
}

/** One that is open already. Throws what it answers. */
export async function describeOpen(authenticator: Authenticator, signal: AbortSignal): Promise<SecurityKey> {
  const { device } = authenticator;
  const { path, vendorId, productId } = device;
  const info = await authenticator.info({ signal });
  const aaguid = formatAaguid(info.aaguid);
  const model = modelOf({ aaguid, vendorId, productId });
  const { firmwareVersion } = info;
  const told = { firmwareVersion, deviceVersion: authenticator.facts.version };
  const bounds = firmwareOfKey(model, told);
  const pin = await pinStanding(authenticator, info, signal);
  return {
    path,
    product: productName(device),
    vendorId,
    productId,
    model,
    aaguid,
    firmware: toldFirmware(info, told.deviceVersion),
    pinSet: pin.state !== 'unsupported' && pin.state !== 'not-set',
    pinTriesLeft: pin.triesLeft,
    pin,
    fingerprints: await fingerprintStanding(authenticator, info, signal),
    freeSlots: info.remainingResidentSlots,
    abilities: abilitiesOf(authenticator, info, model, bounds),
    advisories: advisoriesFor(model, bounds, []),
    problem: undefined,
  };
}

async function pinStanding(
  authenticator: Authenticator,
  info: AuthenticatorInfo,
  signal: AbortSignal,
): Promise<PinStanding> {
  const { minLength, maxLength, complexity: refusesSimple } = pinRules(info);
  const state = await authenticator.pinState({ signal });
  return { ...standingOf(state), minLength, maxLength, refusesSimple };
}

async function fingerprintStanding(
  authenticator: Authenticator,
  info: AuthenticatorInfo,
  signal: AbortSignal,
): Promise<FingerprintStanding | undefined> {
  switch (fingerprintReader(info)) {
    case 'none':
      return undefined;
    case 'empty':
      return { enrolled: false, triesLeft: undefined };
    default:
      return { enrolled: true, triesLeft: await authenticator.uvRetries({ signal }) };
  }
}

function abilitiesOf(
  authenticator: Authenticator,
  info: AuthenticatorInfo,
  model: SecurityKeyModel,
  bounds: FirmwareBounds,
): KeyAbilities {
  const { options, transportsForReset } = info;
  const settings = configSupport(info);
  return {
    residentCredentials: options.get('rk') === true,
    credProtect: info.extensions.includes('credProtect'),
    ed25519: knowsEd25519(info, model, bounds),
    credentials: MANAGEMENT[credentialManagementSupport(info)],
    fingerprints: fingerprintReader(info) !== 'none',
    alwaysUv: settings.alwaysUv ? options.get('alwaysUv') : undefined,
    setMinPinLength: settings.minPinLength,
    wink: (authenticator.facts.capabilities & Capability.WINK) !== 0,
    resetWindowSeconds: resetWindowSeconds(model, authenticator.facts.version),
    resetByUsb: transportsForReset?.includes('usb') ?? true,
  };
}

/** A CTAP 2.0 key does not list its algorithms; YubiKeys know Ed25519 from firmware 5.2.3 on. */
function knowsEd25519(
  { algorithms }: AuthenticatorInfo,
  { vendor }: SecurityKeyModel,
  firmware: FirmwareBounds,
): KeyAbilities['ed25519'] {
  if (algorithms !== undefined) return algorithms.includes(CoseAlgorithm.EDDSA) ? 'yes' : 'no';
  return vendor === 'Yubico' && isOlderThan(firmware, [5, 2, 3]) === true ? 'no' : 'unknown';
}

/** Preview keys cannot rename. */
const MANAGEMENT = { full: 'all', preview: 'list-and-delete', none: 'none' } as const;

/** CTAP 2.1, 6.6: 10 s. YubiKeys took it for 5 s only, before firmware 5.5.4 (ctap.md section 10.2). */
export function resetWindowSeconds({ vendor }: Pick<SecurityKeyModel, 'vendor'>, version: Firmware): number {
  return vendor === 'Yubico' && compareFirmware(version, [5, 5, 4]) < 0 ? 5 : 10;
}
