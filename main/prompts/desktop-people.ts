/**
 * How the window asks and tells: Glasskey's people over the prompt desk, for one piece of work (an enrollment, a publication, a
 * session). One piece of work is one prompt: PIN, waiting, touch for touch, done. Requests of foreign programs to the resident
 * agent are asked in agent-request-prompts.ts.
 */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { SigningFacts } from '../agent/describe-signing.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import type { EnrollStep } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import { newPinQuestion, pinQuestion, replaceQuestion, replaceSubject } from './key-questions.ts';
import type { OpenPrompt, PromptSubject } from './prompt.ts';
import type { PromptDesk } from './prompt-desk.ts';
import { signingChain } from './signing-chain.ts';
import { signingSentence, signingTitle, wayOf } from './signing-sentence.ts';

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
      /** The saved name, where it is not the host's own. */
      readonly name?: string | undefined;
      /** `user@host`, with the port where it is not ssh's own. */
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
  let prompt: OpenPrompt | undefined;
  /** The login is through: what is wanted from now on comes from hosts that the agent is forwarded to, not from the plan. */
  let isThrough = false;
  /** `systemAsks` says how the first thing that is wanted is asked for; one piece of work goes one way. */
  const opened = (facts?: SigningFacts, systemAsks = facts?.systemAsks === true): OpenPrompt => {
    prompt ??= desk.open(
      isThrough && facts !== undefined
        ? forwardedSubject(texts, facts, work.cancel)
        : subjectOf(work, texts, systemAsks),
    );
    return prompt;
  };
  const end = (how: 'done' | 'failed') => {
    if (how === 'done') {
      prompt?.done(doneText(work, texts));
      touchesToCome = 1;
      isThrough = work.kind === 'session';
    } else prompt?.close();
    prompt = undefined;
  };

  const askPin = async (
    question: Parameters<typeof pinQuestion>[1],
    signal: AbortSignal,
    facts?: SigningFacts,
  ): Promise<Pin | undefined> => {
    step({ kind: 'pin-wanted', isNew: false });
    const allowed = await opened(facts).ask(pinQuestion(texts, question), signal);
    if (allowed?.pin === undefined) end('failed');
    else step({ kind: 'pin-given' });
    return allowed?.pin;
  };

  /** A prompt of its own, with the desk's own pause before it can be allowed, and its denial after silence. */
  const mayGoBeyondPlan: NonNullable<DesktopPeople['approveUnplanned']> = async (
    { reason, facts, client },
    signal,
  ): Promise<boolean> => {
    const stop = new AbortController();
    const sentences = [
      ...(reason === 'forwarded-way-new-host-key' ? [texts.say('prompt.agent-new-host-key')] : []),
      signingSentence(texts, facts, client),
    ];
    const cancel = () => stop.abort();
    const chain = signingChain(texts, facts, client);
    const asked = desk.open({ title: signingTitle(texts, facts), sentences, chain, isForeign: true, cancel });
    const buttons = [{ answer: 'once', label: texts.say('prompt.agent-once') }] as const;
    try {
      return (await asked.ask({ buttons }, AbortSignal.any([signal, stop.signal]))) !== undefined;
    } finally {
      asked.close();
    }
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
      if (event.kind === 'touch-wanted') opened(undefined, event.systemAsks).touch({ systemAsks: event.systemAsks });
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

    signingPin: ({ why, product, triesLeft, facts }, signal) =>
      askPin({ product, triesLeft, wasWrong: why === 'wrong', wasReplugged: why === 'replugged' }, signal, facts),

    touchWanted(_, facts) {
      const shownFacts = work.kind === 'session' ? withSavedName(facts, work, texts) : facts;
      const sentences = [signingSentence(texts, shownFacts)];
      opened(facts).touch({ sentences, chain: signingChain(texts, shownFacts), systemAsks: facts.systemAsks });
    },

    touchDone(how) {
      if (how === 'signed') touchesToCome -= 1;
      if (touchesToCome <= 0) end('done');
      // Nothing follows a forwarded one that came to nothing, so nothing else would take its prompt away.
      else if (isThrough) end('failed');
      else prompt?.waiting(work.kind === 'session' ? texts.say('prompt.logging-in') : undefined);
    },

    remark(text) {
      step({ kind: 'remark', text });
    },

    ...(work.kind === 'session' ? { approveUnplanned: (question, signal) => mayGoBeyondPlan(question, signal) } : {}),
  };
}

