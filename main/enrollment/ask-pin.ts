/** Asking a person for the PIN of an authenticator, with the tries that are left. */

import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import { Status } from '../../native/ctap2/constants.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import { statusError } from '../../native/ctap2/status.ts';
import type { People } from './people.ts';

const ALL_TRIES = 8;

export interface PinAsking {
  readonly authenticator: Authenticator;
  readonly product: string;
  readonly people: Pick<People, 'requestPin'>;
  /** What it is for, as errors name it: `The enrollment`. */
  readonly what: string;
}

/**
 * The PIN, owned by the caller. Throws `PIN_BLOCKED` or `PIN_REPLUG_NEEDED` where none can help: one is never sent to a key that
 * reports itself blocked.
 */
export async function askPin(asking: PinAsking, wasWrong: boolean, signal: AbortSignal): Promise<Pin> {
  const { product, people } = asking;
  return people.requestPin({ product, wasWrong, triesLeft: await triesLeft(asking, wasWrong, signal) }, signal);
}

async function triesLeft(
  { authenticator, what }: PinAsking,
  wasWrong: boolean,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { left, replugNeeded } = await authenticator.pinRetries({ signal });
  if (left === 0) throw statusError(Status.PIN_BLOCKED, what);
  if (replugNeeded) throw statusError(Status.PIN_AUTH_BLOCKED, what);
  return left < ALL_TRIES || wasWrong ? left : undefined;
}
