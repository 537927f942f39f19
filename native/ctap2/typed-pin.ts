/** What is done with a PIN that a person types: each wrong one is asked for anew, and none outlives its use. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Pin } from './pin.ts';

/**
 * Asks for a PIN and runs `use` with it; upon `PIN_WRONG`, asks again (`wasWrong`). Each wrong try counts towards blocking the key for
 * good, so that the program itself never sends one twice. Every PIN is wiped after its use. Undefined where none was given.
 */
export async function withTypedPin<T, P extends Pin | undefined>(
  ask: (wasWrong: boolean) => Promise<P>,
  use: (pin: Pin) => Promise<T>,
): Promise<{ readonly result: T } | Extract<P, undefined>> {
  for (let wasWrong = false; ; wasWrong = true) {
    const pin = await ask(wasWrong);
    if (pin === undefined) return undefined as Extract<P, undefined>;
    try {
      return { result: await use(pin) };
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.code !== 'PIN_WRONG') throw error;
    } finally {
      pin.wipe();
    }
  }
}
