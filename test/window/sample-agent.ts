/** What an agent was asked: each kind of request, and each end of one. */
import type { AgentRequestView } from '../../main/ipc/contract.ts';

/** Newest first, the newest at `now`. */
export function sampleAgentRequests(now: number): AgentRequestView[] {
  const common = { agent: 'app' as const, through: [], program: '/usr/bin/ssh', asked: true };
  return [
    {
      ...common,
      id: 5,
      at: now,
      agent: 'connect',
      purpose: { kind: 'login', user: 'root', host: 'SHA256:Zb2qEtbCkYv3bOg4PD7q1CtnzJwSxqVUcLZ5mIY4Rs0' },
      through: ['jump-east', 'leaf1'],
      decision: 'refused',
      reason: 'AGENT_FORWARDED_REFUSED',
      asked: false,
    },
    {
      ...common,
      id: 4,
      at: now - 60_000,
      purpose: { kind: 'login', user: 'alice', host: 'leaf2' },
      through: ['jump-east', 'leaf1'],
      decision: 'signed',
    },
    {
      ...common,
      id: 3,
      at: now - 600_000,
      program: '/usr/bin/ssh-keygen',
      starter: '/usr/bin/git',
      purpose: { kind: 'sshsig', namespace: 'git' },
      decision: 'denied',
      reason: 'CANCELLED',
    },
    {
      ...common,
      id: 2,
      at: now - 700_000,
      purpose: { kind: 'login', user: 'alice' },
      decision: 'timed-out',
      reason: 'CTAP_NO_TOUCH',
    },
    {
      id: 1,
      at: now - 900_000,
      agent: 'app',
      through: [],
      purpose: { kind: 'other' },
      decision: 'refused',
      reason: 'data.unrecognized',
      asked: false,
    },
  ];
}
