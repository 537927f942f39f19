/** What is said of a request that the agent was asked: for what, by whom, through which hosts. */
import type { AgentRequestView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

type Say = WindowTexts['say'];

/** Codes of docs/errors.md, and reasons of main/agent/signing-purpose.ts. */
const REASONS = {
  'data.certificate-signing': 'settings.reason-certificate',
  'data.unrecognized': 'settings.reason-unrecognized',
  'login.other-key': 'settings.reason-other-key',
  'login.other-session': 'settings.reason-other-session',
  'login.other-host': 'settings.reason-other-host',
  'login.forwarded-without-binding': 'settings.reason-without-binding',
  AGENT_REQUEST_UNEXPECTED: 'settings.reason-unexpected',
  AGENT_FORWARDED_UNASKED: 'settings.reason-forwarded-unasked',
  AGENT_FORWARDED_REFUSED: 'settings.reason-forwarded-refused',
  AGENT_TOO_MANY_REQUESTS: 'settings.reason-too-many',
  AGENT_KEY_UNKNOWN: 'settings.reason-key-unknown',
  AGENT_LOCKED: 'settings.reason-locked',
  AGENT_SIGNATURE_UNUSABLE: 'settings.reason-unusable',
  CANCELLED: 'settings.reason-cancelled',
  CTAP_NO_TOUCH: 'settings.reason-no-touch',
  CTAP_TIMEOUT: 'settings.reason-no-touch',
  KEY_MISSING: 'settings.reason-key-missing',
  HID_GONE: 'settings.reason-key-gone',
  PIN_BLOCKED: 'settings.reason-pin-blocked',
  OTHER_AGENT_ABSENT: 'settings.reason-other-agent-absent',
  OTHER_AGENT_SILENT: 'settings.reason-other-agent-silent',
  OTHER_AGENT_REFUSED: 'settings.reason-other-agent-refused',
} as const;

/** Why it came to nothing, in a sentence; a code that has none is said as itself. */
export function reasonWords(say: Say, reason: string, decision: AgentRequestView['decision']): string {
  if (reason === 'CANCELLED' && decision === 'denied') return say('settings.reason-denied');
  return Object.hasOwn(REASONS, reason) ? say(REASONS[reason as keyof typeof REASONS]) : reason;
}

export function purposeWords(say: Say, { purpose }: Pick<AgentRequestView, 'purpose'>): string {
  if (purpose.kind === 'other') return say('settings.activity-other');
  if (purpose.kind === 'sshsig') return say('settings.activity-sshsig', { namespace: purpose.namespace });
  const { user, host } = purpose;
  return host === undefined
    ? say('settings.activity-login-somewhere', { user })
    : say('settings.activity-login', { user, host });
}

export function askerWords(
  say: Say,
  { agent, program, starter }: Pick<AgentRequestView, 'agent' | 'program' | 'starter'>,
): string {
  if (program === undefined) {
    return say(agent === 'connect' ? 'settings.activity-by-login' : 'settings.activity-by-unknown');
  }
  return starter === undefined
    ? say('settings.activity-by', { program })
    : say('settings.activity-by-for', { program, starter });
}

/** "this computer → jump-east → leaf1"; undefined: asked on this computer. */
export function throughWords(say: Say, { through }: Pick<AgentRequestView, 'through'>): string | undefined {
  if (through.length === 0) return undefined;
  return [say('settings.activity-here'), ...through].join(' → ');
}
