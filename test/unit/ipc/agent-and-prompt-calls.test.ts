import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { agentCalls, agentView } from '../../../main/ipc/agent-calls.ts';
import { CALLS, EVENTS } from '../../../main/ipc/contract.ts';
import { promptCalls } from '../../../main/ipc/prompt-calls.ts';
import { PAUSE_MS } from '../../../main/prompts/prompt-entry.ts';
import type { ResidentAgentStatus } from '../../../main/resident-agent.ts';
import { Person, texts } from '../prompts/person.ts';

const context = { signal: new AbortController().signal, windowId: 1, progress: () => {} };

const NO_POLICIES = {
  agentPassThrough: async () => ({ setting: null, state: 'off' as const, socketPath: undefined, keys: [] }),
  agentPolicies: async () => [],
  setAgentPolicy: async () => {
    throw new Error('nobody sets one');
  },
};

describe('agent.status', () => {
  let status: ResidentAgentStatus = { state: 'listening', socketPath: '/d/agent.sock', keys: 1, error: undefined };
  let changed = () => {};
  const agent = {
    status: () => status,
    onChange(listener: () => void) {
      changed = listener;
      return () => {};
    },
  };

  it('is what the agent says, with the line for a shell, and told upon each change', async () => {
    const told: unknown[] = [];
    const calls = agentCalls({
      glasskey: { agentActivity: async () => [], ...NO_POLICIES },
      agent,
      texts,
      tell: (name, payload) => void told.push([name, payload]),
    });
    const view = await calls['agent.status']({}, context);
    expect(CALLS['agent.status'].output.parse(view)).toEqual(view);
    expect(view).toEqual({
      state: 'listening',
      socketPath: '/d/agent.sock',
      keys: 1,
      shellLine: 'export SSH_AUTH_SOCK=/d/agent.sock',
    });
    const error = new GlasskeyError({ code: 'AGENT_ALREADY_RUNNING', message: 'One answers.', remedy: 'Stop it.' });
    status = { state: 'failed', socketPath: "/a b/it's", keys: 0, error };
    changed();
    const now = agentView(agent, texts);
    expect(told).toEqual([['agent.changed', now]]);
    expect(EVENTS['agent.changed'].payload.parse(now)).toEqual(now);
    expect(now).toMatchObject({
      error: { code: 'AGENT_ALREADY_RUNNING' },
      shellLine: `export SSH_AUTH_SOCK='/a b/it'\\''s'`,
    });
  });
});

describe('agent.activity', () => {
  it('is what was noted, with names fit to be shown', async () => {
    const record = {
      at: 1,
      endedAt: 2,
      agent: 'app',
      key: 'SHA256:key',
      client: { program: '/usr/bin/ssh\u202e', starter: undefined, place: undefined, pid: 7 },
      decision: 'refused',
      reason: 'AGENT_FORWARDED_REFUSED',
      asked: false,
    } as const;
    const limits: (number | undefined)[] = [];
    const calls = agentCalls({
      glasskey: {
        agentActivity: async (limit) => {
          limits.push(limit);
          return [
            {
              ...record,
              id: 3,
              purpose: { kind: 'login', user: 'alice\n', hostName: undefined, hostKeyFingerprint: 'SHA256:leaf2' },
              through: [{ name: 'jump-east', fingerprint: 'SHA256:jump' }, { fingerprint: 'SHA256:leaf1' }],
            },
            { ...record, id: 2, purpose: { kind: 'sshsig', namespace: 'git' }, through: [], reason: undefined },
            { ...record, id: 1, purpose: { kind: 'other' }, through: [], client: {} },
          ];
        },
        ...NO_POLICIES,
      },
      agent: {
        status: () => ({ state: 'off', socketPath: '/s', keys: 0, error: undefined }),
        onChange: () => () => {},
      },
      texts,
      tell: () => {},
    });
    const view = await calls['agent.activity']({ limit: 20 }, context);
    expect(limits).toEqual([20]);
    expect(CALLS['agent.activity'].output.parse(view)).toEqual(view);
    const common = { at: 1, agent: 'app', decision: 'refused', asked: false };
    expect(view.requests).toEqual([
      {
        ...common,
        id: 3,
        purpose: { kind: 'login', user: 'alice\ufffd', host: 'SHA256:leaf2' },
        through: ['jump-east', 'SHA256:leaf1'],
        program: '/usr/bin/ssh\ufffd',
        reason: 'AGENT_FORWARDED_REFUSED',
      },
      { ...common, id: 2, purpose: { kind: 'sshsig', namespace: 'git' }, through: [], program: '/usr/bin/ssh\ufffd' },
      { ...common, id: 1, purpose: { kind: 'other' }, through: [], reason: 'AGENT_FORWARDED_REFUSED' },
    ]);
  });
});

