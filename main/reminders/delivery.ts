/**
 * When a reminder is told, as a pure function of reminders, of what was told and answered, and of the time. Each stage of each
 * occurrence is told once; all that is not critical comes in one notification, an hour apart at least, and outside quiet hours.
 */
import { type QuietHours, quietUntil } from './quiet-hours.ts';
import { type Reminder, rankOf, type Severity, type Stage, stageAt } from './reminder.ts';

/** What was told, or is being told now. */
export interface Told {
  readonly id: string;
  readonly since: number;
  readonly severity: Severity;
  /** Of how many snoozes it was the next word: each that ends has it told once more. */
  readonly round: number;
  /** Absent: it is being told. */
  readonly toldAt?: number;
}

/** What its owner answered to an occurrence. */
export type Answer = {
  readonly id: string;
  readonly since: number;
  /** How pressing it was then. */
  readonly severity: Severity;
  readonly at: number;
  /** How often this occurrence was snoozed so far. */
  readonly round: number;
} & (
  | { readonly kind: 'snoozed'; readonly until: number }
  | { readonly kind: 'dismissed'; readonly because: string }
  /** Taken back. */
  | { readonly kind: 'restored' }
);

export interface Delivered {
  readonly told: readonly Told[];
  /** One for each id at most. */
  readonly answers: readonly Answer[];
  /** When something that was not critical was told last. */
  readonly lastToldAt: number | undefined;
}

/** One notification. */
export interface Telling {
  readonly critical: boolean;
  readonly reminders: readonly (Reminder & { readonly severity: Severity; readonly round: number })[];
}

export interface DeliveryPlan {
  /** To be told now; empty: nothing. */
  readonly tell: readonly Telling[];
  /** When to plan anew at the latest, if nothing changes before; undefined: nothing is to come. */
  readonly wakeAt: number | undefined;
}

export const HOUR_MS = 3_600_000;

export function planDelivery(
  reminders: readonly Reminder[],
  { told, answers, lastToldAt }: Delivered,
  now: number,
  quiet: QuietHours | undefined,
): DeliveryPlan {
  const answerOf = new Map(answers.map((one) => [one.id, one]));
  const toldOf = Map.groupBy(told, ({ id }) => id);
  const wakes: number[] = [];
  const waiting: Telling['reminders'][number][] = [];
  for (const reminder of reminders) {
    const next = reminder.stages.find(({ at }) => at > now);
    if (next !== undefined) wakes.push(next.at);
    const stage = stageAt(reminder, now);
    if (stage === undefined || stage.severity === 'note') continue;
    const answer = answerTo(reminder, answerOf.get(reminder.id));
    if (answer?.kind === 'snoozed' && answer.until > now) wakes.push(answer.until);
    if (isAnswered(answer, stage, now)) continue;
    const round = answer?.round ?? 0;
    if (!isTold(reminder, stage, round, toldOf.get(reminder.id) ?? [])) {
      waiting.push({ ...reminder, severity: stage.severity, round });
    }
  }
  const critical = waiting.filter(({ severity }) => severity === 'critical');
  const others = waiting.filter(({ severity }) => severity !== 'critical');
  const free = Math.max(
    lastToldAt === undefined ? now : lastToldAt + HOUR_MS,
    quiet === undefined ? now : (quietUntil(now, quiet) ?? now),
  );
  if (others.length > 0 && free > now) wakes.push(free);
  const tell: readonly Telling[] = [
    ...(critical.length === 0 ? [] : [{ critical: true, reminders: critical }]),
    ...(others.length === 0 || free > now ? [] : [{ critical: false, reminders: others }]),
  ];
  return { tell, wakeAt: wakes.length === 0 ? undefined : Math.min(...wakes) };
}

/** Undefined where it was the answer to another occurrence, or was taken back; then only its round counts. */
function answerTo({ since }: Reminder, answer: Answer | undefined): Answer | undefined {
  return answer?.since === since ? answer : undefined;
}

/**
 * Whether its owner wants to hear nothing of it now. A snooze ends when it becomes critical, a dismissal when it becomes more pressing at
 * all, or as pressing anew: settings may have moved its day since.
 */
export function isAnswered(answer: Answer | undefined, { severity, at }: Stage, now: number): boolean {
  switch (answer?.kind) {
    case undefined:
    case 'restored':
      return false;
    case 'snoozed':
      return now < answer.until && (severity !== 'critical' || answer.severity === 'critical');
    case 'dismissed':
      return rankOf(severity) <= rankOf(answer.severity) && at <= answer.at;
    default:
      return answer satisfies never;
  }
}

/**
 * A weightier stage was told before where the clock was set back: then this one says nothing new. One that begins after it was told
 * does: settings have moved its day since.
 */
function isTold({ since }: Reminder, { severity, at }: Stage, round: number, told: readonly Told[]): boolean {
  return told.some(({ toldAt = at, ...one }) => {
    return one.since === since && one.round === round && rankOf(one.severity) >= rankOf(severity) && toldAt >= at;
  });
}
