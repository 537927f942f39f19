/** Keys that are plugged in with their FIDO interface switched off: they are no FIDO devices, and look as if they were not there. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { HidBus, UsbIds } from '../../native/hid/transport.ts';
import { isFidoSwitchedOff, usbModel } from './models.ts';

/** By their USB ids, which say which interfaces are on; none where the bus does not tell of other devices. */
export async function withoutFido(bus: HidBus): Promise<readonly UsbIds[]> {
  return ((await bus.usbIds?.()) ?? []).filter(isFidoSwitchedOff);
}

export function fidoOffError(ids: UsbIds): GlasskeyError {
  const { name, interfaces = [] } = usbModel(ids) ?? {};
  return new GlasskeyError({
    code: 'KEY_FIDO_OFF',
    message: `A security key is plugged in (${name ?? 'of a known maker'}), but its FIDO interface is switched off: only ${interfaces.join(', ')} is on.`,
    remedy: 'Switch FIDO2 on with the program of its maker (for a YubiKey: Yubico Authenticator), or use another key.',
  });
}
