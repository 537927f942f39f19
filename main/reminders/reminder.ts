/**
 * A reminder as a value: its cause, from when on it is how pressing, what it says and what helps. All times are absolute, in
 * milliseconds since the Unix epoch, and nothing in it depends on the time at which somebody looks: that is `standingOf`'s part.
 */
import type { Said, Title } from './said.ts';

export const RULES = [
  'credential-age',
  'unproven',
  'drill-age',
  'profile-drift',
  'pin-tries',
  'no-free-slot',
  'firmware',
  'unknown-maker',
  'no-backup',
  'one-half-left',
  'host-key-changed',
  'signed-out',
  'rotation-left',
] as const;
export type RuleName = (typeof RULES)[number];

/**
 * - `note`: listed, and never notified,
 * - `soon`: it can be done now, and nothing is wrong yet,
 * - `due`: it should be done now,
 * - `critical`: a login may fail for it; told in quiet hours too.
 */
export const SEVERITIES = ['note', 'soon', 'due', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** From `at` on it is so pressing. */
export interface Stage {
  readonly severity: Severity;
  readonly at: number;
}

/** What the app does at one click. The window and the tray map each onto a screen or a call. */
export type RemedyAction =
  /** Replace the key, or go on with a rotation. */
  | { readonly kind: 'rotate' }
  | { readonly kind: 'rotate-back' }
  /** `target`: a saved name; undefined: whichever. */
  | { readonly kind: 'drill'; readonly target: string | undefined }
  | { readonly kind: 'connect'; readonly target: string }
  /** `key`: the fingerprint. What is on the profile already is only looked at. */
  | { readonly kind: 'publish'; readonly key: string }
  | { readonly kind: 'enroll' }
  | { readonly kind: 'enroll-backup' }
  | { readonly kind: 'recover' }
  | { readonly kind: 'security-keys' }
  /** `target`: the saved target that is the host, or is reached through it, where there is one. */
  | { readonly kind: 'host-keys'; readonly target: string | undefined };

export interface Remedy {
  readonly action: RemedyAction;
  /** The very command line, word by word, `glasskey` first. */
  readonly command: readonly [string, ...string[]];
}

export interface Reminder {
  /** Stable for the cause: `credential-age:` and the enrollment's id. */
  readonly id: string;
  readonly rule: RuleName;
  /** What it is about, as people know it: a target's name, the file of a key, an account. */
  readonly subject: string;
  /** When what causes it came about. Another `since` is another occurrence: it is told anew, whatever became of the last. */
  readonly since: number;
  /** Ascending in time and in severity. */
  readonly stages: readonly [Stage, ...Stage[]];
  /** A few words, as a heading. */
  readonly title: Title;
  /** One or two sentences. */
  readonly sentence: Said;
  readonly remedy: Remedy;
}

/** The stage that holds at `now`; undefined before the first. */
export function stageAt({ stages }: Pick<Reminder, 'stages'>, now: number): Stage | undefined {
  return stages.findLast(({ at }) => at <= now);
}

/** When it should be done: its first stage that is `due` or more, else its last. */
export function dueAt({ stages }: Pick<Reminder, 'stages'>): number {
  const due = stages.find(({ severity }) => rankOf(severity) >= rankOf('due'));
  return (due ?? stages.at(-1) ?? stages[0]).at;
}

export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/**
 * The stages of a reminder from when each begins. Where two begin at the same time, or a later one in the order of severity begins
 * earlier, the weightier one holds. `undefined`: there is no such stage.
 */
export function stagesFrom(
  begins: Partial<Readonly<Record<Severity, number | undefined>>>,
): readonly [Stage, ...Stage[]] {
  const all = SEVERITIES.flatMap((severity) => {
    const at = begins[severity];
    return at === undefined ? [] : [{ severity, at }];
  });
  const kept = all.filter(({ at }, index) => all.slice(index + 1).every((weightier) => weightier.at > at));
  const [first, ...more] = kept;
  if (first === undefined) throw new Error('a reminder has at least one stage');
  return [first, ...more];
}
