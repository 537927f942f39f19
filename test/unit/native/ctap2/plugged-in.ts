/** A lab key, opened: what the tests of the commands begin with. */
import { silentLog } from '../../../../diagnostics/log.ts';
import { Authenticator, systemChannelWorld } from '../../../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../../../native/ctap2/constants.ts';
import type { MakeCredential } from '../../../../native/ctap2/make-credential.ts';
import { Pin } from '../../../../native/ctap2/pin.ts';
import { systemClock } from '../../../../time/clock.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../../lab/authenticator/lab-authenticator.ts';

export const RIGHT_PIN = '271828';

export const pin = (text = RIGHT_PIN) => new Pin(new TextEncoder().encode(text));

const world = systemChannelWorld({ clock: systemClock, log: silentLog });

export interface PluggedIn {
  readonly lab: LabAuthenticator;
  readonly key: Authenticator;
  /** Another open handle of the same key: another program. */
  another(): Promise<Authenticator>;
}

/** `pin: null`: a key that has none. */
export async function plugIn(
  options: Partial<Omit<LabAuthenticatorOptions, 'pin'>> & { readonly pin?: string | null } = {},
): Promise<PluggedIn> {
  const { pin: set = RIGHT_PIN, ...rest } = options;
  const lab = new LabAuthenticator({ profile: 'yubikey-5.7', ...(set === null ? {} : { pin: set }), ...rest });
  const another = async () => {
    const [device] = await lab.bus.list();
    if (device === undefined) throw new Error('the lab shows no device');
    return Authenticator.open(device, world);
  };
  return { lab, key: await another(), another };
}

/** A resident credential that every profile can make. */
export function residentCredential(rpId: string, userId: number, name = `user ${userId}`): MakeCredential {
  return {
    clientDataHash: new Uint8Array(32).fill(7),
    rpId,
    user: { id: new Uint8Array(32).fill(userId), name },
    algorithm: CoseAlgorithm.ES256,
    residentKey: true,
  };
}
