/** Why no security key is surely the one that is meant, in one set of words for everybody who looks for one. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { productName } from './product-name.ts';
import type { HidDevice } from './transport.ts';

/** `path`: where one was looked for; undefined: anywhere. */
export function keyMissing(path?: string): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_MISSING',
    message: path === undefined ? 'No security key is plugged in.' : `No security key is at ${path}.`,
    remedy: 'Plug in your FIDO2 security key and repeat the command; glasskey keys lists what is seen.',
  });
}

export function keySeveral(
  devices: readonly HidDevice[],
  how: 'are plugged in' | 'could be meant' = 'are plugged in',
): GlasskeyError {
  const names = devices.map((device) => `${productName(device)} (${device.path})`);
  return new GlasskeyError({
    code: 'KEY_SEVERAL',
    message: `${devices.length} security keys ${how}: ${names.join(', ')}.`,
    remedy: 'Unplug all but the one you mean, or name it with --device PATH.',
  });
}

/** It was unplugged after its PIN was given. To another one of its model, which looks the same, that PIN would cost a try. */
export function keyReplugged(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_REPLUGGED',
    message:
      'The security key was unplugged after its PIN was given. Nothing tells whether it is the same one now, so the PIN was not tried.',
    remedy: 'Leave the enrolled one plugged in, and repeat the command.',
  });
}
