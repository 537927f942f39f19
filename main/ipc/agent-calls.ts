/** How the resident agent stands, and the line that makes the programs of a shell use it. */
import type { ResidentAgent } from '../resident-agent.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { CallOutput } from './contract.ts';
import { crossedError } from './crossed-error.ts';

export interface AgentCallsWorld {
  readonly agent: Pick<ResidentAgent, 'status' | 'onChange'>;
  readonly texts: Pick<Texts, 'catalogue'>;
  readonly tell: Tell;
}

export function agentCalls({ agent, texts, tell }: AgentCallsWorld): Pick<CallHandlers, 'agent.status'> {
  agent.onChange(() => tell('agent.changed', agentView(agent, texts)));
  return { 'agent.status': () => agentView(agent, texts) };
}

/** As it crosses; the tray shows the same. */
export function agentView(
  agent: Pick<ResidentAgent, 'status'>,
  texts: Pick<Texts, 'catalogue'>,
): CallOutput<'agent.status'> {
  const { state, socketPath, keys, error } = agent.status();
  return {
    state,
    socketPath,
    keys,
    ...(error === undefined ? {} : { error: crossedError(error, texts) }),
    shellLine: `export SSH_AUTH_SOCK=${shellWord(socketPath)}`,
  };
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
