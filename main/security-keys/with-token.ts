/**
 * A token of the key for one piece of work: for a fingerprint where the key gives it for one, else for the PIN. The program
 * itself never sends a PIN twice, and none to a key that reports itself blocked.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import { builtInUv, builtInUvGrants } from '../../native/ctap2/built-in-uv.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import { triesToTell } from '../../native/ctap2/pin-state.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { withTypedPin } from '../../native/ctap2/typed-pin.ts';
import { productName } from '../../native/hid/product-name.ts';
import { keyProgress } from './key-progress.ts';
import type { KeyOperation, KeyPinQuestion, SecurityKeyPeople } from './people.ts';

export interface TokenWork {
  readonly key: Authenticator;
  readonly people: SecurityKeyPeople;
  readonly signal: AbortSignal;
  /** What it is for, in people's terms. */
  readonly operation: KeyOperation;
  /** Bits of `Permission`. */
  readonly permissions: number;
}

type Use<T> = (token: PinUvAuthToken) => Promise<T>;

/**
 * Runs `use` under a token; what it does may take several commands. Upon a wrong PIN people are asked again, with the tries left.
 * Throws `KEY_NO_PIN_SUPPORT`, `PIN_NOT_SET`, `PIN_CHANGE_FORCED`, `PIN_BLOCKED`, `PIN_REPLUG_NEEDED` before anybody is asked.
 */
export async function withToken<T>(work: TokenWork, use: Use<T>): Promise<T> {
  const byFingerprint = await withFingerprint(work, use);
  if (byFingerprint !== undefined) return byFingerprint.result;
  const { people, signal } = work;
  const { result } = await withPin(work, async (question) => people.requestPin(question, signal), use);
  return result;
}

/** The same by PIN alone, which may be left out: undefined then. */
export async function withOfferedPin<T>(work: TokenWork, use: Use<T>): Promise<T | undefined> {
  const { people, signal } = work;
  return (await withPin(work, (question) => people.offerPin(question, signal), use))?.result;
}

async function withPin<T, P extends Pin | undefined>(
  { key, people, signal, operation, permissions }: TokenWork,
  ask: (question: KeyPinQuestion) => Promise<P>,
  use: Use<T>,
): Promise<{ readonly result: T } | Extract<P, undefined>> {
  const product = productName(key.device);
  const onProgress = keyProgress(people);
  const asked = async (wasWrong: boolean) =>
    ask({ product, operation, triesLeft: await triesToTell(key, 'token', wasWrong, signal), wasWrong });
  return withTypedPin(asked, (pin) => key.withToken(pin, permissions, { signal, onProgress }, use));
}

/**
 * Undefined: the key gives no token for a fingerprint, its reader is blocked, nobody touched it, or people have the PIN at hand;
 * the PIN is asked for then (CTAP 2.1, 6.5.2.2).
 */
async function withFingerprint<T>(
  { key, people, signal, permissions }: TokenWork,
  use: Use<T>,
): Promise<{ readonly result: T } | undefined> {
  const info = await key.info({ signal });
  if (people.hasPinAtHand || !builtInUvGrants(info, permissions)) return undefined;
  for (let failed = 0; ; failed += 1) {
    if (builtInUv(info, await key.uvRetries({ signal }), failed).kind !== 'usable') return undefined;
    let isGiven = false;
    people.tell({ kind: 'fingerprint-wanted' });
    try {
      const given: Use<T> = (token) => {
        isGiven = true;
        people.tell({ kind: 'touched' });
        return use(token);
      };
      const onProgress = keyProgress(people);
      return { result: await key.withToken('built-in-uv', permissions, { signal, onProgress }, given) };
    } catch (error) {
      if (isGiven || !(error instanceof GlasskeyError)) throw error;
      if (PIN_INSTEAD.includes(error.code)) return undefined;
      if (error.code !== 'UV_INVALID') throw error;
      people.tell({ kind: 'fingerprint-unknown' });
    }
  }
}

/** The PIN helps where these are in the way of a fingerprint. */
const PIN_INSTEAD: readonly string[] = ['UV_BLOCKED', 'CTAP_NO_TOUCH', 'CTAP_DENIED', 'CTAP_PERMISSION'];
