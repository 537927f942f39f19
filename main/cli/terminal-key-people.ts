/** How the terminal asks and tells while security keys are managed. */
import type { NewKeyPinQuestion, SecurityKeyEvent, SecurityKeyPeople } from '../security-keys/people.ts';
import type { CliWorld } from './cli-world.ts';
import { consentLines, consentQuestion } from './consent-lines.ts';
import { askConsent, consentNeeded, type MissingConsent } from './missing-consent.ts';
import { type Output, printable } from './output.ts';
import { TerminalPins } from './terminal-pins.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

export interface KeyChoices {
  readonly pinFromStdin: boolean;
  /** Agreed beforehand to what a yes is enough for. */
  readonly yes: boolean;
  /** The word for what a yes is not enough for, typed beforehand. */
  readonly confirm: string | undefined;
}

export interface TerminalKeyPeople extends SecurityKeyPeople {
  /** A question that is about no key, for which a yes is enough. Throws `CONSENT_NEEDED` like `agree`. */
  agreeTo(question: string, signal: AbortSignal): Promise<boolean>;
  /** The work is over: nothing is counted down any more. */
  end(): void;
}

export function terminalKeyPeople(
  world: CliWorld,
  output: Output,
  prompts: TerminalPrompts,
  choices: KeyChoices,
): TerminalKeyPeople {
  const pins = new TerminalPins(world, output, prompts, choices.pinFromStdin);
  const countdown = new Countdown(world, output);
  const yes = async (question: string, signal: AbortSignal): Promise<boolean> => {
    if (choices.yes) return true;
    return askConsent(output, missing(undefined), () => prompts.yesNo(question, signal));
  };
  return {
    hasPinAtHand: choices.pinFromStdin,
    // A script must not hang for half a minute because a second key is plugged in.
    mayTouchToSelect: !output.json,
    requestPin: (question, signal) => pins.present(question, signal),

    async offerPin(question, signal) {
      if (!choices.pinFromStdin) {
        if (output.json) return undefined;
        output.note('With its PIN, everything that will be lost is listed first.');
      }
      return pins.presentOrNone(question, signal);
    },

    requestNewPin(question, signal) {
      if (!choices.pinFromStdin && question.refused === undefined) output.note(rules(question));
      return pins.next(question, signal);
    },

    async agree(question, signal) {
      output.settle();
      for (const line of consentLines(question)) output.warn(line);
      const { typed } = question;
      if (typed === undefined) return yes(consentQuestion(question), signal);
      if (choices.confirm === typed) return true;
      if (choices.confirm !== undefined) throw consentNeeded(missing(typed));
      const ask = async () => (await prompts.line(`Type ${typed} to go on:`, signal)) === typed;
      return askConsent(output, missing(typed), ask);
    },
    agreeTo: yes,

    tell(event) {
      if (event.kind === 'reset-touch-wanted') countdown.start(event);
      else countdown.stop();
      if (PERSON_ACTS.includes(event.kind)) prompts.release();
      tell(event, output);
    },

    end: () => countdown.stop(),
  };
}

/** Somebody has to do something now: what is typed meanwhile is shown again. */
const PERSON_ACTS: readonly SecurityKeyEvent['kind'][] = [
  'selection-wanted',
  'finger-wanted',
  'fingerprint-wanted',
  'unplug-wanted',
  'reset-touch-wanted',
];

function rules({ product, why, minLength, refusesSimple }: NewKeyPinQuestion): string {
  const begins = {
    first: `${printable(product)} has no PIN yet`,
    change: `The new PIN of ${printable(product)}`,
    forced: `${printable(product)} wants another PIN before it does anything else`,
  }[why];
  const simple = refusesSimple ? ' The key refuses simple patterns.' : '';
  return `${begins}: ${minLength} characters or more, 63 bytes at most; letters are allowed, and what your keyboard makes of them.${simple}`;
}

function missing(typed: string | undefined): MissingConsent {
  return {
    message: 'This cannot be taken back, and nobody agreed to it: nothing was changed.',
    remedy:
      typed === undefined
        ? 'Add --yes where you mean it.'
        : `Add --confirm ${typed} where you mean it: a yes is not enough.`,
  };
}

