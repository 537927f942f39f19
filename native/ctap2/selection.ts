/** Which of several keys is meant: the one that is touched (CTAP 2.1, 6.9 and 6.1.2 step 1; ctap.md 10.1). */
import { assertNotCancelled } from '../../diagnostics/glasskey-error.ts';
import { keyMissing } from '../hid/which-key.ts';
import { CoseAlgorithm, CtapCommand, Status } from './constants.ts';
import type { CtapCommands, Operation } from './ctap-commands.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { makeCredentialRequest } from './make-credential.ts';
import { statusOf } from './status.ts';

const WHAT = 'Choosing the key by touch';

/** What a key without authenticatorSelection answers once it was touched. None of these costs a PIN try. */
const TOUCHED: readonly (number | undefined)[] = [Status.PIN_INVALID, Status.PIN_NOT_SET, Status.PIN_AUTH_INVALID];

/**
 * Has the key blink, and resolves when it is touched. Throws `CTAP_NO_TOUCH` after about 30 s, `CTAP_DENIED`, `CANCELLED`. A
 * CTAP 2.0 key is asked by makeCredential with a zero-length pinUvAuthParam; one that knows no PIN makes a credential of it
 * that takes up no room.
 */
export async function selectByTouch(key: CtapCommands, operation: Operation = {}): Promise<void> {
  if (hasSelection(await key.info(operation))) {
    await key.call(CtapCommand.SELECTION, undefined, operation, WHAT);
    return;
  }
  try {
    await key.call(CtapCommand.MAKE_CREDENTIAL, touchRequest(), operation, WHAT);
  } catch (error) {
    if (!TOUCHED.includes(statusOf(error))) throw error;
  }
}

function hasSelection({ versions }: AuthenticatorInfo): boolean {
  return versions.some((version) => /^FIDO_2_[1-9]\d*$/.test(version)); // FIDO_2_1_PRE has it not
}

function touchRequest() {
  const request = {
    clientDataHash: new Uint8Array(32),
    rpId: 'glasskey:touch',
    user: { id: Uint8Array.of(1), name: 'touch' },
    algorithm: CoseAlgorithm.ES256,
    residentKey: false,
  };
  return makeCredentialRequest(request, { param: new Uint8Array(), protocol: 1 });
}

/** A key that can be asked for a touch: `Authenticator`. */
export interface Selectable {
  select(operation: Operation): Promise<void>;
}

/**
 * Has all keys blink; the first one touched is returned, after the others were cancelled and have answered: they are free again
 * then. A key that is pulled out or declines meanwhile leaves the choice to the rest. Throws `CANCELLED`, else the error of the
 * key that held out longest (`CTAP_NO_TOUCH` as a rule), and `KEY_MISSING` for an empty list.
 */
export async function touchedOne<K extends Selectable>(keys: readonly K[], operation: Operation = {}): Promise<K> {
  assertNotCancelled(operation.signal, WHAT);
  if (keys.length === 0) throw keyMissing();
  const stop = new AbortController();
  const signal = operation.signal ? AbortSignal.any([operation.signal, stop.signal]) : stop.signal;
  const winners: K[] = [];
  let last: unknown;
  const selections = keys.map(async (key) => {
    try {
      await key.select({ ...operation, signal });
      winners.push(key);
      stop.abort();
    } catch (error) {
      if (!stop.signal.aborted) last = error;
    }
  });
  await Promise.all(selections);
  const [winner] = winners;
  if (winner !== undefined) return winner;
  assertNotCancelled(operation.signal, WHAT);
  throw last;
}
