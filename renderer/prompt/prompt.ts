/** The prompt window's document: composition only. */
import { call, onEvent } from './contract-calls.ts';
import { PromptPage } from './prompt-page.ts';

const page = new PromptPage({
  answer: (id, answer) => call('prompts.answer', { id, answer }),
  // A window that cannot be fitted scrolls.
  fit: (height) => void call('prompts.fit', { height }).catch(() => {}),
});

let isTold = false;
onEvent('prompts.changed', (queue) => {
  isTold = true;
  page.show(queue);
});
call('prompts.show', {}).then(
  (queue) => {
    // What was told meanwhile may be newer than this answer.
    if (!isTold) page.show(queue);
  },
  () => {},
);
addEventListener('pagehide', () => page.clear());
