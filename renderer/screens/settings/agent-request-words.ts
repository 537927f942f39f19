/** What is said of a request that the agent was asked: for what, by whom, through which hosts. */
import type { AgentRequestView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

type Say = WindowTexts['say'];

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
