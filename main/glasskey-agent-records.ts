/** What every agent goes by and leaves behind, composed for glasskey.ts: the policy of each key, and the record of what it was asked for. */
import type { Log } from '../diagnostics/log.ts';
import type { Clock } from '../time/clock.ts';
import { activityLog, type OnRefused, type WrittenActivityLog } from './agent/activity-log.ts';
import type { PolicyOf } from './agent/agent-rules.ts';
import type { NameHost } from './agent/describe-signing.ts';
import { policyOf } from './glasskey-agent-policy.ts';
import { type AgentKind, agentActivityStore } from './storage/agent-activity-store.ts';
import type { Database } from './storage/database.ts';
import { keyPolicyStore } from './storage/key-policy-store.ts';
import type { Settings } from './storage/settings.ts';

export interface AgentRecordsWorld {
  readonly settings: Settings;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Gets each request that the agent refused by itself. */
  readonly requestRefused?: OnRefused | undefined;
}

/** The agent closes `activity` with itself. */
export function agentRecords(
  agent: AgentKind,
  nameHost: NameHost,
  { settings, database, clock, log, requestRefused: onRefused }: AgentRecordsWorld,
): { readonly policyOf: PolicyOf; readonly activity: WrittenActivityLog } {
  return {
    policyOf: policyOf({ settings, store: keyPolicyStore(database) }, log),
    activity: activityLog({ store: agentActivityStore(database), agent, nameHost, clock, log, onRefused }),
  };
}
