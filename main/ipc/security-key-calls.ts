/** Managing the security keys that are plugged in: what they are, their PINs, what they hold, their settings, their reset. */
import { asGlasskeyError, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Glasskey } from '../glasskey.ts';
import type { SecurityKeys } from '../glasskey-security-keys.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import { securityKeyPrompts } from '../prompts/security-key-people.ts';
import type { ConsentQuestion, SecurityKeyPeople } from '../security-keys/people.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallContext, CallHandlers, Tell } from './call-server.ts';
import type { AttestationView, CallName } from './contract.ts';
import { keyWayView } from './key-way-view.ts';
import {
  attestationView,
  credentialListView,
  credentialView,
  type EnrollmentFacts,
  fingerprintView,
  resetLossView,
  securityKeyView,
} from './security-key-views.ts';

export interface SecurityKeyCallsWorld {
  readonly glasskey: Pick<Glasskey, 'status' | 'securityKeys' | 'attestation' | 'keyWay'>;
  readonly desk: PromptDesk;
  readonly texts: Texts;
  readonly tell: Tell;
  /** Windows Settings, at its page for security keys. */
  readonly openKeySettings: () => Promise<void>;
}

type SecurityKeyCall = Extract<CallName, `${'keys' | 'pin' | 'credentials' | 'fingerprints'}.${string}`>;

/** A reset that waits for the word. */
interface AwaitedConsent {
  readonly key: string;
  readonly answer: (typed: string) => void;
}

