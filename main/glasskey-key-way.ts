/**
 * Which way security keys are reached: opened by Glasskey itself, or through Windows, which lets ordinary accounts use them no other way. One
 * way holds for everything; which one, and why, is shown by `status` and on Readiness.
 */
import { asGlasskeyError, type GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { HidBus } from '../native/hid/transport.ts';
import { type BeyondWebauthn, beyondWebauthn, type ThroughWindowsReason } from '../native/webauthn/beyond-webauthn.ts';
import type { WindowsAccess, WindowsKey } from '../native/webauthn/windows-access.ts';
import type { SettingValue } from './storage/settings.ts';

/** Which way, and why: `setting`: `windows.securityKeys` says so, `elevated`: this process is an administrator's, and opens keys itself. */
export type KeyWay = (
  | { readonly way: 'direct'; readonly because: DirectReason }
  | { readonly way: 'windows'; readonly because: ThroughWindowsReason }
) & {
  /** Why nothing can be done that way. */
  readonly obstacle: { readonly code: string; readonly message: string; readonly remedy: string } | undefined;
};

type DirectReason = 'setting' | 'elevated';

export interface KeyAccess {
  readonly hid: () => Promise<HidBus>;
  /** Where keys are reached through Windows: `hid` opens none then. */
  readonly windowsKey: (() => Promise<WindowsKey>) | undefined;
}

export interface KeyWayWorld {
  readonly windows: WindowsAccess;
  readonly hid: () => Promise<HidBus>;
  readonly setting: SettingValue<'windows.securityKeys'>;
}

/** No key is opened, and nobody is asked anything. */
export async function keyWay({ windows, hid, setting }: KeyWayWorld): Promise<KeyWay> {
  if (setting === 'direct') return direct('setting', (await windows.isElevated()) ? undefined : notElevated());
  if (setting === 'windows') return throughWindows('setting', windows);
  if (!(await windows.isElevated())) return throughWindows('not-elevated', windows);
  const isListed = await hid()
    .then((bus) => bus.list())
    .then(
      () => true,
      () => false,
    );
  return isListed ? direct('elevated', undefined) : throughWindows('cannot-open', windows);
}

function direct(because: DirectReason, obstacle: KeyWay['obstacle']): KeyWay {
  return { way: 'direct', because, obstacle };
}

async function throughWindows(because: ThroughWindowsReason, windows: WindowsAccess): Promise<KeyWay> {
  const obstacle = await windows.open().then(() => undefined, asGlasskeyError);
  return { way: 'windows', because, obstacle: obstacle && told(obstacle) };
}

function told({ code, message, remedy }: GlasskeyError): KeyWay['obstacle'] {
  return { code, message, remedy };
}

function notElevated(): KeyWay['obstacle'] {
  return {
    code: 'HID_PERMISSION',
    message: 'The setting windows.securityKeys has Glasskey open security keys itself, and this account may not.',
    remedy: 'Start Glasskey as an administrator, or set that to auto.',
  };
}

/** In place of the HID bus where keys are reached through Windows: whoever wants to open one hears that `what` cannot be done. */
export function unopenableBus(what: BeyondWebauthn, because: ThroughWindowsReason): HidBus {
  return {
    list: async () => {
      throw beyondWebauthn(what, because);
    },
  };
}
