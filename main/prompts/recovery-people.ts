/** How the window asks and tells while keys are recovered: the PIN by a prompt, what else there is to do by the screen that began it. */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { RecoverableKey } from '../enrollment/recovery-people.ts';
import type { GlasskeyRecoveryPeople } from '../glasskey-recovery.ts';
import type { RecoveryStep } from '../ipc/contract.ts';
import { crossedError } from '../ipc/crossed-error.ts';
import type { Texts } from '../texts/texts.ts';
import { pinQuestion } from './key-questions.ts';
import type { OpenPrompt } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';

export interface RecoveryWork {
  /** Each step as it happens: the progress of `recovery.run`. */
  readonly step: (step: RecoveryStep) => void;
  /** Which of several: chosen in the window. */
  readonly choose: (keys: readonly RecoverableKey[], signal: AbortSignal) => Promise<readonly string[]>;
  readonly cancel: () => void;
}

export interface RecoveryPrompts extends GlasskeyRecoveryPeople {
  /** The work is over: its prompt goes. Safe to call more than once. */
  end(): void;
}

export function recoveryPrompts(
  desk: PromptDesk,
  texts: Texts,
  { step, choose, cancel }: RecoveryWork,
): RecoveryPrompts {
  let prompt: OpenPrompt | undefined;
  const end = () => {
    prompt?.close();
    prompt = undefined;
  };
  return {
    end,
    async requestPin(question, signal) {
      step({ kind: 'pin-wanted' });
      prompt ??= desk.open({
        title: texts.say('prompt.recovery-title'),
        sentences: [texts.say('prompt.recovery-sentence', { product: question.product })],
        cancel,
      });
      const allowed = await prompt.ask(pinQuestion(texts, question), signal);
      if (allowed?.pin === undefined) {
        end();
        throw cancelled('The recovery');
      }
      step({ kind: 'pin-given' });
      return allowed.pin;
    },
    chooseKeys: choose,
    // Key files are taken in on the command line.
    requestPassphrase: () => Promise.reject(cancelled('The recovery')),
    signInWanted(url) {
      end();
      step({ kind: 'sign-in-wanted', ...(url === undefined ? {} : { url }) });
    },
    tell(event) {
      if (event.kind === 'key-busy') prompt?.waiting(texts.say('prompt.key-busy'));
      else if (event.kind === 'keys-listed') end();
      if (event.kind === 'key-found') return;
      step(event.kind === 'profile-unknown' ? { kind: event.kind, error: crossedError(event.error, texts) } : event);
    },
  };
}
