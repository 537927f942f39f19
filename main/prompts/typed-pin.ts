/** Bytes from the prompt window as a PIN, where they can be one: the key is not bothered with what it would refuse. */
import { Pin } from '../../native/ctap2/pin.ts';
import type { PromptView } from '../ipc/contract.ts';

type PinRules = Pick<NonNullable<PromptView['field']>, 'minLength' | 'maxBytes' | 'tooShort' | 'tooLong'>;

/** The PIN is a copy and the caller's to wipe, as `typed` stays; or what is wrong with it, in the field's own words. */
export function typedPin(typed: Uint8Array, field: PinRules): Pin | { readonly problem: string } {
  try {
    // The Pin takes over what it is given.
    const pin = new Pin(Uint8Array.from(typed));
    if (pin.codePoints >= field.minLength) return pin;
    pin.wipe();
  } catch {
    // Which of its rules it breaks, the field's own texts say.
  }
  return { problem: typed.length > field.maxBytes ? field.tooLong : field.tooShort };
}
