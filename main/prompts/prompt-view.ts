/** A prompt as its window draws it: finished sentences, and nothing left to decide. */
import type { PromptView } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import { buttonsOf, DENIAL_TOLD_MS, type Entry, PAUSE_MS, timeOf } from './prompt-entry.ts';

export interface PromptViewWorld {
  readonly texts: Texts;
  readonly now: number;
  /** The prompt whose key blinks, if any does. */
  readonly blinking: Entry | undefined;
}

export function promptView(entry: Entry, world: PromptViewWorld): PromptView {
  const { id, subject, question, problem } = entry;
  const state = entry.state === 'unseen' ? 'waiting' : entry.state;
  const left = entry.timer === undefined ? timeOf(entry) : entry.timer.endsAt - world.now;
  return {
    id,
    title: subject.title,
    sentences: [...entry.sentences],
    ...(entry.chain === undefined ? {} : { chain: entry.chain }),
    state,
    status: statusOf(entry, world),
    ...(question?.field === undefined ? {} : { field: question.field }),
    rules: [...(question?.rules ?? [])],
    ...(problem === undefined ? {} : { problem }),
    buttons: buttonsOf(entry, world.texts),
    pauseMs: PAUSE_MS,
    showing: entry.showings,
    ...(state === 'asking' && left !== undefined ? { deniedInMs: Math.max(left, 0) } : {}),
  };
}

/**
 * Where the key blinks for somebody else meanwhile, it is said: a touch is never wanted without saying what for. So is a denial
 * that is near, in words that stay the same until it comes: a screen reader says them once.
 */
function statusOf(entry: Entry, { texts, blinking }: PromptViewWorld): string {
  if (entry.state !== 'asking') return entry.status;
  return [
    ...(blinking === undefined ? [] : [otherTouch(blinking, texts)]),
    ...(entry.timer?.isNear ? [texts.say('prompt.denied-soon', { seconds: DENIAL_TOLD_MS / 1000 })] : []),
  ].join(' ');
}

function otherTouch({ systemAsks, sentences }: Entry, texts: Texts): string {
  const purpose = sentences.join(' ');
  return texts.say(systemAsks ? 'prompt.system-asks-other' : 'prompt.touch-other', { purpose });
}
