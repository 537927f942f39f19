/** How the resident agent stands, what the agents were asked, and the line that makes the programs of a shell use it. */
import { shellWord } from '../connect/shell-word.ts';
import type { Glasskey } from '../glasskey.ts';
import type { ResidentAgent } from '../resident-agent.ts';
import type { AgentRequestRecord } from '../storage/agent-activity-store.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { AgentRequestView, CallOutput } from './contract.ts';
import { crossedError } from './crossed-error.ts';
import { shownName } from './shown-name.ts';

export interface AgentCallsWorld {
  readonly glasskey: Pick<Glasskey, 'agentActivity'>;
  readonly agent: Pick<ResidentAgent, 'status' | 'onChange'>;
  readonly texts: Pick<Texts, 'catalogue'>;
  readonly tell: Tell;
}

export function agentCalls(world: AgentCallsWorld): Pick<CallHandlers, 'agent.status' | 'agent.activity'> {
  const { glasskey, agent, texts, tell } = world;
  agent.onChange(() => tell('agent.changed', agentView(agent, texts)));
  return {
    'agent.status': () => agentView(agent, texts),
    async 'agent.activity'({ limit }) {
      return { requests: (await glasskey.agentActivity(limit)).map(agentRequestView) };
    },
  };
}

function agentRequestView(record: AgentRequestRecord): AgentRequestView {
  const { id, at, agent, purpose, through, client, decision, reason, asked } = record;
  const { program, starter } = client;
  return {
    id,
    at,
    agent,
    purpose: purposeView(purpose),
    through: through.map(({ name, fingerprint }) => shownName(name ?? fingerprint ?? '')),
    ...(program === undefined ? {} : { program: shownName(program) }),
    ...(starter === undefined ? {} : { starter: shownName(starter) }),
    decision,
    ...(reason === undefined ? {} : { reason }),
    asked,
  };
}

function purposeView(purpose: AgentRequestRecord['purpose']): AgentRequestView['purpose'] {
  if (purpose.kind === 'other') return { kind: 'other' };
  if (purpose.kind === 'sshsig') return { kind: 'sshsig', namespace: shownName(purpose.namespace) };
  const host = purpose.hostName ?? purpose.hostKeyFingerprint;
  return { kind: 'login', user: shownName(purpose.user), ...(host === undefined ? {} : { host: shownName(host) }) };
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
