/** Why no security key is surely the one that is meant, in one set of words for everybody who looks for one. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** It was unplugged after its PIN was given. To another one of its model, which looks the same, that PIN would cost a try. */
export function keyReplugged(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_REPLUGGED',
    message:
      'The security key was unplugged after its PIN was given. Nothing tells whether it is the same one now, so the PIN was not tried.',
    remedy: 'Leave the enrolled one plugged in, and repeat the command.',
  });
}
