/** Test only: a person at the prompt window, over a clock that stands until it is moved. */
import type { PromptView } from '../../../main/ipc/contract.ts';
import { PromptDesk } from '../../../main/prompts/prompt-desk.ts';
import { PAUSE_MS } from '../../../main/prompts/prompt-entry.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';

export const texts = textsFor(['en']);

export class Person {
  readonly clock = new ManualClock();
  readonly desk = new PromptDesk({ clock: this.clock, texts });

  /** What is drawn. Throws where nothing is. */
  get sees(): PromptView {
    const [prompt] = this.desk.view().prompts;
    if (prompt === undefined) throw new Error('nothing is drawn');
    return prompt;
  }

  get seesNothing(): boolean {
    return this.desk.view().prompts.length === 0;
  }

  /** Presses a button, after the pause. */
  async press(answer: 'once' | 'session' | 'deny' | 'cancel', typed?: string): Promise<void> {
    await this.clock.pass(PAUSE_MS);
    const pin = typed === undefined ? {} : { pin: new TextEncoder().encode(typed) };
    const { id } = this.sees;
    if (answer === 'once' || answer === 'session') this.desk.answer(id, { kind: 'allow', keep: answer, ...pin });
    else this.desk.answer(id, { kind: answer });
    await settle();
  }
}
