/**
 * How the window asks and tells: Glasskey's people over the prompt desk, for one piece of work (an enrollment, a publication, a
 * session). One piece of work is one prompt: PIN, waiting, touch for touch, done. Requests of foreign programs to the resident
 * agent are asked in agent-request-prompt.ts.
 */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import type { EnrollStep } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import { newPinQuestion, pinQuestion, replaceQuestion, replaceSubject } from './key-questions.ts';
import type { OpenPrompt, PromptSubject } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';
import { signingSentence, wayOf } from './signing-sentence.ts';

/** What the work is, and who else is told of it. */
export type DesktopWork =
  | {
      readonly kind: 'enrollment' | 'publication';
      /** Each step as it happens: the progress of `enroll.run` and `publish.run`. */
      readonly step: (step: EnrollStep) => void;
      /** Ends the work: the person pressed Cancel in a prompt. */
      readonly cancel: () => void;
    }
  | {
      readonly kind: 'session';
      readonly user: string;
      /** `user@host:port`. */
      readonly device: string;
      /** The jump hosts in order, likewise. */
      readonly jumps: readonly string[];
      readonly cancel: () => void;
    };

export interface DesktopPeople extends GlasskeyPeople {
  /**
   * The work, or the login, is over. `done` is said for a moment; after `failed` the prompt goes at once, because the window that
   * began the work says why. Safe to call more than once. A session's people go on: should the key be wanted again, a new prompt opens.
   */
  end(how: 'done' | 'failed'): void;
}

export function desktopPeople(desk: PromptDesk, texts: Texts, work: DesktopWork): DesktopPeople {
  const step = (given: EnrollStep) => {
    if (work.kind !== 'session') work.step(given);
  };
  /** Of a login: one for each hop. Once it is through, each further one (the agent is forwarded) is a prompt of its own. */
  let touchesToCome = work.kind === 'session' ? work.jumps.length + 1 : 1;
  const subject = subjectOf(work, texts);
  let prompt: OpenPrompt | undefined;
  const opened = (): OpenPrompt => {
    prompt ??= desk.open(subject);
    return prompt;
  };
  const end = (how: 'done' | 'failed') => {
    if (how === 'done') {
      prompt?.done(doneText(work, texts));
      touchesToCome = 1;
    } else prompt?.close();
    prompt = undefined;
  };

  const askPin = async (question: Parameters<typeof pinQuestion>[1], signal: AbortSignal): Promise<Pin | undefined> => {
    step({ kind: 'pin-wanted', isNew: false });
    const allowed = await opened().ask(pinQuestion(texts, question), signal);
    if (allowed?.pin === undefined) end('failed');
    else step({ kind: 'pin-given' });
    return allowed?.pin;
  };

  return {
    end,

    async requestPin({ product, triesLeft, wasWrong }, signal) {
      const pin = await askPin({ product, triesLeft, wasWrong }, signal);
      if (pin === undefined) throw cancelled('The enrollment');
      return pin;
    },

    async requestNewPin(question, signal) {
      step({ kind: 'pin-wanted', isNew: true });
      const allowed = await opened().ask(newPinQuestion(texts, question), signal);
      if (allowed?.pin === undefined) {
        end('failed');
        throw cancelled('The enrollment');
      }
      step({ kind: 'pin-given' });
      return allowed.pin;
    },

    async mayReplaceProfileKey(conflict, signal) {
      // A question of its own, in a prompt of its own: it gets its own pause.
      const asked = desk.open(replaceSubject(texts, conflict, work.cancel));
      try {
        return (await asked.ask(replaceQuestion(texts), signal)) !== undefined;
      } finally {
        asked.close();
      }
    },

    tell(event) {
      if (event.kind === 'touch-wanted') opened().touch();
      else if (event.kind === 'touched') prompt?.waiting(texts.say('prompt.touched'));
      else if (event.kind === 'key-busy') prompt?.waiting(texts.say('prompt.key-busy'));
      else if (event.kind === 'credential-made') end('done');
      step(stepOf(event));
    },

    signInWanted(url) {
      prompt?.close();
      prompt = undefined;
      step({ kind: 'sign-in-wanted', ...(url === undefined ? {} : { url }) });
    },

    signingPin: ({ why, product, triesLeft }, signal) =>
      askPin({ product, triesLeft, wasWrong: why === 'wrong' }, signal),

    touchWanted(_, facts) {
      opened().touch([signingSentence(texts, facts)]);
    },

    touchDone(how) {
      if (how === 'signed') touchesToCome -= 1;
      if (touchesToCome <= 0) end('done');
      else prompt?.waiting(work.kind === 'session' ? texts.say('prompt.logging-in') : undefined);
    },

    remark(text) {
      step({ kind: 'remark', text });
    },
  };
}

function subjectOf(work: DesktopWork, texts: Texts): PromptSubject {
  const { cancel } = work;
  if (work.kind !== 'session') {
    return {
      title: texts.say('prompt.enroll-title'),
      sentences: [texts.say('prompt.enroll-sentence')],
      cancel,
    };
  }
  const { user, jumps } = work;
  const device = hostOf(work.device);
  const way = wayOf(texts, jumps.map(hostOf));
  return {
    title: texts.say('prompt.session-title', { device }),
    sentences: [
      texts.say('prompt.session-sentence', { user, device, ...way }),
      texts.say('prompt.session-touches', { touches: jumps.length + 1 }),
    ],
    cancel,
  };
}

/** Without the user, who is named apart. */
function hostOf(spec: string): string {
  return spec.slice(spec.lastIndexOf('@') + 1);
}

function doneText(work: DesktopWork, texts: Texts): string {
  return work.kind === 'session' ? texts.say('prompt.session-done') : texts.say('prompt.enroll-done');
}

/** The contract's step leaves out what is not there. */
function stepOf(event: Parameters<GlasskeyPeople['tell']>[0]): EnrollStep {
  if (event.kind === 'attestation') {
    const { kind, verdict, issuer } = event;
    return { kind, verdict, ...(issuer === undefined ? {} : { issuer }) };
  }
  return event.kind === 'files-written' ? { ...event, keptOld: [...event.keptOld] } : event;
}
