/** Which plugged-in authenticator an operation is for. */
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';
import { keyMissing, keySeveral } from '../../native/hid/which-key.ts';

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
  if (only === undefined) throw keyMissing(path);
  if (second !== undefined) {
    if (selectByTouch !== undefined) return selectByTouch(wanted, signal);
    throw keySeveral(wanted);
  }
  return only;
}