function subjectOf(work: DesktopWork, texts: Texts, systemAsks: boolean): PromptSubject {
  const { cancel } = work;
  if (work.kind !== 'session') {
    return {
      title: texts.say('prompt.enroll-title'),
      sentences: [texts.say(systemAsks ? 'prompt.enroll-sentence-system' : 'prompt.enroll-sentence')],
      cancel,
    };
  }
  const { name, device, jumps } = work;
  return {
    title: texts.say('prompt.session-title', { device: name ?? hostOf(device) }),
    sentences: [
      texts.say('prompt.session-sentence', {
        device: name === undefined ? device : texts.say('prompt.session-named', { name, device }),
        ...wayOf(texts, jumps),
      }),
      texts.say(systemAsks ? 'prompt.session-system-asks' : 'prompt.session-touches', { touches: jumps.length + 1 }),
    ],
    cancel,
  };
}

/** Of a login that a host wants to which the agent is forwarded: none of the plan's words, which would vouch for it. */
function forwardedSubject(texts: Texts, facts: SigningFacts, cancel: () => void): PromptSubject {
  const chain = signingChain(texts, facts);
  return { title: signingTitle(texts, facts), sentences: [signingSentence(texts, facts)], chain, cancel };
}

/** Without the user. */
function hostOf(spec: string): string {
  return spec.slice(spec.lastIndexOf('@') + 1);
}

type SessionWork = Extract<DesktopWork, { kind: 'session' }>;

/** Whoever connects to a saved device knows it by that name: it stands first, and the host with its fingerprint after it. */
function withSavedName(facts: SigningFacts, { name, device }: SessionWork, texts: Texts): SigningFacts {
  const { purpose } = facts;
  if (name === undefined || purpose.kind !== 'login' || purpose.host?.name === undefined) return facts;
  // A port other than ssh's own stands beside brackets in known_hosts, whatever the host is.
  const known = hostOf(device).replace(/^([^[\]:]+)(:\d+)$/, '[$1]$2');
  if (purpose.host.name.toLowerCase() !== known.toLowerCase()) return facts;
  const host = { ...purpose.host, name: texts.say('prompt.host-saved', { name, host: purpose.host.name }) };
  return { ...facts, purpose: { ...purpose, host } };
}

function doneText(work: DesktopWork, texts: Texts): string {
  return work.kind === 'session' ? texts.say('prompt.session-done') : texts.say('prompt.enroll-done');
}

/** The contract's step leaves out what is not there. */
function stepOf(event: Parameters<GlasskeyPeople['tell']>[0]): EnrollStep {
  switch (event.kind) {
    case 'key-found': {
      const { kind, product, firmware, model } = event;
      return { kind, product, firmware, ...(model === undefined ? {} : { model }) };
    }
    case 'key-notice': {
      const { kind, id, title, meaning, remedy, url } = event;
      return { kind, id, title, meaning, remedy, url };
    }
    case 'attestation': {
      const { kind, verdict, issuer, root, because } = event;
      return {
        kind,
        verdict,
        ...(issuer === undefined ? {} : { issuer }),
        ...(root === undefined ? {} : { root }),
        ...(because === undefined ? {} : { because }),
      };
    }
    case 'files-written':
      return { ...event, keptOld: [...event.keptOld] };
    default:
      return event;
  }
}
