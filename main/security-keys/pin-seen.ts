/** What a key shows of itself while something else is done with it, in the words of those who list keys. */
import type { PinSeen } from '../../native/ctap2/authenticator.ts';
import { type AuthenticatorInfo, formatAaguid, formatFirmware } from '../../native/ctap2/get-info.ts';
import type { PinState as PinStateOnKey } from '../../native/ctap2/pin-state.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { PinStanding, PinState, SecurityKey } from './security-key.ts';

/** As much of a `SecurityKey` as is known when its PIN is. */
export interface SeenKey
  extends Pick<SecurityKey, 'product' | 'vendorId' | 'productId' | 'aaguid' | 'firmware' | 'freeSlots'> {
  readonly pin: Pick<PinStanding, 'state' | 'triesLeft'> | undefined;
}

export function seenKey({ device, deviceVersion, info, state }: PinSeen): SeenKey {
  const { vendorId, productId } = device;
  return {
    product: productName(device),
    vendorId,
    productId,
    aaguid: formatAaguid(info.aaguid),
    firmware: toldFirmware(info, deviceVersion),
    freeSlots: info.remainingResidentSlots,
    pin: standingOf(state),
  };
}

/** As the key tells it in getInfo, or else in the reply that gave the channel. */
export function toldFirmware({ firmwareVersion }: AuthenticatorInfo, deviceVersion: PinSeen['deviceVersion']): string {
  return firmwareVersion === undefined ? deviceVersion.join('.') : formatFirmware(firmwareVersion);
}

export function standingOf(state: PinStateOnKey): Pick<PinStanding, 'state' | 'triesLeft'> {
  return { state: STATES[state.kind], triesLeft: triesOf(state) };
}

const STATES: Readonly<Record<PinStateOnKey['kind'], PinState>> = {
  unsupported: 'unsupported',
  'not-set': 'not-set',
  usable: 'set',
  'change-forced': 'change-forced',
  'replug-needed': 'replug-needed',
  blocked: 'blocked',
};

function triesOf(state: PinStateOnKey): number | undefined {
  if (state.kind === 'blocked') return 0;
  return 'left' in state ? state.left : undefined;
}
