/** Asking a person for the PIN of an authenticator, with the tries that are left. */
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import { triesToTell } from '../../native/ctap2/pin-state.ts';
import type { People } from './people.ts';

export interface PinAsking {
  readonly authenticator: Authenticator;
  readonly product: string;
  readonly people: Pick<People, 'requestPin'>;
}

/**
 * The PIN, owned by the caller. Nobody is asked for one that the key would not take: `PIN_NOT_SET`, `PIN_BLOCKED`,
 * `PIN_REPLUG_NEEDED`, `PIN_CHANGE_FORCED`.
 */
export async function askPin(
  { authenticator, product, people }: PinAsking,
  wasWrong: boolean,
  signal: AbortSignal,
): Promise<Pin> {
  const triesLeft = await triesToTell(authenticator, 'token', wasWrong, signal);
  return people.requestPin({ product, wasWrong, triesLeft }, signal);
}
