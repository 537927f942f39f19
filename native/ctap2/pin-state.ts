/** Where a key's PIN stands (ctap.md section 9): one answer for all who are about to ask a person for it. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { PinRetries } from './client-pin.ts';
import { Status } from './constants.ts';
import type { Operation } from './ctap-commands.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { sentenceOf } from './status.ts';

export type PinState =
  /** The key knows no PIN at all. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'not-set' }
  /** `left`: wrong PINs left before the key is blocked for good; 8 when fresh. */
  | { readonly kind: 'usable'; readonly left: number }
  /** The key wants its PIN changed before it is good for anything else. */
  | { readonly kind: 'change-forced'; readonly left: number }
  /** Three wrong PINs in a row: it takes none, not even the right one, until it was unplugged. */
  | { readonly kind: 'replug-needed'; readonly left: number }
  /** Only a reset helps. */
  | { readonly kind: 'blocked' };

/** `retries` are asked of keys that have a PIN; of others they say nothing. */
export function pinState(info: AuthenticatorInfo, retries: PinRetries | undefined): PinState {
  const option = info.options.get('clientPin');
  if (option === undefined) return { kind: 'unsupported' };
  if (!option) return { kind: 'not-set' };
  const left = retries?.left ?? 0;
  if (left <= 0) return { kind: 'blocked' };
  if (retries?.replugNeeded === true) return { kind: 'replug-needed', left };
  return info.forcePinChange ? { kind: 'change-forced', left } : { kind: 'usable', left };
}

/**
 * Throws unless a PIN may be sent: `KEY_NO_PIN_SUPPORT`, `PIN_NOT_SET`, `PIN_BLOCKED`, `PIN_REPLUG_NEEDED`, and
 * `PIN_CHANGE_FORCED` for every purpose but changing it. A PIN sent all the same would be refused, at worst at the cost of a try.
 */
export function assertPinAccepted(state: PinState, purpose: 'token' | 'change'): void {
  switch (state.kind) {
    case 'usable':
      return;
    case 'unsupported':
      throw new GlasskeyError({
        code: 'KEY_NO_PIN_SUPPORT',
        message: 'This security key has no PIN.',
        remedy: 'Use a FIDO2 key with a PIN.',
      });
    case 'not-set':
      throw new GlasskeyError(sentenceOf(Status.PIN_NOT_SET));
    case 'blocked':
      throw new GlasskeyError(sentenceOf(Status.PIN_BLOCKED));
    case 'replug-needed':
      throw new GlasskeyError({ ...sentenceOf(Status.PIN_AUTH_BLOCKED), detail: { triesLeft: state.left } });
    case 'change-forced':
      if (purpose === 'change') return;
      throw new GlasskeyError({
        code: 'PIN_CHANGE_FORCED',
        message: 'This key wants its PIN changed before anything else.',
        remedy: 'Change it with glasskey pin change, then repeat the command.',
      });
    default:
      state satisfies never;
  }
}

const ALL_TRIES = 8;

/**
 * The tries left, for whoever is about to be asked: undefined while the key has all of them and none was wrong just now. Throws where
 * the key would not take a PIN (`assertPinAccepted`).
 */
export async function triesToTell(
  key: { pinState(operation: Operation): Promise<PinState> },
  purpose: 'token' | 'change',
  wasWrong: boolean,
  signal: AbortSignal,
): Promise<number | undefined> {
  const state = await key.pinState({ signal });
  assertPinAccepted(state, purpose);
  if (!('left' in state)) return undefined;
  return state.left < ALL_TRIES || wasWrong ? state.left : undefined;
}
