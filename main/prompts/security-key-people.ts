/**
 * How the window asks and tells while a security key is managed: its PINs are asked for by a prompt, one for each piece of work;
 * what else there is to do is told to the screen that began it, step by step. Consent comes from there too.
 */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { KeyStep } from '../ipc/contract.ts';
import type {
  ConsentQuestion,
  KeyOperation,
  KeyPinQuestion,
  SecurityKeyEvent,
  SecurityKeyPeople,
} from '../security-keys/people.ts';
import type { TextKey } from '../texts/catalogue.ts';
import type { Texts } from '../texts/texts.ts';
import { newPinQuestion, pinQuestion } from './key-questions.ts';
import type { OpenPrompt } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';

export interface SecurityKeyWork {
  /** Each step as it happens: the progress of the call. */
  readonly step: (step: KeyStep) => void;
  /** What the person agreed to in the window. */
  readonly agree: (question: ConsentQuestion, signal: AbortSignal) => Promise<boolean>;
  /** Ends the work: the person pressed Cancel in a prompt. */
  readonly cancel: () => void;
}

export interface SecurityKeyPrompts extends SecurityKeyPeople {
  /** The work is over: its prompt goes. Safe to call more than once. */
  end(): void;
}

/** What happens when the PIN is given: the prompt's heading. */
const TITLES = {
  'change-pin': 'prompt.keys-change-pin',
  'list-credentials': 'prompt.keys-list-credentials',
  'rename-credential': 'prompt.keys-rename-credential',
  'delete-credential': 'prompt.keys-delete-credential',
  'list-fingerprints': 'prompt.keys-list-fingerprints',
  'enroll-fingerprint': 'prompt.keys-enroll-fingerprint',
  'rename-fingerprint': 'prompt.keys-rename-fingerprint',
  'remove-fingerprint': 'prompt.keys-remove-fingerprint',
  configure: 'prompt.keys-configure',
  'list-what-is-lost': 'prompt.keys-list-what-is-lost',
} as const satisfies Readonly<Record<KeyOperation, TextKey>>;
type Title = (typeof TITLES)[KeyOperation] | 'prompt.keys-set-pin';

export function securityKeyPrompts(desk: PromptDesk, texts: Texts, work: SecurityKeyWork): SecurityKeyPrompts {
  const { step, cancel } = work;
  let prompt: OpenPrompt | undefined;
  const end = () => {
    prompt?.close();
    prompt = undefined;
  };
  const opened = (title: Title, product: string): OpenPrompt => {
    prompt ??= desk.open({
      title: texts.say(title),
      sentences: [texts.say('prompt.keys-sentence', { product })],
      cancel,
    });
    return prompt;
  };
  const askPin = async (asked: KeyPinQuestion, signal: AbortSignal, without?: string): Promise<Pin | undefined> => {
    step({ kind: 'pin-wanted', isNew: false });
    const question = { ...pinQuestion(texts, asked), ...(without === undefined ? {} : { denyLabel: without }) };
    const allowed = await opened(TITLES[asked.operation], asked.product).ask(question, signal);
    if (allowed?.pin === undefined) end();
    else step({ kind: 'pin-given' });
    return allowed?.pin;
  };

  return {
    end,
    hasPinAtHand: false,
    mayTouchToSelect: false,

    async requestPin(question, signal) {
      const pin = await askPin(question, signal);
      if (pin === undefined) throw cancelled('The work on the security key');
      return pin;
    },

    async offerPin(question, signal) {
      const pin = await askPin(question, signal, texts.say('prompt.keys-without-pin'));
      signal.throwIfAborted();
      return pin;
    },

    async requestNewPin(question, signal) {
      step({ kind: 'pin-wanted', isNew: true });
      const title = question.why === 'first' ? 'prompt.keys-set-pin' : 'prompt.keys-change-pin';
      const allowed = await opened(title, question.product).ask(newPinQuestion(texts, question), signal);
      if (allowed?.pin === undefined) {
        end();
        throw cancelled('The choice of a PIN');
      }
      step({ kind: 'pin-given' });
      return allowed.pin;
    },

    agree(question, signal) {
      // The window has the word now.
      end();
      return work.agree(question, signal);
    },

    tell(event) {
      if (event.kind === 'key-busy') prompt?.waiting(texts.say('prompt.key-busy'));
      else if (event.kind === 'finger-wanted' || event.kind === 'fingerprint-wanted') end();
      const told = stepOf(event);
      if (told !== undefined) step(told);
    },
  };
}

/** What the window has a sentence for. Which key is meant it has said itself, so that none is chosen by touch. */
function stepOf(event: SecurityKeyEvent): KeyStep | undefined {
  switch (event.kind) {
    case 'key-busy':
    case 'touched':
    case 'unplug-wanted':
    case 'plug-in-wanted':
      return { kind: event.kind };
    case 'fingerprint-wanted':
      return { kind: 'finger-wanted' };
    case 'fingerprint-unknown':
      return { kind: 'finger-unknown' };
    case 'finger-wanted':
      return { kind: event.kind, ...(event.remaining === undefined ? {} : { left: event.remaining }) };
    case 'sample':
      return { kind: event.kind, feedback: event.feedback, left: event.remaining };
    case 'other-key':
      return { kind: event.kind, product: event.product };
    case 'reset-touch-wanted':
      return { kind: event.kind, endsAt: event.endsAt, isHeld: event.isHeld };
    case 'selection-wanted':
    case 'selected':
    case 'pin-set':
    case 'pin-changed':
      return undefined;
    default:
      return event satisfies never;
  }
}
