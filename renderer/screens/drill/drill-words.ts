/** What the steps of a drill are called, and how long they took. */
import type { DrillStepView, DrillView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

type Say = WindowTexts['say'];

/** What is so where the step has passed, or is not where it has failed. Of a host: the host first, as in "ops@jump answers". */
export function stepWords(
  { step, hop, state }: Pick<DrillStepView, 'step' | 'hop'> & { readonly state?: DrillStepView['state'] },
  say: Say,
): string {
  const words = state === 'failed' ? say(`drill.failed-${step}`) : say(`drill.step-${step}`);
  return hop === undefined ? words : `${hop} ${words}`;
}

/** In milliseconds below a second, in seconds with one digit above. */
export function timeWords(ms: number, say: Say): string {
  return ms < 1000
    ? say('drill.ms', { ms: Math.round(ms) })
    : say('drill.seconds', { seconds: Math.round(ms / 100) / 10 });
}

export interface HopTime {
  readonly hop: string;
  readonly ms: number;
}

/** How long each host on the way took, in its order. */
export function hopTimes({ steps }: Pick<DrillView, 'steps'>): readonly HopTime[] {
  const times = new Map<string, number>();
  for (const { hop, ms } of steps) if (hop !== undefined) times.set(hop, (times.get(hop) ?? 0) + ms);
  return [...times].filter(([, ms]) => ms > 0).map(([hop, ms]) => ({ hop, ms }));
}