function tell(event: SecurityKeyEvent, output: Output): void {
  switch (event.kind) {
    case 'selection-wanted':
      output.waiting(`${event.products.length} security keys blink: touch the one that is meant.`, true);
      break;
    case 'selected':
      output.step(`Chosen by touch: ${printable(event.product)} (${printable(event.path)})`);
      break;
    case 'key-busy':
      output.warn('Another program is using the security key; waiting for it to finish.');
      break;
    case 'pin-set':
      output.step('The key has its PIN');
      break;
    case 'pin-changed':
      output.step('The key has its new PIN');
      break;
    case 'fingerprint-wanted':
      output.waiting('Touch the fingerprint reader of the security key, in place of the PIN.', true);
      break;
    case 'fingerprint-unknown':
      output.warn('The key does not know that finger.');
      break;
    case 'finger-wanted':
      output.waiting(fingerText(event.remaining), true);
      break;
    case 'sample':
      if (event.feedback !== 'good') output.warn(SAMPLE_HINTS[event.feedback]);
      else if (event.remaining === 0) output.step('The key knows this finger now');
      break;
    case 'unplug-wanted':
      output.waiting(`Unplug ${printable(event.product)} now.`, true);
      break;
    case 'plug-in-wanted':
      output.waiting(`Plug ${printable(event.product)} in again, straight into the computer.`, true);
      break;
    case 'other-key':
      output.warn(`${printable(event.product)} is another key: nothing was sent to it.`);
      break;
    case 'reset-touch-wanted':
      break;
    case 'touched':
      output.settle();
      break;
    default:
      event satisfies never;
  }
}

function fingerText(remaining: number | undefined): string {
  const more = remaining === undefined ? '' : ` (${remaining === 1 ? 'once more' : `${remaining} times more`})`;
  return `Lay the finger on the reader, and lift it again${more}.`;
}

type Feedback = Extract<SecurityKeyEvent, { kind: 'sample' }>['feedback'];

const SAMPLE_HINTS: Readonly<Record<Exclude<Feedback, 'good'>, string>> = {
  'too-high': 'That was too high on the reader.',
  'too-low': 'That was too low on the reader.',
  'too-left': 'That was too far to the left.',
  'too-right': 'That was too far to the right.',
  'too-fast': 'That was too short: leave the finger there for a moment.',
  'too-slow': 'That was too slow.',
  'poor-quality': 'The reader could not see it well: dry the finger, and clean the reader.',
  'too-skewed': 'The finger lay askew.',
  'too-short': 'That was too short.',
  'merge-failure': 'That does not fit the other samples: use the same finger.',
  'already-enrolled': 'That finger is enrolled already.',
  'database-full': 'The key has no room for more fingerprints.',
  'no-finger': 'Nobody touched the reader.',
  'not-lifted': 'Lift the finger in between.',
  unknown: 'The reader did not take that sample.',
};

const SECOND_MS = 1_000;

/** The touch that a reset wants, with the seconds that are left, anew each second; away from a terminal once. */
class Countdown {
  readonly #world: CliWorld;
  readonly #output: Output;
  #takeBack: () => void = () => {};

  constructor(world: CliWorld, output: Output) {
    this.#world = world;
    this.#output = output;
  }

  start(wanted: Extract<SecurityKeyEvent, { kind: 'reset-touch-wanted' }>): void {
    const { clock } = this.#world;
    const left = Math.ceil((wanted.endsAt - clock.now()) / SECOND_MS);
    const how = wanted.isHeld ? 'Touch the security key and hold it for 5 seconds' : 'Touch the security key now';
    this.#output.waiting(left > 0 ? `${how}: this resets it. ${left} s` : `${how}: this resets it.`, true);
    if (left > 0 && this.#output.isTerminal) this.#takeBack = clock.after(SECOND_MS, () => this.start(wanted));
  }

  stop(): void {
    this.#takeBack();
    this.#takeBack = () => {};
  }
}
