/** The first PIN of a key, and another one (CTAP 2.1, 6.5.5.5 and 6.5.5.6). Its rules are told before they are broken. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import { assertNewPin, pinRules } from '../../native/ctap2/pin-rules.ts';
import { triesToTell } from '../../native/ctap2/pin-state.ts';
import { withTypedPin } from '../../native/ctap2/typed-pin.ts';
import { productName } from '../../native/hid/product-name.ts';
import { keyProgress } from './key-progress.ts';
import type { NewKeyPinQuestion, SecurityKeyPeople } from './people.ts';

/** Throws `KEY_NO_PIN_SUPPORT`, `PIN_SET_ALREADY`. A PIN that the key does not take is asked for again, with the reason. */
export async function setFirstPin(key: Authenticator, people: SecurityKeyPeople, signal: AbortSignal): Promise<void> {
  const state = await key.pinState({ signal });
  if (state.kind !== 'not-set') {
    // Says so itself where there is no PIN at all, or none that could be changed.
    await triesToTell(key, 'change', false, signal);
    throw setAlready();
  }
  await withNewPin(key, 'first', undefined, people, signal, (pin) =>
    key.setPin(pin, { signal, onProgress: keyProgress(people) }),
  );
  people.tell({ kind: 'pin-set' });
}

/**
 * Asks for the PIN that the key has, then for the new one. Throws `PIN_NOT_SET`, `PIN_BLOCKED`, `PIN_REPLUG_NEEDED` before
 * anybody is asked.
 */
export async function changePin(key: Authenticator, people: SecurityKeyPeople, signal: AbortSignal): Promise<void> {
  const product = productName(key.device);
  const { forcePinChange } = await key.info({ signal });
  const ask = async (wasWrong: boolean) => {
    const triesLeft = await triesToTell(key, 'change', wasWrong, signal);
    return people.requestPin({ product, operation: 'change-pin', triesLeft, wasWrong }, signal);
  };
  await withTypedPin(ask, (current) =>
    withNewPin(key, forcePinChange ? 'forced' : 'change', current, people, signal, (next) =>
      key.changePin(current, next, { signal, onProgress: keyProgress(people) }),
    ),
  );
  people.tell({ kind: 'pin-changed' });
}

/** Asks until the key takes one; each is wiped when it was used. */
async function withNewPin(
  key: Authenticator,
  why: NewKeyPinQuestion['why'],
  current: Pin | undefined,
  people: SecurityKeyPeople,
  signal: AbortSignal,
  use: (pin: Pin) => Promise<void>,
): Promise<void> {
  const product = productName(key.device);
  const info = await key.info({ signal });
  let refused: string | undefined;
  for (;;) {
    const { minLength, maxLength, complexity: refusesSimple } = pinRules(info);
    const pin = await people.requestNewPin({ product, why, minLength, maxLength, refusesSimple, refused }, signal);
    try {
      assertNewPin(pin, info, current);
      return await use(pin);
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.code !== 'PIN_POLICY') throw error;
      refused = `${error.message} ${error.remedy}`;
    } finally {
      pin.wipe();
    }
  }
}

function setAlready(): GlasskeyError {
  return new GlasskeyError({
    code: 'PIN_SET_ALREADY',
    message: 'This key has a PIN already.',
    remedy:
      'Change it with glasskey pin change. A PIN that nobody knows is lost: only a reset helps, and it deletes everything.',
  });
}
