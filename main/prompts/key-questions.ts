/** The questions about a security key and its PIN, worded: PIN, first PIN, and whether the profile's key may be replaced. */
import { DEFAULT_MIN_PIN_LENGTH, MAX_PIN_BYTES } from '../../native/ctap2/pin.ts';
import type { NewPinQuestion, ProfileKeyConflict } from '../enrollment/people.ts';
import type { Texts } from '../texts/texts.ts';
import type { PromptQuestion, PromptSubject } from './prompt.ts';

export interface AskedPin {
  readonly product: string;
  /** Undefined while the key has all of them. */
  readonly triesLeft?: number | undefined;
  readonly wasWrong: boolean;
  /** The key was unplugged after its PIN was given: that one is not tried. */
  readonly wasReplugged?: boolean;
}

/** Inventing a PIN and typing it twice takes longer than giving one; nothing of the key is allowed by it meanwhile. */
const NEW_PIN_DENIED_AFTER_MS = 5 * 60_000;

export function pinQuestion(texts: Texts, asked: AskedPin): PromptQuestion {
  const { product } = asked;
  const problem = pinProblem(texts, asked);
  return {
    field: {
      kind: 'pin',
      label: texts.say('prompt.pin-label', { product }),
      minLength: DEFAULT_MIN_PIN_LENGTH,
      maxBytes: MAX_PIN_BYTES,
      tooShort: texts.say('prompt.pin-too-short', { least: DEFAULT_MIN_PIN_LENGTH }),
      tooLong: texts.say('prompt.pin-too-long', { most: MAX_PIN_BYTES }),
      notTheSame: texts.say('prompt.pin-not-the-same'),
    },
    ...(problem === undefined ? {} : { problem }),
    buttons: [{ answer: 'once', label: texts.say('prompt.pin-allow') }],
  };
}

/** Of an enrollment it is always the first; of the key's own page it may be another. */
export interface AskedNewPin extends NewPinQuestion {
  readonly why?: 'first' | 'change' | 'forced';
  /** The key refuses simple patterns. */
  readonly refusesSimple?: boolean;
  /** Why the last one was not taken, in a sentence. */
  readonly refused?: string | undefined;
}

/** A new PIN, typed twice alike: the window holds to it, so that main never has two of them. */
export function newPinQuestion(
  texts: Texts,
  { product, minLength, why = 'first', refusesSimple = false, refused }: AskedNewPin,
): PromptQuestion {
  return {
    field: {
      kind: 'new-pin',
      label: texts.say('prompt.new-pin-label'),
      repeatLabel: texts.say('prompt.new-pin-repeat'),
      minLength,
      maxBytes: MAX_PIN_BYTES,
      tooShort: texts.say('prompt.pin-too-short', { least: minLength }),
      tooLong: texts.say('prompt.pin-too-long', { most: MAX_PIN_BYTES }),
      notTheSame: texts.say('prompt.pin-not-the-same'),
    },
    rules: [
      ...(why === 'first' ? [texts.say('prompt.new-pin-none', { product })] : []),
      ...(why === 'forced' ? [texts.say('prompt.new-pin-forced', { product })] : []),
      texts.say('prompt.new-pin-length', { least: minLength }),
      texts.say('prompt.new-pin-bytes', { most: MAX_PIN_BYTES }),
      ...(refusesSimple ? [texts.say('prompt.new-pin-simple')] : []),
      texts.say('prompt.new-pin-exact'),
      texts.say('prompt.new-pin-use'),
    ],
    ...(refused === undefined ? {} : { problem: refused }),
    buttons: [{ answer: 'once', label: texts.say(why === 'first' ? 'prompt.new-pin-allow' : 'prompt.new-pin-change') }],
    deniedAfterMs: NEW_PIN_DENIED_AFTER_MS,
  };
}

export function replaceSubject(texts: Texts, conflict: ProfileKeyConflict, cancel: () => void): PromptSubject {
  const { account, fingerprint, enrolledHere } = conflict;
  return {
    title: texts.say('prompt.replace-title', { account }),
    sentences: [
      fingerprint === undefined
        ? texts.say('prompt.replace-other', { account })
        : texts.say('prompt.replace-present', { account, fingerprint }),
      ...(enrolledHere ? [texts.say('prompt.replace-ours')] : []),
      texts.say('prompt.replace-meaning'),
    ],
    cancel,
  };
}

export function replaceQuestion(texts: Texts): PromptQuestion {
  return { buttons: [{ answer: 'once', label: texts.say('prompt.replace-allow') }] };
}

function pinProblem(texts: Texts, { triesLeft, wasWrong, wasReplugged }: AskedPin): string | undefined {
  if (wasReplugged) {
    const unplugged = texts.say('prompt.pin-replugged');
    return triesLeft === undefined ? unplugged : `${unplugged} ${texts.say('prompt.pin-tries', { tries: triesLeft })}`;
  }
  if (triesLeft === undefined) return wasWrong ? texts.say('prompt.pin-wrong') : undefined;
  const tries = { tries: triesLeft };
  return wasWrong ? texts.say('prompt.pin-wrong-tries', tries) : texts.say('prompt.pin-tries', tries);
}
