/**
 * Notes what an agent was asked to sign and what came of it. The note never holds a signature up, nor fails it: it is written after the
 * answer, without waiting for another process, and tried again later; what cannot be written at all is dropped and said in the log.
 */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import type {
  AgentActivityStore,
  AgentDecision,
  AgentKind,
  AgentRequestRecord,
} from '../storage/agent-activity-store.ts';
import { MOST_AGENT_REQUESTS } from '../storage/agent-activity-store.ts';
import { type NameHost, type ShownHost, signingFacts } from './describe-signing.ts';
import type { Client, SignRequest } from './keyring.ts';

/** A request that has been answered. */
export interface AnsweredRequest {
  /** When it came. */
  readonly at: number;
  /** What was asked; undefined where the message cannot be read. */
  readonly keyBlob: Uint8Array | undefined;
  /** Undefined where the data is neither a login nor an SSHSIG message. */
  readonly request: Omit<SignRequest, 'keyBlob' | 'data'> | undefined;
  readonly client: Client;
  readonly decision: AgentDecision;
  /** Of all but `signed` and `passed-through`. */
  readonly reason?: string;
  readonly asked: boolean;
}

export interface ActivityLog {
  /** Never throws. */
  record(answered: AnsweredRequest): void;
}

export interface WrittenActivityLog extends ActivityLog {
  /** Writes what is not written yet, if that can be done at once. Never throws. */
  close(): void;
}

export interface ActivityLogWorld {
  readonly store: Pick<AgentActivityStore, 'add'>;
  readonly agent: AgentKind;
  readonly nameHost: NameHost;
  readonly clock: Clock;
  readonly log: Log;
  /** Gets each request that the agent refused by itself, at once. */
  readonly onRefused?: OnRefused | undefined;
}

export type OnRefused = (record: Omit<AgentRequestRecord, 'id'>) => void;

/** Several requests that come at once are written at once. */
const WRITTEN_AFTER_MS = 20;
const TRY_AGAIN_MS = 2_000;

export function activityLog({ store, agent, nameHost, clock, log, onRefused }: ActivityLogWorld): WrittenActivityLog {
  let waiting: Omit<AgentRequestRecord, 'id'>[] = [];
  let stopWaiting: (() => void) | undefined;
  let isFailing = false;

  const write = () => {
    stopWaiting?.();
    stopWaiting = undefined;
    if (waiting.length === 0) return;
    try {
      store.add(waiting);
      waiting = [];
      isFailing = false;
    } catch (thrown) {
      if (!isFailing) log('warn', 'agent.activity.not-noted', { code: asGlasskeyError(thrown).code });
      isFailing = true;
    }
  };
  const writeLater = (ms: number) => {
    stopWaiting ??= clock.after(ms, () => {
      stopWaiting = undefined;
      write();
      if (waiting.length > 0) writeLater(TRY_AGAIN_MS);
    });
  };

  return {
    record({ at, keyBlob, request, client, decision, reason, asked }) {
      const { program, starter, place, pid } = client;
      const record = {
        at,
        endedAt: clock.now(),
        agent,
        key: keyBlob && sha256Fingerprint(keyBlob),
        ...whatFor(request, nameHost),
        client: { program, starter, place, pid },
        decision,
        reason,
        asked,
      };
      waiting.push(record);
      if (waiting.length > MOST_AGENT_REQUESTS) waiting.shift();
      writeLater(WRITTEN_AFTER_MS);
      if (decision === 'refused') onRefused?.(record);
    },
    close: write,
  };
}

function whatFor(
  request: AnsweredRequest['request'],
  nameHost: NameHost,
): Pick<AgentRequestRecord, 'purpose' | 'through'> {
  if (request === undefined) return { purpose: { kind: 'other' }, through: [] };
  const { purpose, through } = signingFacts(
    { ...request, keyBlob: new Uint8Array(), data: new Uint8Array() },
    nameHost,
  );
  const hops = through.map(({ name, fingerprint }: ShownHost) => ({ name, fingerprint }));
  if (purpose.kind === 'sshsig') return { purpose, through: hops };
  const { user, host } = purpose;
  return {
    purpose: { kind: 'login', user, hostName: host?.name, hostKeyFingerprint: host?.fingerprint },
    through: hops,
  };
}

/** Codes of a key that was not touched in time. */
const TIMED_OUT: readonly string[] = ['CTAP_NO_TOUCH', 'CTAP_TIMEOUT'];
/** The agent's own codes say no, but for this one: the key had signed. */
const NOT_A_REFUSAL = 'AGENT_SIGNATURE_UNUSABLE';

/** What an error that ended a request means. `hasGone`: the client has, or the agent was locked or closed. */
export function decisionOf(
  error: GlasskeyError,
  hasGone: boolean,
): { readonly decision: AgentDecision; readonly reason: string } {
  const { code, kind, cause } = error;
  const decision = (what: AgentDecision) => ({ decision: what, reason: code });
  if (kind === 'cancelled') {
    // The screen was locked (agentLocked in approving-keyring.ts): nobody said no.
    if (cause instanceof GlasskeyError) return { decision: 'cancelled', reason: cause.code };
    return decision(hasGone ? 'cancelled' : 'denied');
  }
  if (TIMED_OUT.includes(code)) return decision('timed-out');
  return decision(code.startsWith('AGENT_') && code !== NOT_A_REFUSAL ? 'refused' : 'failed');
}
