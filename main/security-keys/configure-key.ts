/** The two settings of a key that Glasskey changes (CTAP 2.1, 6.11). Enterprise attestation is never asked for. */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import {
  assertConfigurable,
  assertMinPinLength,
  setAlwaysUv as setAlwaysUvOnKey,
  setMinPinLength as setMinPinLengthOnKey,
} from '../../native/ctap2/authenticator-config.ts';
import { Permission } from '../../native/ctap2/constants.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { SecurityKeyPeople } from './people.ts';
import { withToken } from './with-token.ts';

/** Whether each use wants the PIN or a fingerprint. Where it is so already, nobody is asked for anything. */
export async function setAlwaysUv(
  key: Authenticator,
  on: boolean,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<void> {
  const info = await key.info({ signal });
  assertConfigurable(info, 'alwaysUv');
  if (info.options.get('alwaysUv') === on) return;
  await withToken({ key, people, signal, operation: 'configure', permissions: Permission.ACFG }, (token) =>
    setAlwaysUvOnKey(key, token, on, { signal }),
  );
}

/** In code points. It can only grow, and people are asked first, because only a reset takes it back. Throws `PIN_MINIMUM`. */
export async function setMinPinLength(
  key: Authenticator,
  length: number,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<void> {
  const info = await key.info({ signal });
  assertConfigurable(info, 'minPinLength');
  assertMinPinLength(info, { length });
  if (info.minPinLength === length) return;
  const product = productName(key.device);
  const question = { kind: 'raise-min-pin-length', product, from: info.minPinLength, to: length } as const;
  if (!(await people.agree({ ...question, typed: undefined }, signal))) throw cancelled('The change');
  await withToken({ key, people, signal, operation: 'configure', permissions: Permission.ACFG }, (token) =>
    setMinPinLengthOnKey(key, token, { length }, { signal }),
  );
}