describe('agent.policies and agent.set-policy', () => {
  const policy = {
    key: 'SHA256:key',
    comment: 'ssh:',
    keyFile: '/home/ada/.ssh/id_ed25519_sk',
    product: undefined,
    ask: 'always',
    forwarded: 'refuse',
    source: { ask: 'key', forwarded: 'settings.json' },
  } as const;
  const view = {
    key: 'SHA256:key',
    keyFile: '/home/ada/.ssh/id_ed25519_sk',
    ask: { value: 'always', source: 'key' },
    forwarded: { value: 'refuse', source: 'file' },
  };

  it('tell what holds for each key and who said so, and change only what is given', async () => {
    const changes: unknown[] = [];
    const calls = agentCalls({
      glasskey: {
        ...NO_POLICIES,
        agentActivity: async () => [],
        agentPolicies: async () => [policy, { ...policy, key: 'SHA256:other', product: 'YubiKey 5C NFC' }],
        setAgentPolicy: async (key, change) => {
          changes.push([key, change]);
          return policy;
        },
      },
      agent: {
        status: () => ({ state: 'off', socketPath: '/s', keys: 0, error: undefined }),
        onChange: () => () => {},
      },
      texts,
      tell: () => {},
    });
    const told = await calls['agent.policies']({}, context);
    expect(CALLS['agent.policies'].output.parse(told)).toEqual(told);
    expect(told.policies).toEqual([view, { ...view, key: 'SHA256:other', product: 'YubiKey 5C NFC' }]);
    expect(await calls['agent.set-policy']({ key: 'SHA256:key', ask: 'always' }, context)).toEqual({ policy: view });
    await calls['agent.set-policy']({ key: 'SHA256:key', ask: null, forwarded: 'ask' }, context);
    // Undefined is not the same as absent: it takes back what was said of the key.
    expect(changes).toStrictEqual([
      ['SHA256:key', { ask: 'always' }],
      ['SHA256:key', { ask: undefined, forwarded: 'ask' }],
    ]);
  });
});

describe('agent.pass-through', () => {
  it('is how the other agent stands beside this one, its comments fit to be shown', async () => {
    const asked: (string | undefined)[] = [];
    const calls = agentCalls({
      glasskey: {
        ...NO_POLICIES,
        agentActivity: async () => [],
        agentPassThrough: async (ownSocket) => {
          asked.push(ownSocket);
          const keys = [{ fingerprint: 'SHA256:a', comment: 'ada\u202e@laptop' }];
          return { setting: 'SSH_AUTH_SOCK', state: 'answers', socketPath: '/run/agent.sock', keys };
        },
      },
      agent: {
        status: () => ({ state: 'listening', socketPath: '/d/agent.sock', keys: 0, error: undefined }),
        onChange: () => () => {},
      },
      texts,
      tell: () => {},
    });
    const view = await calls['agent.pass-through']({}, context);
    expect(CALLS['agent.pass-through'].output.parse(view)).toEqual(view);
    expect(view).toEqual({
      state: 'answers',
      socketPath: '/run/agent.sock',
      keys: [{ fingerprint: 'SHA256:a', comment: 'ada\ufffd@laptop' }],
    });
    expect(asked).toEqual(['/d/agent.sock']);
  });
});

describe('the calls of the prompt window', () => {
  it('show, tell of changes, take answers, and fit', async () => {
    const person = new Person();
    const told: unknown[] = [];
    const heights: number[] = [];
    const calls = promptCalls({
      desk: person.desk,
      tell: (name, payload) => void told.push([name, payload]),
      fit: (height) => void heights.push(height),
    });
    const prompt = person.desk.open({ title: 'A', sentences: ['a'], cancel: () => {} });
    const answer = prompt.ask({ buttons: [{ answer: 'once', label: 'Once' }] }, context.signal);
    const view = await calls['prompts.show']({}, context);
    expect(CALLS['prompts.show'].output.parse(view)).toEqual(view);
    expect(told).toEqual([['prompts.changed', view]]);
    await person.clock.pass(PAUSE_MS);
    const { id } = person.sees;
    expect(await calls['prompts.answer']({ id, answer: { kind: 'allow', keep: 'once' } }, context)).toEqual({});
    expect(await answer).toMatchObject({ keep: 'once' });
    expect(await calls['prompts.fit']({ height: 300 }, context)).toEqual({});
    expect(heights).toEqual([300]);
  });
});
