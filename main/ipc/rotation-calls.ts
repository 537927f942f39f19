/** Replacing the key in the window: how it stands, from the disk alone, and each next step with its progress. */
import type { Glasskey } from '../glasskey.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import { rotationPeople } from '../prompts/rotation-people.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';

export interface RotationCallsWorld {
  readonly glasskey: Pick<Glasskey, 'status' | 'rotate' | 'giveUpRotation'>;
  readonly desk: PromptDesk;
  readonly texts: Texts;
  readonly tell: Tell;
  /** A key was made, or went: the resident agent offers what there is from now on. */
  readonly enrolled: () => void;
  readonly now: () => number;
}

export function rotationCalls(world: RotationCallsWorld): Pick<CallHandlers, 'rotation.get' | 'rotation.run'> {
  const { glasskey, desk, texts, tell, enrolled, now } = world;
  return {
    async 'rotation.get'() {
      const { rotation, enrollments } = await glasskey.status();
      const published = enrollments.find(({ state, replacedAt }) => state === 'published' && replacedAt === undefined);
      return {
        ...(rotation === undefined ? {} : { rotation }),
        ...(published === undefined ? {} : { published }),
        now: now(),
      };
    },
    async 'rotation.run'({ step, device }, { signal, progress }) {
      const stop = new AbortController();
      const people = rotationPeople(desk, texts, { step: progress, cancel: () => stop.abort() });
      const either = AbortSignal.any([signal, stop.signal]);
      try {
        const { did } =
          step === 'next'
            ? await glasskey.rotate({ algorithm: undefined, device }, people, either)
            : await glasskey.giveUpRotation({ device, lost: false }, people, either);
        return { did };
      } finally {
        people.end('failed');
        enrolled();
        tell('readiness.changed', {});
        tell('keys.changed', {});
      }
    },
  };
}
