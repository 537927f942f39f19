/** Recovering keys from a security key in the window: the run with its steps, and which of several are taken. */
import { cancelled } from '../../diagnostics/glasskey-error.ts';
import type { RecoveredKey } from '../enrollment/recover.ts';
import type { RecoverableKey } from '../enrollment/recovery-people.ts';
import type { Glasskey } from '../glasskey.ts';
import type { RecoverReport } from '../glasskey-recovery.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import { recoveryPrompts } from '../prompts/recovery-people.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { RecoverableKeyView, RecoveryReportView } from './contract.ts';
import { shownName } from './shown-name.ts';

export interface RecoveryCallsWorld {
  readonly glasskey: Pick<Glasskey, 'recover'>;
  readonly desk: PromptDesk;
  readonly texts: Texts;
  readonly tell: Tell;
  /** Keys were written: the resident agent offers them from now on. */
  readonly enrolled: () => void;
}

export function recoveryCalls(world: RecoveryCallsWorld): Pick<CallHandlers, 'recovery.run' | 'recovery.choose'> {
  const { glasskey, desk, texts, tell, enrolled } = world;
  /** Of the run that waits for a choice; there is one recovery at a time (the journal's lock). */
  let choosing: ((ids: readonly string[]) => void) | undefined;
  const chosen = (signal: AbortSignal): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const stop = () => reject(cancelled('The recovery'));
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      choosing = resolve;
    });

  return {
    async 'recovery.run'({ key, looksAtProfile }, { signal, progress }) {
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const people = recoveryPrompts(desk, texts, {
        step: progress,
        cancel: () => stop.abort(),
        async choose(keys) {
          progress({ kind: 'choice-wanted', keys: keys.map(recoverableKeyView) });
          try {
            return await chosen(either);
          } finally {
            choosing = undefined;
          }
        },
      });
      try {
        const choices = { keys: 'ask', looksAtProfile, device: key, applications: [] } as const;
        return reportView(await glasskey.recover(choices, people, either));
      } finally {
        people.end();
        enrolled();
        tell('readiness.changed', {});
        tell('keys.changed', {});
      }
    },
    'recovery.choose'({ ids }) {
      const taken = choosing !== undefined;
      choosing?.(ids);
      return { taken };
    },
  };
}

export function recoverableKeyView(key: RecoverableKey): RecoverableKeyView {
  const { id, fingerprint, algorithm, userName, verifyRequired, onProfile, enrolled } = key;
  return {
    id,
    fingerprint,
    algorithm,
    ...(userName === undefined ? {} : { userName: shownName(userName) }),
    verifyRequired,
    ...(onProfile === undefined ? {} : { onProfile }),
    enrolled,
  };
}

function reportView({ product, profile, keys, unusable }: RecoverReport): RecoveryReportView {
  return {
    ...(product === undefined ? {} : { product }),
    ...(profile === undefined ? {} : { profile: { account: profile.account, isEmpty: profile.isEmpty } }),
    keys: keys.map(recoveredKeyView),
    unusable: unusable.map(({ application, userName, why }) => ({
      application: shownName(application),
      why,
      ...(userName === undefined ? {} : { userName: shownName(userName) }),
    })),
  };
}

function recoveredKeyView(key: RecoveredKey): RecoveryReportView['keys'][number] {
  const { outcome, keyFile, inTheWay } = key;
  return {
    ...recoverableKeyView(key),
    outcome,
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(inTheWay === undefined ? {} : { inTheWay }),
  };
}
