/** What each setting, and each value of a choice, is called. A key that is not here is shown as itself. */
import type { SettingView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';
import type { GroupName } from './setting-groups.ts';

type Say = WindowTexts['say'];

const WORDS = {
  'ssh.keyFile': ['settings.key-file-label', 'settings.key-file-explained'],
  'attestation.require': ['settings.require-label', 'settings.require-explained'],
  'attestation.allowedAaguids': ['settings.allowed-aaguids-label', 'settings.allowed-aaguids-explained'],
  'attestation.minimumFirmware': ['settings.minimum-firmware-label', 'settings.minimum-firmware-explained'],
  'attestation.roots': ['settings.roots-label', 'settings.roots-explained'],
  'connect.defaultJump': ['settings.default-jump-label', 'settings.default-jump-explained'],
  'connect.pinnedHostKeys': ['settings.pinned-host-keys-label', 'settings.pinned-host-keys-explained'],
  'connect.waitSeconds': ['settings.wait-seconds-label', 'settings.wait-seconds-explained'],
  'connect.keepAliveSeconds': ['settings.keep-alive-seconds-label', 'settings.keep-alive-seconds-explained'],
  'connect.keepAliveCount': ['settings.keep-alive-count-label', 'settings.keep-alive-count-explained'],
  'agent.ask': ['settings.agent-ask-label', 'settings.agent-ask-explained'],
  'agent.forwarded': ['settings.agent-forwarded-label', 'settings.agent-forwarded-explained'],
  'windows.securityKeys': ['settings.security-keys-label', 'settings.security-keys-explained'],
  'agent.passThrough': ['settings.agent-pass-through-label', 'settings.agent-pass-through-explained'],
  'sessions.record': ['settings.record-label', 'settings.record-explained'],
  'reminders.credentialAgeDays': ['settings.credential-age-label', 'settings.credential-age-explained'],
  'reminders.drillAgeDays': ['settings.drill-age-label', 'settings.drill-age-explained'],
  'reminders.quietFrom': ['settings.quiet-from-label', 'settings.quiet-from-explained'],
  'reminders.quietTo': ['settings.quiet-to-label', 'settings.quiet-to-explained'],
  'reminders.calendarFile': ['settings.calendar-file-label', 'settings.calendar-file-explained'],
  'reconcile.everyMinutes': ['settings.every-minutes-label', 'settings.every-minutes-explained'],
  'entra.cloud': ['settings.cloud-label', 'settings.cloud-explained'],
  'entra.tenant': ['settings.tenant-label', 'settings.tenant-explained'],
  'entra.clientId': ['settings.client-id-label', 'settings.client-id-explained'],
  'entra.loginRoot': ['settings.login-root-label', 'settings.login-root-explained'],
  'entra.graphRoot': ['settings.graph-root-label', 'settings.graph-root-explained'],
  'entra.caFile': ['settings.ca-file-label', 'settings.ca-file-explained'],
  'entra.signInTimeoutSeconds': ['settings.sign-in-timeout-label', 'settings.sign-in-timeout-explained'],
  'terminal.fontFamily': ['settings.font-family-label', 'settings.font-family-explained'],
  'terminal.fontSize': ['settings.font-size-label', 'settings.font-size-explained'],
  'terminal.screenReader': ['settings.screen-reader-label', 'settings.screen-reader-explained'],
  'app.appearance': ['settings.appearance-label', 'settings.appearance-explained'],
  'app.openAtLogin': ['settings.open-at-login-label', 'settings.open-at-login-explained'],
  'app.keepInTray': ['settings.keep-in-tray-label', 'settings.keep-in-tray-explained'],
} as const;

const CHOICES = {
  'attestation.require off': 'settings.require-off',
  'attestation.require valid-signature': 'settings.require-valid-signature',
  'attestation.require genuine': 'settings.require-genuine',
  'agent.ask once-per-session': 'settings.agent-ask-once-per-session',
  'agent.ask always': 'settings.agent-ask-always',
  'agent.forwarded ask': 'settings.agent-forwarded-ask',
  'agent.forwarded refuse': 'settings.agent-forwarded-refuse',
  'windows.securityKeys auto': 'settings.security-keys-auto',
  'windows.securityKeys windows': 'settings.security-keys-windows',
  'windows.securityKeys direct': 'settings.security-keys-direct',
  'sessions.record off': 'settings.record-off',
  'sessions.record always': 'settings.record-always',
  'entra.cloud public': 'settings.cloud-public',
  'entra.cloud usgov': 'settings.cloud-us-gov',
  'entra.cloud usgov-dod': 'settings.cloud-us-gov-dod',
  'entra.cloud china': 'settings.cloud-china',
  'entra.cloud custom': 'settings.cloud-custom',
  'app.appearance system': 'settings.appearance-system',
  'app.appearance light': 'settings.appearance-light',
  'app.appearance dark': 'settings.appearance-dark',
} as const;

const GROUP_NAMES = {
  connect: 'settings.group-connect',
  sessions: 'settings.group-sessions',
  terminal: 'settings.group-terminal',
  app: 'settings.group-app',
  reminders: 'settings.group-reminders',
  windows: 'settings.group-windows',
  agent: 'settings.group-agent',
  ssh: 'settings.group-ssh',
  attestation: 'settings.group-attestation',
  entra: 'settings.group-entra',
  reconcile: 'settings.group-reconcile',
  other: 'settings.group-other',
} as const satisfies Record<GroupName, string>;

const SOURCES = {
  user: 'settings.source-user',
  file: 'settings.source-file',
  default: 'settings.source-default',
} as const;

export function settingLabel(say: Say, key: string): string {
  const words = known(WORDS, key);
  return words === undefined ? key : say(words[0]);
}

export function settingExplanation(say: Say, key: string): string {
  const words = known(WORDS, key);
  return words === undefined ? '' : say(words[1]);
}

export function groupLabel(say: Say, group: GroupName): string {
  return say(GROUP_NAMES[group]);
}

export function sourceLabel(say: Say, { source, fixed }: Pick<SettingView, 'source' | 'fixed'>): string {
  return say(fixed === true ? 'settings.source-fixed' : SOURCES[source]);
}

export function choiceLabel(say: Say, key: string, choice: string): string {
  const text = known(CHOICES, `${key} ${choice}`);
  return text === undefined ? choice : say(text);
}

/** A value in words, as it is told beside "Standard". */
export function valueWords(say: Say, { key, kind }: SettingView, value: SettingView['value']): string {
  if (Array.isArray(value)) return value.length === 0 ? say('settings.none') : value.join(', ');
  if (value === null || value === '') return say('settings.none');
  if (typeof value === 'boolean') return say(value ? 'settings.on' : 'settings.off');
  return kind === 'choice' ? choiceLabel(say, key, String(value)) : String(value);
}

function known<T extends object>(table: T, key: string): T[keyof T] | undefined {
  return Object.hasOwn(table, key) ? table[key as keyof T] : undefined;
}
