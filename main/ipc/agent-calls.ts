/** How the resident agent stands, what the agents were asked, what they do with each key, and the line that makes the programs of a shell use it. */
import { shellWord } from '../connect/shell-word.ts';
import type { Glasskey } from '../glasskey.ts';
import type { AgentKeyPolicy, PolicyMember } from '../glasskey-agent-policy.ts';
import type { ResidentAgent } from '../resident-agent.ts';
import type { AgentRequestRecord } from '../storage/agent-activity-store.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { AgentRequestView, CallOutput, KeyPolicyView } from './contract.ts';
import { crossedError } from './crossed-error.ts';
import { shownName } from './shown-name.ts';

export interface AgentCallsWorld {
  readonly glasskey: Pick<Glasskey, 'agentActivity' | 'agentPolicies' | 'setAgentPolicy' | 'agentPassThrough'>;
  readonly agent: Pick<ResidentAgent, 'status' | 'onChange'>;
  readonly texts: Pick<Texts, 'catalogue'>;
  readonly tell: Tell;
}

type AgentCall = 'agent.status' | 'agent.activity' | 'agent.policies' | 'agent.set-policy' | 'agent.pass-through';

export function agentCalls(world: AgentCallsWorld): Pick<CallHandlers, AgentCall> {
  const { glasskey, agent, texts, tell } = world;
  agent.onChange(() => tell('agent.changed', agentView(agent, texts)));
  return {
    'agent.status': () => agentView(agent, texts),
    async 'agent.activity'({ limit }) {
      return { requests: (await glasskey.agentActivity(limit)).map(agentRequestView) };
    },
    async 'agent.policies'() {
      return { policies: (await glasskey.agentPolicies()).map(keyPolicyView) };
    },
    async 'agent.set-policy'({ key, ask, forwarded }) {
      const change = {
        ...(ask === undefined ? {} : { ask: ask ?? undefined }),
        ...(forwarded === undefined ? {} : { forwarded: forwarded ?? undefined }),
      };
      return { policy: keyPolicyView(await glasskey.setAgentPolicy(key, change)) };
    },
    async 'agent.pass-through'() {
      const { state, socketPath, keys } = await glasskey.agentPassThrough(agent.status().socketPath);
      return {
        state,
        ...(socketPath === undefined ? {} : { socketPath }),
        keys: keys.map(({ fingerprint, comment }) => ({ fingerprint, comment: shownName(comment) })),
      };
    },
  };
}

function keyPolicyView(policy: AgentKeyPolicy): KeyPolicyView {
  const { key, keyFile, product, ask, forwarded, source } = policy;
  const sourceOf = (member: PolicyMember) => (source[member] === 'settings.json' ? 'file' : source[member]);
  return {
    key,
    keyFile,
    ...(product === undefined ? {} : { product }),
    ask: { value: ask, source: sourceOf('ask') },
    forwarded: { value: forwarded, source: sourceOf('forwarded') },
  };
}

/** Refused a moment ago, and not yet in the record. */
export type RefusedRequestView = Omit<AgentRequestView, 'id'>;

export function refusedRequestView(record: Omit<AgentRequestRecord, 'id'>): RefusedRequestView {
  const { id: _, ...view } = agentRequestView({ ...record, id: 0 });
  return view;
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