export function securityKeyCalls(world: SecurityKeyCallsWorld): Pick<CallHandlers, SecurityKeyCall> {
  const { glasskey, desk, texts, tell, openKeySettings } = world;
  /** One piece of work at a time, whatever the windows ask for: each has prompts of its own, and there is one person. */
  let isAtWork = false;
  let awaited: AwaitedConsent | undefined;

  const work = async <T>(
    { signal, progress }: Pick<CallContext<'keys.reset'>, 'signal' | 'progress'>,
    agree: (question: ConsentQuestion, signal: AbortSignal) => Promise<boolean>,
    doIt: (keys: SecurityKeys, people: SecurityKeyPeople, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    if (isAtWork) throw underWay();
    isAtWork = true;
    const stop = new AbortController();
    const people = securityKeyPrompts(desk, texts, { step: progress, agree, cancel: () => stop.abort() });
    try {
      return await doIt(await glasskey.securityKeys(), people, AbortSignal.any([signal, stop.signal]));
    } finally {
      isAtWork = false;
      people.end();
      tell('keys.changed', {});
      tell('readiness.changed', {});
    }
  };
  const enrollmentFacts = async (): Promise<EnrollmentFacts> => {
    const { enrollments } = await glasskey.status();
    const facts = new Map<string, ReturnType<EnrollmentFacts>>();
    for (const { id, createdAt, fingerprint } of enrollments) {
      facts.set(id, { createdAt, ...(fingerprint === undefined ? {} : { attestation: await attestationOf(id) }) });
    }
    return (id) => facts.get(id) ?? {};
  };
  /** That it cannot be told is no reason to hide the credential. */
  const attestationOf = async (id: string): Promise<AttestationView | undefined> => {
    try {
      return attestationView(await glasskey.attestation(id, 'enrolled'));
    } catch (thrown) {
      return asGlasskeyError(thrown).code === 'ATTESTATION_FORGED' ? { verdict: 'forged' } : undefined;
    }
  };

  return {
    async 'keys.list'(_, { signal }) {
      const keyWay = await glasskey.keyWay();
      const keys = keyWay?.way === 'windows' ? [] : await (await glasskey.securityKeys()).list(signal);
      return { keys: keys.map((key) => securityKeyView(key, texts)), ...keyWayView(keyWay) };
    },
    async 'keys.open-settings'() {
      await openKeySettings();
      return {};
    },
    async 'keys.wink'({ key }, { signal }) {
      // It asks nobody anything.
      const people = securityKeyPrompts(desk, texts, { step: () => {}, agree: toNothing, cancel: () => {} });
      await (await glasskey.securityKeys()).wink(key, people, signal);
      return {};
    },
    async 'keys.configure'({ key, change }, context) {
      await work(context, asRaised(change), (keys, people, signal) =>
        'alwaysUv' in change
          ? keys.setAlwaysUv(key, change.alwaysUv, people, signal)
          : keys.setMinPinLength(key, change.minPinLength, people, signal),
      );
      return {};
    },
    async 'keys.reset'({ key }, context) {
      const agree = async (question: ConsentQuestion, signal: AbortSignal) => {
        if (question.kind !== 'reset') return false;
        const { loss, windowSeconds } = question;
        context.progress({ kind: 'consent-wanted', loss: resetLossView(loss, await enrollmentFacts()), windowSeconds });
        try {
          return isWord(await typedFor(key, signal), texts.say('keys.reset-word'));
        } finally {
          awaited = undefined;
        }
      };
      await work(context, agree, (keys, people, signal) => keys.reset(key, people, signal));
      return {};
    },
    'keys.agree'({ key, consent }) {
      const taken = awaited !== undefined && awaited.key === key;
      if (taken) awaited?.answer(consent);
      return { taken };
    },

    async 'pin.set'({ key }, context) {
      await work(context, toNothing, (keys, people, signal) => keys.setPin(key, people, signal));
      return {};
    },
    async 'pin.change'({ key }, context) {
      await work(context, toNothing, (keys, people, signal) => keys.changePin(key, people, signal));
      return {};
    },

    async 'credentials.list'({ key }, context) {
      const list = await work(context, toNothing, (keys, people, signal) => keys.credentials(key, people, signal));
      return credentialListView(list, await enrollmentFacts());
    },
    async 'credentials.rename'({ key, credential, name }, context) {
      const renamed = await work(context, toNothing, (keys, people, signal) =>
        keys.renameCredential(key, credential, name, people, signal),
      );
      return { credential: credentialView(renamed, await enrollmentFacts()) };
    },
    async 'credentials.delete'({ key, credential, consent }, context) {
      const agree = async (question: ConsentQuestion) =>
        question.kind === 'delete-credential' &&
        question.credential.credentialId === credential &&
        (question.typed === undefined || isWord(consent ?? '', texts.say('keys.delete-word')));
      await work(context, agree, (keys, people, signal) => keys.deleteCredential(key, credential, people, signal));
      return {};
    },

    async 'fingerprints.list'({ key }, context) {
      const { fingerprints, longestName } = await work(context, toNothing, (keys, people, signal) =>
        keys.fingerprints(key, people, signal),
      );
      return {
        fingerprints: fingerprints.map(fingerprintView),
        ...(longestName === undefined ? {} : { longestName }),
      };
    },
    async 'fingerprints.enroll'({ key, name }, context) {
      const made = await work(context, toNothing, (keys, people, signal) =>
        keys.enrollFingerprint(key, name, people, signal),
      );
      return { fingerprint: fingerprintView(made) };
    },
    async 'fingerprints.rename'({ key, fingerprint, name }, context) {
      const renamed = await work(context, toNothing, (keys, people, signal) =>
        keys.renameFingerprint(key, fingerprint, name, people, signal),
      );
      return { fingerprint: fingerprintView(renamed) };
    },
    async 'fingerprints.remove'({ key, fingerprint }, context) {
      const agree = async (question: ConsentQuestion) =>
        question.kind === 'remove-fingerprint' && question.fingerprint.id === fingerprint;
      await work(context, agree, (keys, people, signal) => keys.removeFingerprint(key, fingerprint, people, signal));
      return {};
    },
  };

  function typedFor(key: string, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(cancelled('The reset'));
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      awaited = {
        key,
        answer: (typed) => {
          signal.removeEventListener('abort', stop);
          resolve(typed);
        },
      };
    });
  }
}

/** Of what takes nothing away. */
async function toNothing(): Promise<boolean> {
  return false;
}

/** The window has asked before the call. */
function asRaised(change: { readonly alwaysUv: boolean } | { readonly minPinLength: number }) {
  return async (question: ConsentQuestion) =>
    question.kind === 'raise-min-pin-length' && 'minPinLength' in change && question.to === change.minPinLength;
}

function isWord(typed: string, word: string): boolean {
  return typed.trim().toLowerCase() === word.toLowerCase();
}

function underWay(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_WORK_UNDER_WAY',
    message: 'Something else is being done with a security key.',
    remedy: 'Finish or stop that first.',
  });
}
