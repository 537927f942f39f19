/** How the window asks and tells in a drill: one prompt for its PIN and each of its touches, whatever the targets. */
import type { DrillEvent, DrillPeople } from '../glasskey-drill.ts';
import type { Texts } from '../texts/texts.ts';
import { pinQuestion } from './key-questions.ts';
import type { OpenPrompt } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';
import { signingChain } from './signing-chain.ts';
import { signingSentence } from './signing-sentence.ts';

export interface DrillWork {
  readonly tell: (event: DrillEvent) => void;
  readonly cancel: () => void;
}

export interface DesktopDrillPeople extends DrillPeople {
  /** The drill is over: nothing is waited for any more. Safe to call more than once. */
  end(): void;
}

export function drillPeople(desk: PromptDesk, texts: Texts, { tell, cancel }: DrillWork): DesktopDrillPeople {
  let prompt: OpenPrompt | undefined;
  const opened = (systemAsks = false): OpenPrompt => {
    prompt ??= desk.open({
      title: texts.say('drill.prompt-title'),
      sentences: [texts.say(systemAsks ? 'drill.prompt-sentence-system' : 'drill.prompt-sentence')],
      cancel,
    });
    return prompt;
  };
  const end = () => {
    prompt?.close();
    prompt = undefined;
  };
  return {
    end,
    async signingPin({ why, product, triesLeft }, signal) {
      const asked = { product, triesLeft, wasWrong: why === 'wrong', wasReplugged: why === 'replugged' };
      const allowed = await opened().ask(pinQuestion(texts, asked), signal);
      if (allowed?.pin === undefined) end();
      return allowed?.pin;
    },
    touchWanted(_, facts) {
      const { systemAsks } = facts;
      const sentences = [signingSentence(texts, facts)];
      opened(systemAsks).touch({ sentences, chain: signingChain(texts, facts), systemAsks });
    },
    touchDone() {
      prompt?.waiting(texts.say('drill.prompt-next'));
    },
    remark: () => {},
    tellDrill: tell,
  };
}
