/** The policy of each key, composed for glasskey.ts: what settings.json fixes, else what the owner said of the key, else the settings. */
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { KeyPolicy, PolicyOf } from './agent/agent-rules.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { enrolledKey } from './glasskey-enrolled-key.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { sha256Fingerprint } from './openssh/fingerprint.ts';
import type { KeyPolicyStore, OwnKeyPolicy } from './storage/key-policy-store.ts';
import { type Settings, settingFixed } from './storage/settings.ts';

export const POLICY_MEMBERS = ['ask', 'forwarded'] as const;
export type PolicyMember = (typeof POLICY_MEMBERS)[number];

/** What holds for one key, and where it comes from. */
export interface AgentKeyPolicy extends KeyPolicy {
  /** Its fingerprint. */
  readonly key: string;
  readonly comment: string;
  /** Of the private half. */
  readonly keyFile: string;
  /** The model of its security key; undefined where only the key's files were found. */
  readonly product: string | undefined;
  /** `settings.json`: an administrator has fixed it. */
  readonly source: Readonly<Record<PolicyMember, 'settings.json' | 'key' | 'settings'>>;
}

export interface AgentPolicyWorld {
  readonly settings: Pick<Settings, 'get'>;
  readonly store: KeyPolicyStore;
}

/** Where neither can be read: the strictest, which still lets its owner in from this computer. */
const STRICTEST: KeyPolicy = { ask: 'always', forwarded: 'refuse' };

/** Of each key that the agents offer, in their order. */
export async function agentPolicies(world: OpenWorld): Promise<readonly AgentKeyPolicy[]> {
  const policies = await policyWorld(world);
  return world
    .written()
    .toReversed()
    .map((one) => agentKeyPolicy(one, policies));
}

/** Changes that of one key, as `setPolicyOfKey` does; `key` as `enrolledKey` takes it. */
export async function setAgentPolicy(
  key: string | undefined,
  change: Partial<OwnKeyPolicy>,
  world: OpenWorld,
): Promise<AgentKeyPolicy> {
  const policies = await policyWorld(world);
  const enrollment = enrolledKey(key, world);
  setPolicyOfKey(enrollment.files.fingerprint, change, policies);
  return agentKeyPolicy(enrollment, policies);
}

async function policyWorld({ settings, database }: OpenWorld): Promise<AgentPolicyWorld> {
  return { settings, store: (await import('./storage/key-policy-store.ts')).keyPolicyStore(database) };
}

function agentKeyPolicy({ files, plan, credential }: WrittenEnrollment, policies: AgentPolicyWorld): AgentKeyPolicy {
  const key = files.fingerprint;
  return {
    key,
    comment: files.publicLine.trimEnd().split(' ').slice(2).join(' '),
    keyFile: plan.keyFile,
    product: credential.product,
    ...policyOfKey(key, policies),
  };
}

/** For the agents: read anew for each request. */
export function policyOf(world: AgentPolicyWorld, log: Log): PolicyOf {
  return (keyBlob) => {
    try {
      const { ask, forwarded } = policyOfKey(sha256Fingerprint(keyBlob), world);
      return { ask, forwarded };
    } catch (thrown) {
      log('warn', 'agent.policy.unreadable', { code: asGlasskeyError(thrown).code });
      return STRICTEST;
    }
  };
}

export function policyOfKey(
  key: string,
  { settings, store }: AgentPolicyWorld,
): KeyPolicy & Pick<AgentKeyPolicy, 'source'> {
  const own = store.get(key);
  const ask = settings.get('agent.ask');
  const forwarded = settings.get('agent.forwarded');
  const sourceOf = (source: string, hasOwn: boolean) =>
    source === 'file' ? 'settings.json' : hasOwn ? 'key' : 'settings';
  return {
    ask: ask.source === 'file' ? ask.value : (own.ask ?? ask.value),
    forwarded: forwarded.source === 'file' ? forwarded.value : (own.forwarded ?? forwarded.value),
    source: {
      ask: sourceOf(ask.source, own.ask !== undefined),
      forwarded: sourceOf(forwarded.source, own.forwarded !== undefined),
    },
  };
}

/**
 * Changes the members that are given; undefined there: as the settings say, from now on. Throws `SETTING_FIXED` where settings.json
 * decides one of them; nothing is changed then.
 */
export function setPolicyOfKey(
  key: string,
  change: Partial<OwnKeyPolicy>,
  { settings, store }: AgentPolicyWorld,
): void {
  for (const member of POLICY_MEMBERS) {
    const setting = `agent.${member}` as const;
    if (member in change && settings.get(setting).source === 'file') throw settingFixed(setting);
  }
  if (Object.keys(change).length === 0) return;
  store.set(key, { ...store.get(key), ...change });
}
