/** What an agent was asked: each kind of request, and each end of one; and what it does with single keys. */
import type { AgentRequestView, KeyPolicyView } from '../../main/ipc/contract.ts';

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

/** One key that goes by what holds for all, and one that its owner wants more of. */
export function sampleKeyPolicies(): KeyPolicyView[] {
  return [
    {
      key: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDjrM1TlVdrKn4jTcU',
      keyFile: '/home/ada/.ssh/id_ed25519_sk',
      product: 'YubiKey 5C NFC',
      ask: { value: 'once-per-session', source: 'settings' },
      forwarded: { value: 'ask', source: 'settings' },
    },
    {
      key: 'SHA256:Zb2qEtbCkYv3bOg4PD7q1CtnzJwSxqVUcLZ5mIY4Rs0',
      keyFile: '/home/ada/.ssh/id_ed25519_sk_backup',
      ask: { value: 'always', source: 'key' },
      forwarded: { value: 'refuse', source: 'key' },
    },
  ];
}
