/** Rehearsing logins in the window: one drill with its progress, and what was rehearsed before. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Glasskey } from '../glasskey.ts';
import type { DrillEvent } from '../glasskey-drill.ts';
import { drillPeople } from '../prompts/drill-people.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import type { DrillRecord, DrillStep } from '../storage/drill-store.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { DrillEventView, DrillStepView, DrillView } from './contract.ts';
import { crossedError } from './crossed-error.ts';

export interface DrillCallsWorld {
  readonly glasskey: Pick<Glasskey, 'drill' | 'drills'>;
  readonly desk: PromptDesk;
  readonly texts: Texts;
  readonly tell: Tell;
  readonly now: () => number;
}

/** How far back the picture of the results goes. */
const SHOWN_MS = 90 * 86_400_000;

export function drillCalls(world: DrillCallsWorld): Pick<CallHandlers, 'drill.run' | 'drill.list'> {
  const { glasskey, desk, texts, tell, now } = world;
  return {
    async 'drill.run'(request, { signal, progress }) {
      const stop = new AbortController();
      const people = drillPeople(desk, texts, {
        cancel: () => stop.abort(),
        tell: (event) => progress(eventView(event, texts)),
      });
      try {
        const drills = await glasskey.drill(request, people, AbortSignal.any([signal, stop.signal]));
        return { drills: drills.map((one) => drillView(one, texts)) };
      } finally {
        people.end();
        tell('drills.changed', {});
        tell('readiness.changed', {});
      }
    },
    async 'drill.list'() {
      const since = now() - SHOWN_MS;
      const drills = (await glasskey.drills()).filter(({ at }) => at >= since);
      return { drills: drills.map((one) => drillView(one, texts)), now: now() };
    },
  };
}

type Words = Pick<Texts, 'catalogue'>;

function drillView({ id, target, way, at, verdict, steps }: DrillRecord, texts: Words): DrillView {
  const { kind, hops } = way;
  return { id, target, way: { kind, hops: [...hops] }, at, verdict, steps: steps.map((one) => stepView(one, texts)) };
}

/** Whoever clicks is told no command line: the remedy is worded as that of an error that crosses. */
function stepView(step: DrillStep, texts: Words): DrillStepView {
  const { code, message, remedy } = step;
  if (code === undefined || message === undefined || remedy === undefined) return { ...step };
  return { ...step, remedy: crossedError(new GlasskeyError({ code, message, remedy }), texts).remedy };
}

function eventView(event: DrillEvent, texts: Words): DrillEventView {
  switch (event.kind) {
    case 'target':
      return { ...event, hops: [...event.hops] };
    case 'doing': {
      const { kind, target, step, hop } = event;
      return { kind, step, ...(target === undefined ? {} : { target }), ...(hop === undefined ? {} : { hop }) };
    }
    case 'done': {
      const { kind, target, step } = event;
      return { kind, step: stepView(step, texts), ...(target === undefined ? {} : { target }) };
    }
    default:
      return event satisfies never;
  }
}
