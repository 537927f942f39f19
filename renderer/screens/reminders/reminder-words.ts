/** What the remedies and severities of reminders are called. */
import type { EventName, RemedyActionView, ReminderView } from '../../../main/ipc/contract.ts';
import type { BadgeState } from '../../design/state-badge.tsx';
import type { WindowTexts } from '../../texts.tsx';

export type Severity = ReminderView['severity'];

export const BADGES: Readonly<Record<Severity, BadgeState>> = {
  note: 'neutral',
  soon: 'waiting',
  due: 'todo',
  critical: 'bad',
};

/** After which there may be other ones. */
export const REMINDER_EVENTS: readonly EventName[] = [
  'reminders.changed',
  'readiness.changed',
  'targets.changed',
  'settings.changed',
];

export function remedyWords({ kind }: RemedyActionView, say: WindowTexts['say']): string {
  return say(`reminders.act-${kind}`);
}

/** Those that are to be shown as they are: neither snoozed until later nor dismissed. */
export function isPutAside({ snoozedUntil, dismissed }: ReminderView, now: number): boolean {
  return dismissed !== undefined || (snoozedUntil !== undefined && snoozedUntil > now);
}
