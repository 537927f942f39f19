/** The plugged-in authenticator that holds a credential, as far as that shows without a PIN. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';
import { keySeveral } from '../../native/hid/which-key.ts';

export interface HolderWorld {
  readonly bus: HidBus;
  readonly channel: ChannelWorld;
}

/** What is looked for. */
export interface Held {
  /** Undefined: any model may hold it. */
  readonly aaguid: string | undefined;
  readonly product: string;
  /** What helps where it is not there, as one sentence. */
  readonly missingRemedy: string;
}

export interface Holder {
  readonly authenticator: Authenticator;
  readonly product: string;
}

/**
 * Opens the only one plugged in of the model, or the one at `path`; the caller closes it. A PIN tried on the wrong key costs it one
 * of its tries: so none is, where several could be meant. Throws `KEY_MISSING`, `KEY_SEVERAL`, and what opening throws.
 */
export async function openHolder(
  held: Held,
  path: string | undefined,
  world: HolderWorld,
  signal: AbortSignal,
): Promise<Holder> {
  const devices = (await world.bus.list()).filter((device) => path === undefined || device.path === path);
  const found: { device: HidDevice; authenticator: Authenticator }[] = [];
  try {
    for (const device of devices) {
      const authenticator = await Authenticator.open(device, world.channel, signal);
      found.push({ device, authenticator });
      const aaguid = formatAaguid((await authenticator.info({ signal })).aaguid);
      if (held.aaguid === undefined || aaguid === held.aaguid) continue;
      found.pop();
      await authenticator.close();
    }
    const [match, second] = found;
    if (match === undefined) throw missing(held);
    const meant = found.map(({ device }) => device);
    if (second !== undefined) throw keySeveral(meant, 'could be meant');
    return { authenticator: match.authenticator, product: productName(match.device) };
  } catch (error) {
    for (const { authenticator } of found) await authenticator.close();
    throw error;
  }
}

function missing({ product, missingRemedy }: Held): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_MISSING',
    message: `The security key that holds the credential (${product}) is not plugged in.`,
    remedy: `Plug it in and repeat the command. ${missingRemedy}`,
  });
}
