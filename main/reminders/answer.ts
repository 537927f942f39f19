/** What an owner answers to a reminder, as it is kept. `before`: the last answer to this very occurrence. */
import type { Answer } from './delivery.ts';
import type { Reminder, Stage } from './reminder.ts';

interface Asked {
  readonly reminder: Pick<Reminder, 'id' | 'since'>;
  readonly stage: Pick<Stage, 'severity'>;
  readonly before: Answer | undefined;
  readonly now: number;
}

/** To be told once more at `until`, or when it becomes critical. */
export function snooze(asked: Asked, until: number): Answer {
  const common = commonOf(asked);
  return { ...common, kind: 'snoozed', until, round: common.round + 1 };
}

/** Not to be told unless it becomes more pressing, or its cause another. */
export function dismiss(asked: Asked, because: string): Answer {
  return { ...commonOf(asked), kind: 'dismissed', because };
}

/** As if nothing had been answered. A snooze that had not ended yet has never been: what was told before it stays told. */
export function restore(asked: Asked): Answer {
  const { before, now } = asked;
  const isUnended = before?.kind === 'snoozed' && before.until > now;
  const common = commonOf(asked);
  return { ...common, kind: 'restored', round: common.round - (isUnended ? 1 : 0) };
}

function commonOf({ reminder: { id, since }, stage: { severity }, before, now }: Asked) {
  return { id, since, severity, at: now, round: before?.round ?? 0 };
}
