/** How a request of a foreign program is asked: approval first, then the PIN where it is needed, then the touch, all in one prompt. */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { ApprovalPeople, ApprovalRequest } from '../agent/approving-keyring.ts';
import { KEPT_UNUSED_MS } from '../agent/session-grants.ts';
import { crossedError } from '../ipc/crossed-error.ts';
import type { ProductOf } from '../resident-agent.ts';
import type { Texts } from '../texts/texts.ts';
import { pinQuestion } from './key-questions.ts';
import type { AllowingButton, PromptQuestion } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';
import { signingChain } from './signing-chain.ts';
import { signingSentence, signingTitle } from './signing-sentence.ts';

export function agentRequestPrompts(desk: PromptDesk, texts: Texts, productOf: ProductOf): ApprovalPeople {
  return {
    begin(request, cancel) {
      const sentence = signingSentence(texts, request.facts, request.client);
      const prompt = desk.open({
        title: signingTitle(texts, request.facts),
        sentences: [sentence],
        chain: signingChain(texts, request.facts, request.client),
        isForeign: true,
        cancel,
      });
      return {
        async approve(signal) {
          const allowed = await prompt.ask(approval(texts, request), signal);
          if (allowed !== undefined) prompt.waiting(texts.say('prompt.agent-queue'));
          return allowed?.keep;
        },
        async signingPin({ why, credentialId, triesLeft }, signal) {
          const about = { product: productOf(credentialId), triesLeft };
          const question = { ...about, wasWrong: why === 'wrong', wasReplugged: why === 'replugged' };
          return (await prompt.ask(pinQuestion(texts, question), signal))?.pin;
        },
        keyBusy: () => prompt.waiting(texts.say('prompt.key-busy')),
        touchWanted: (_, { systemAsks }) => prompt.touch({ systemAsks }),
        touchDone: () => prompt.waiting(),
        end(how) {
          if (how === 'signed') prompt.done(texts.say('prompt.agent-done'));
          else if (how.kind === 'cancelled') prompt.close();
          else prompt.fail(failure(texts, how));
        },
      };
    },
  };
}

function approval(texts: Texts, { mayKeep }: ApprovalRequest): PromptQuestion {
  const once: AllowingButton = { answer: 'once', label: texts.say('prompt.agent-once') };
  if (!mayKeep) return { buttons: [once] };
  return {
    rules: [texts.say('prompt.agent-session-rule', { minutes: KEPT_UNUSED_MS / 60_000 })],
    buttons: [once, { answer: 'session', label: texts.say('prompt.agent-session') }],
  };
}

function failure(texts: Texts, error: GlasskeyError): string {
  const { message, remedy } = crossedError(error, texts);
  return `${message} ${remedy}`;
}
