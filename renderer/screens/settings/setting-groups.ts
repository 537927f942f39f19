/** The settings in the groups and the order in which the screen shows them. */
import type { SettingView } from '../../../main/ipc/contract.ts';

export const GROUPS = [
  'connect',
  'sessions',
  'terminal',
  'app',
  'reminders',
  'windows',
  'agent',
  'ssh',
  'attestation',
  'entra',
  'reconcile',
  'other',
] as const;
export type GroupName = (typeof GROUPS)[number];

export interface SettingGroup {
  readonly group: GroupName;
  readonly settings: readonly SettingView[];
}

/** The part of a key before its first dot; what no group is named after goes to `other`. */
export function groupOf(key: string): GroupName {
  const prefix = key.split('.', 1)[0];
  return GROUPS.find((group) => group === prefix) ?? 'other';
}

/** Groups that have settings, and `agent` always: it has a section of its own. Within a group the order stays. */
export function groupSettings(settings: readonly SettingView[]): SettingGroup[] {
  return GROUPS.map((group) => ({ group, settings: settings.filter(({ key }) => groupOf(key) === group) })).filter(
    ({ group, settings }) => group === 'agent' || settings.length > 0,
  );
}
