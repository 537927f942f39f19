/** Which plugged-in authenticator an operation is for. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';

/** What people know a device by. It says so itself, so nothing in it may hide or turn round the words beside it. */
export function productName(device: HidDevice): string {
  const { manufacturer = '', product = '' } = device;
  const name = product.startsWith(manufacturer) ? product : `${manufacturer} ${product}`;
  return visible(name) || 'security key';
}

const MOST_SHOWN = 64;

function visible(text: string): string {
  const plain = [...text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()];
  return plain.length > MOST_SHOWN ? `${plain.slice(0, MOST_SHOWN).join('')}…` : plain.join('');
}

/**
 * The only one plugged in, or the one at `path`. Throws `KEY_MISSING`, `KEY_SEVERAL`.
 */
export async function chooseDevice(bus: HidBus, path: string | undefined): Promise<HidDevice> {
  const devices = await bus.list();
  const wanted = path === undefined ? devices : devices.filter((device) => device.path === path);
  const [only, second] = wanted;
  if (only === undefined) {
    throw new GlasskeyError({
      code: 'KEY_MISSING',
      message: path === undefined ? 'No security key is plugged in.' : `No security key is at ${path}.`,
      remedy: 'Plug in your FIDO2 security key and repeat the command; glasskey keys lists what is seen.',
    });
  }
  if (second !== undefined) {
    throw new GlasskeyError({
      code: 'KEY_SEVERAL',
      message: `${wanted.length} security keys are plugged in: ${wanted.map((d) => `${productName(d)} (${d.path})`).join(', ')}.`,
      remedy: 'Unplug all but the one you mean, or name it with --device PATH.',
    });
  }
  return only;
}
