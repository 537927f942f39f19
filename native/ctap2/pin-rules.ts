/**
 * What a new PIN must be for one key (CTAP 2.1, 6.5.1; ctap.md section 9), and which rule a candidate breaks, before it is
 * sent.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import type { Pin } from './pin.ts';
import { MAX_PIN_BYTES } from './pin.ts';

export interface PinRules {
  /** In code points. */
  readonly minLength: number;
  /** In code points. */
  readonly maxLength: number;
  /** In bytes of UTF-8 in normalization form C, which `Pin` holds to whatever the key says. */
  readonly maxBytes: number;
  /** The key refuses more by rules of its own: at least a single character repeated, and a list that only it knows. */
  readonly complexity: boolean;
  /** Where those rules are published, in the key's words: to be shown, not opened. */
  readonly complexityUrl: string | undefined;
  /** The key wants its PIN changed, and will not take the same one again. */
  readonly changeForced: boolean;
}

/** `unchanged`: the new PIN is the current one. */
export type PinRule = 'too-short' | 'too-long' | 'one-character' | 'unchanged';

export function pinRules(info: AuthenticatorInfo): PinRules {
  return {
    minLength: info.minPinLength,
    maxLength: Math.min(info.maxPinLength, MAX_PIN_BYTES),
    maxBytes: MAX_PIN_BYTES,
    complexity: info.pinComplexityPolicy,
    complexityUrl: info.pinComplexityPolicyUrl,
    changeForced: info.forcePinChange,
  };
}

/**
 * The first rule that `candidate` breaks; undefined where only the key itself may still object. `current`: undefined for a
 * first PIN.
 */
export function brokenPinRule(candidate: Pin, rules: PinRules, current?: Pin): PinRule | undefined {
  if (candidate.codePoints < rules.minLength) return 'too-short';
  if (candidate.codePoints > rules.maxLength) return 'too-long';
  if (rules.complexity && candidate.repeatsOneCharacter) return 'one-character';
  return current?.equals(candidate) === true ? 'unchanged' : undefined;
}

/** Throws `PIN_POLICY`, the rule in words and in `detail.rule`. */
export function assertNewPin(candidate: Pin, info: AuthenticatorInfo, current?: Pin): void {
  const rules = pinRules(info);
  const rule = brokenPinRule(candidate, rules, current);
  if (rule === undefined) return;
  throw new GlasskeyError({ code: 'PIN_POLICY', ...pinRuleSentence(rule, rules), detail: { rule } });
}

function pinRuleSentence(rule: PinRule, rules: PinRules): { readonly message: string; readonly remedy: string } {
  switch (rule) {
    case 'too-short':
      return {
        message: `The new PIN is shorter than the ${rules.minLength} characters that this key asks for.`,
        remedy: 'Choose a longer one.',
      };
    case 'too-long':
      return {
        message: `The new PIN is longer than the ${rules.maxLength} characters that this key takes.`,
        remedy: 'Choose a shorter one.',
      };
    case 'one-character':
      return {
        message: 'The new PIN is one character repeated, which this key does not take.',
        remedy: 'Choose one that is no simple pattern.',
      };
    case 'unchanged':
      return { message: 'The new PIN is the one that the key has.', remedy: 'Choose another one.' };
    default:
      return rule satisfies never;
  }
}
