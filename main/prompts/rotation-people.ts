/** How the window asks and tells in a rotation: as in an enrollment, and before a key goes, in a prompt of its own. */
import type { GiveUpQuestion, RetireQuestion } from '../enrollment/rotation-people.ts';
import type { RotateKeyPeople } from '../glasskey-rotation.ts';
import type { EnrollStep } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import { type DesktopPeople, desktopPeople } from './desktop-people.ts';
import type { PromptQuestion, PromptSubject } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';

export interface RotationWork {
  readonly step: (step: EnrollStep) => void;
  readonly cancel: () => void;
}

export function rotationPeople(desk: PromptDesk, texts: Texts, work: RotationWork): DesktopPeople & RotateKeyPeople {
  const people = desktopPeople(desk, texts, { kind: 'enrollment', ...work });
  const agreed = async (subject: PromptSubject, question: PromptQuestion, signal: AbortSignal) => {
    const asked = desk.open(subject);
    try {
      return (await asked.ask(question, signal)) !== undefined;
    } finally {
      asked.close();
    }
  };
  const remark = (text: string) => work.step({ kind: 'remark', text });
  return {
    ...people,
    mayRetire: (question, signal) => agreed(retireSubject(texts, question, work.cancel), retireQuestion(texts), signal),
    mayGiveUp: (question, signal) => agreed(giveUpSubject(texts, question, work.cancel), giveUpQuestion(texts), signal),
    tellRotation(event) {
      switch (event.kind) {
        case 'files-moved':
          remark(texts.say('rotation.remark-moved', { file: event.keyFile }));
          for (const file of event.keptOld) remark(texts.say('rotation.remark-kept', { file }));
          return;
        case 'files-set-aside':
          for (const file of event.kept) remark(texts.say('rotation.remark-kept', { file }));
          return;
        case 'credential-deleted':
          return remark(texts.say('rotation.remark-deleted', { product: event.product }));
        case 'credential-gone':
          return remark(texts.say('rotation.remark-gone', { product: event.product }));
        case 'replacing':
        case 'retired':
          return;
        default:
          return event satisfies never;
      }
    },
  };
}

function retireSubject(texts: Texts, question: RetireQuestion, cancel: () => void): PromptSubject {
  const { which, product, fingerprint, keyFile, credential } = question;
  return {
    title: texts.say('prompt.retire-title', { which }),
    sentences: [
      texts.say('prompt.retire-key', { fingerprint: fingerprint ?? keyFile }),
      texts.say('prompt.retire-credential', { credential, product }),
      texts.say('prompt.retire-final'),
    ],
    cancel,
  };
}

function retireQuestion(texts: Texts): PromptQuestion {
  return { buttons: [{ answer: 'once', label: texts.say('prompt.retire-allow') }] };
}

function giveUpSubject(texts: Texts, { putsBack }: GiveUpQuestion, cancel: () => void): PromptSubject {
  return {
    title: texts.say('prompt.give-up-title'),
    sentences: [texts.say('prompt.give-up-sentence'), ...(putsBack ? [texts.say('prompt.give-up-puts-back')] : [])],
    cancel,
  };
}

function giveUpQuestion(texts: Texts): PromptQuestion {
  return { buttons: [{ answer: 'once', label: texts.say('prompt.give-up-allow') }] };
}
