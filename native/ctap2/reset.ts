/**
 * authenticatorReset (CTAP 2.1, 6.6; ctap.md 10.2): everything on the key is deleted. Who asks has asked its owner before the
 * key was plugged in.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { CtapCommand, Status } from './constants.ts';
import type { CtapCommands, Operation } from './ctap-commands.ts';
import { statusOf } from './status.ts';

/**
 * Sent at once, with nothing before it: keys take it within 10 s of being plugged in (YubiKeys before 5.5.4 within 5 s), and
 * then want a touch. Throws `RESET_TOO_LATE`, `CTAP_NO_TOUCH`, `CTAP_DENIED`, `CTAP_UNSUPPORTED`, `CANCELLED`.
 */
export async function resetAuthenticator(key: CtapCommands, operation: Operation = {}): Promise<void> {
  try {
    await key.call(CtapCommand.RESET, undefined, { ...operation, onceOnly: true }, 'Resetting the key');
  } catch (error) {
    if (statusOf(error) === Status.NOT_ALLOWED) throw tooLate(error);
    throw error;
  }
}

function tooLate(cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'RESET_TOO_LATE',
    message: 'The key was not reset: it takes a reset only within seconds of being plugged in.',
    remedy:
      'Unplug the key, plug it in again, and confirm at once. A hub or dock may keep it powered: use another port then.',
    detail: { ctapStatus: Status.NOT_ALLOWED },
    cause,
  });
}
