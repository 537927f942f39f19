/** One prompt as the desk keeps it, and what follows from its state alone. */
import { DENIED_AFTER_MS } from '../agent/question-limits.ts';
import type { PromptView } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import type { Allowed, PromptQuestion, PromptSubject } from './prompt.ts';

/** Whoever types or clicks while a prompt comes up did not mean it. */
export const PAUSE_MS = 700;
/** A denial is announced so long before, once; renderer/prompt/denial-countdown.ts shows it for as long (SHOWN_FOR_MS). */
export const DENIAL_TOLD_MS = 15_000;
export const DONE_MS = 1_200;
export const FAILED_MS = 10_000;

export type State = 'unseen' | PromptView['state'];

export interface Entry {
  readonly id: string;
  readonly subject: PromptSubject;
  state: State;
  status: string;
  sentences: readonly string[];
  chain: PromptView['chain'];
  problem: string | undefined;
  question: PromptQuestion | undefined;
  settle: ((allowed: Allowed | undefined) => void) | undefined;
  /** Since when it has been drawn: one that comes back has its pause again. Undefined while nobody can see it. */
  seenAt: number | undefined;
  /** How often it has come to be seen. */
  showings: number;
  isCancelled: boolean;
  /** Of `touch`: the system's own dialog asks for it, and for the PIN. */
  systemAsks: boolean;
  /** `isNear`: its end has been announced. */
  timer: { readonly endsAt: number; isNear: boolean; readonly stop: () => void } | undefined;
}

export function isOver(state: State): boolean {
  return state === 'done' || state === 'failed';
}

/** To what a drawn one gives way: what is over, to a key that blinks; what nobody has to answer, to what has to be answered. */
export function givesWay({ state }: Entry, first: (state: State) => Entry | undefined): boolean {
  switch (state) {
    case 'asking':
    case 'touch':
      return false;
    case 'done':
      return first('touch') !== undefined;
    case 'failed':
      return first('touch') !== undefined || first('asking') !== undefined;
    case 'waiting':
    case 'unseen':
      return true;
    default:
      return state satisfies never;
  }
}

/** How long it may stay as it is while it is drawn. */
export function timeOf({ state, question }: Entry): number | undefined {
  if (state === 'asking') return question?.deniedAfterMs ?? DENIED_AFTER_MS;
  if (state === 'done') return DONE_MS;
  return state === 'failed' ? FAILED_MS : undefined;
}

/** In the order they stand: the ways to allow, then no. */
export function buttonsOf({ state, question, isCancelled }: Entry, texts: Texts): PromptView['buttons'] {
  const needsField = question?.field !== undefined;
  switch (state) {
    case 'asking':
      return [
        ...(question?.buttons ?? []).map((button) => ({ ...button, needsField })),
        {
          answer: 'deny',
          label: question?.denyLabel ?? texts.say(needsField ? 'prompt.cancel' : 'prompt.deny'),
          needsField: false,
        },
      ];
    case 'waiting':
    case 'touch':
      if (isCancelled) return [];
      return [{ answer: 'cancel', label: texts.say('prompt.cancel'), needsField: false }];
    case 'failed':
      return [{ answer: 'cancel', label: texts.say('prompt.close'), needsField: false }];
    case 'unseen':
    case 'done':
      return [];
    default:
      return state satisfies never;
  }
}
