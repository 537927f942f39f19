/** What the prompt window asks and answers. It learns of changes by `prompts.changed`. */
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import type { CallHandlers, Tell } from './call-server.ts';

export interface PromptCallsWorld {
  readonly desk: Pick<PromptDesk, 'view' | 'answer' | 'onChange'>;
  readonly tell: Tell;
  /** The document needs so many CSS pixels. */
  readonly fit: (height: number) => void;
}

type PromptCall = 'prompts.show' | 'prompts.answer' | 'prompts.fit';

export function promptCalls({ desk, tell, fit: fitWindow }: PromptCallsWorld): Pick<CallHandlers, PromptCall> {
  desk.onChange(() => tell('prompts.changed', desk.view()));
  return {
    'prompts.show': () => desk.view(),
    'prompts.answer'({ id, answer }) {
      desk.answer(id, answer);
      return {};
    },
    'prompts.fit'({ height }) {
      fitWindow(height);
      return {};
    },
  };
}
