/** What agents were asked to sign, and what came of it: the last thousand requests. No secret, and nothing of what was signed. */
import { type Database, transactionUnlessBusy, withDatabaseErrors } from './database.ts';
import { among, asJson, list, members, nullable, number, optional, type Stored, tagged, text } from './stored-form.ts';

export const AGENT_KINDS = ['app', 'connect', 'command-line'] as const;
/** Whose agent: the app's, that of one connect or drill, or that of `glasskey agent`. */
export type AgentKind = (typeof AGENT_KINDS)[number];

/**
 * - `signed`: the signature was made,
 * - `passed-through`: the user's other agent made it, by its own rules (agent/pass-through.ts),
 * - `denied`: a person said no, or took it back,
 * - `refused`: the agent said no by itself; `reason` says why,
 * - `timed-out`: nobody touched the key in time,
 * - `cancelled`: the program that asked has gone, or the agent was closed or locked meanwhile,
 * - `failed`: everything else, such as a key that is not plugged in.
 */
export const AGENT_DECISIONS = [
  'signed',
  'passed-through',
  'denied',
  'refused',
  'timed-out',
  'cancelled',
  'failed',
] as const;
export type AgentDecision = (typeof AGENT_DECISIONS)[number];

const Purpose = tagged('kind', {
  login: members({
    user: text,
    /** As known_hosts has it. */
    hostName: optional(text),
    hostKeyFingerprint: optional(text),
  }),
  sshsig: members({ namespace: text }),
  /** Data that is neither, or that cannot be read. */
  other: members({}),
});
const Through = list(members({ name: optional(text), fingerprint: optional(text) }));
const Asking = members({
  program: optional(text),
  starter: optional(text),
  place: optional(text),
  pid: optional(number),
});

/** One request for a signature. Names that come from strangers are as describe-signing.ts shows them. */
export interface AgentRequestRecord {
  readonly id: number;
  /** When it came, and when it was answered; in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly endedAt: number;
  readonly agent: AgentKind;
  /** Of the key that was asked for; undefined where the message cannot be read. */
  readonly key: string | undefined;
  readonly purpose: Readonly<Stored<typeof Purpose>>;
  /** The hosts that the agent was forwarded through, nearest first. */
  readonly through: Readonly<Stored<typeof Through>>;
  readonly client: Readonly<Stored<typeof Asking>>;
  readonly decision: AgentDecision;
  /** Of all but `signed` and `passed-through`: a code of docs/errors.md, or a reason of agent/signing-purpose.ts. */
  readonly reason: string | undefined;
  /** Whether a person was asked about this one. */
  readonly asked: boolean;
}

export interface AgentActivityStore {
  /** In one transaction. Never waits: throws `DATABASE_BUSY` at once where another process writes. */
  add(records: readonly Omit<AgentRequestRecord, 'id'>[]): void;
  /** Newest first. */
  list(limit?: number): readonly AgentRequestRecord[];
}

export const MOST_AGENT_REQUESTS = 1000;

const Row = members({
  id: number,
  at: number,
  ended_at: number,
  agent: among(AGENT_KINDS),
  key: nullable(text),
  purpose: asJson(Purpose),
  through: asJson(Through),
  client: asJson(Asking),
  decision: among(AGENT_DECISIONS),
  reason: nullable(text),
  asked: number,
});

const INSERT = `INSERT INTO agent_requests (at, ended_at, agent, key, purpose, through, client, decision, reason, asked)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function agentActivityStore(database: Database): AgentActivityStore {
  const { sqlite } = database;
  return {
    add: (records) =>
      transactionUnlessBusy(database, () => {
        const insert = sqlite.prepare(INSERT);
        for (const { at, endedAt, agent, key, purpose, through, client, decision, reason, asked } of records) {
          insert.run(
            at,
            endedAt,
            agent,
            key ?? null,
            JSON.stringify(purpose),
            JSON.stringify(through),
            JSON.stringify(client),
            decision,
            reason ?? null,
            asked ? 1 : 0,
          );
        }
        sqlite
          .prepare('DELETE FROM agent_requests WHERE id <= (SELECT max(id) FROM agent_requests) - ?')
          .run(MOST_AGENT_REQUESTS);
      }),
    list: (limit = MOST_AGENT_REQUESTS) =>
      withDatabaseErrors(database.file, () =>
        list(Row)
          .read(sqlite.prepare('SELECT * FROM agent_requests ORDER BY id DESC LIMIT ?').all(limit))
          .map(recordOf),
      ),
  };
}

function recordOf({ ended_at, key, reason, asked, ...row }: Stored<typeof Row>): AgentRequestRecord {
  return { ...row, endedAt: ended_at, key: key ?? undefined, reason: reason ?? undefined, asked: asked !== 0 };
}
