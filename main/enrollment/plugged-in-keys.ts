/** What the plugged-in authenticators say of themselves, without PIN or touch. */
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { formatAaguid, formatFirmware } from '../../native/ctap2/get-info.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';
import { productName } from './choose-authenticator.ts';

export interface PluggedInKey {
  readonly path: string;
  readonly product: string;
  readonly aaguid: string | undefined;
  readonly firmware: string | undefined;
  readonly pinSet: boolean | undefined;
  readonly pinTriesLeft: number | undefined;
  /** Why it could not be asked. */
  readonly problem: string | undefined;
}

/** One after another: two at once would each see the other's packets. A key that cannot be asked is listed with its problem. */
export async function describePluggedIn(
  bus: HidBus,
  world: ChannelWorld,
  signal: AbortSignal,
): Promise<readonly PluggedInKey[]> {
  const keys: PluggedInKey[] = [];
  for (const device of await bus.list()) keys.push(await describe(device, world, signal));
  return keys;
}

async function describe(device: HidDevice, world: ChannelWorld, signal: AbortSignal): Promise<PluggedInKey> {
  const { path } = device;
  const product = productName(device);
  const unknown = { path, product, aaguid: undefined, firmware: undefined, pinSet: undefined, pinTriesLeft: undefined };
  try {
    const authenticator = await Authenticator.open(device, world, signal);
    try {
      const info = await authenticator.info({ signal });
      const pinSet = info.options.get('clientPin') === true;
      const { firmwareVersion } = info;
      return {
        path,
        product,
        aaguid: formatAaguid(info.aaguid),
        firmware:
          firmwareVersion === undefined ? authenticator.facts.version.join('.') : formatFirmware(firmwareVersion),
        pinSet,
        pinTriesLeft: pinSet ? (await authenticator.pinRetries({ signal })).left : undefined,
        problem: undefined,
      };
    } finally {
      await authenticator.close();
    }
  } catch (error) {
    const { message, remedy, kind } = asGlasskeyError(error);
    if (kind === 'cancelled') throw error;
    return { ...unknown, problem: `${message} ${remedy}` };
  }
}
