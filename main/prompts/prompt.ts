/** What whoever asks puts on the prompt desk, and what comes back of it. */
import type { Pin } from '../../native/ctap2/pin.ts';
import type { PromptView } from '../ipc/contract.ts';

/** What a prompt is about, for its whole life. */
export interface PromptSubject {
  /** What happens when it is allowed. */
  readonly title: string;
  /** Who asks, for what, through which hop; one paragraph each. */
  readonly sentences: readonly string[];
  /** The way of the signature that it is about (signing-chain.ts). */
  readonly chain?: PromptView['chain'];
  /** Another program's wish, not begun by the person in the app: it is asked after all that was. */
  readonly isForeign?: boolean;
  /** The person wants what is under way to end. Called at most once; the work then ends its prompt itself. */
  readonly cancel: () => void;
}

/** The ways to allow that a question offers, in the order they stand. `deny` is added to them. */
export interface AllowingButton {
  readonly answer: 'once' | 'session';
  readonly label: string;
}

export interface PromptQuestion {
  /** Undefined: nothing to type. */
  readonly field?: PromptView['field'];
  /** Told before they are broken. */
  readonly rules?: readonly string[];
  /** What was wrong with the last answer, and how many tries are left. */
  readonly problem?: string;
  readonly buttons: readonly [AllowingButton, ...AllowingButton[]];
  /** What the button that says no says, where no is not the end of it. */
  readonly denyLabel?: string;
  /** How long it may stand unanswered while it is drawn: `DENIED_AFTER_MS` unless said otherwise. */
  readonly deniedAfterMs?: number;
}

/** What is shown while the key blinks, or the system's own dialog stands before the prompt. What is left out is the subject's. */
export interface TouchShown {
  readonly sentences?: readonly string[];
  readonly chain?: PromptView['chain'];
  /** The system asks for the touch, and for the PIN: the prompt says only who, where and through which hop. */
  readonly systemAsks?: boolean | undefined;
}

export interface Allowed {
  readonly keep: 'once' | 'session';
  /** There where the question had a field; whoever asked owns and wipes it. */
  readonly pin: Pin | undefined;
}

/**
 * One transaction's prompt: not seen before it first asks or wants a touch, then `asking` → `waiting` → `touch` → … until it
 * ends. Once ended, everything else does nothing, and a question is answered with no.
 */
export interface OpenPrompt {
  /**
   * Undefined: denied, by the person, by silence, or because the signal fired. Afterwards it is `waiting`: whoever asked says
   * how it goes on. One question at a time.
   */
  ask(question: PromptQuestion, signal: AbortSignal): Promise<Allowed | undefined>;
  /** Something else is being done; seen only if the prompt has been seen before. */
  waiting(status?: string): void;
  /** The key blinks, or Windows asks. `shown` takes the place of the subject's while it does. */
  touch(shown?: TouchShown): void;
  /** It is done: said for a moment, then gone. */
  done(status?: string): void;
  /** It has failed: said until it is closed, or for some seconds, then gone. */
  fail(what: string): void;
  /** Gone at once. */
  close(): void;
}
