/** Which plugged-in authenticator an operation is for. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';

/** Has people touch the one that is meant; main/glasskey.ts composes it over main/security-keys. */
export type SelectByTouch = (devices: readonly HidDevice[], signal: AbortSignal) => Promise<HidDevice>;

/**
 * The only one plugged in, the one at `path`, or of several the one that is touched, where somebody may be asked for that. Throws
 * `KEY_MISSING`, `KEY_SEVERAL`.
 */
export async function chooseDevice(
  bus: HidBus,
  path: string | undefined,
  signal: AbortSignal,
  selectByTouch?: SelectByTouch,
): Promise<HidDevice> {
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
    if (selectByTouch !== undefined) return selectByTouch(wanted, signal);
    throw new GlasskeyError({
      code: 'KEY_SEVERAL',
      message: `${wanted.length} security keys are plugged in: ${wanted.map((d) => `${productName(d)} (${d.path})`).join(', ')}.`,
      remedy: 'Unplug all but the one you mean, or name it with --device PATH.',
    });
  }
  return only;
}
