/** What the owner of a key has said about its signatures, where that is not what the settings say of all keys. */
import { type Database, transaction, withDatabaseErrors } from './database.ts';
import { among, members, nullable } from './stored-form.ts';

export const ASK_POLICIES = ['always', 'once-per-session'] as const;
export const FORWARDED_POLICIES = ['ask', 'refuse'] as const;

/** Undefined: as the settings say. */
export interface OwnKeyPolicy {
  readonly ask: (typeof ASK_POLICIES)[number] | undefined;
  readonly forwarded: (typeof FORWARDED_POLICIES)[number] | undefined;
}

export interface KeyPolicyStore {
  /** `key`: the fingerprint. */
  get(key: string): OwnKeyPolicy;
  set(key: string, policy: OwnKeyPolicy): void;
}

const Row = members({ ask: nullable(among(ASK_POLICIES)), forwarded: nullable(among(FORWARDED_POLICIES)) });

export function keyPolicyStore(database: Database): KeyPolicyStore {
  const { sqlite } = database;
  return {
    get: (key) =>
      withDatabaseErrors(database.file, () => {
        const row = sqlite.prepare('SELECT ask, forwarded FROM key_policies WHERE key = ?').get(key);
        const { ask, forwarded } = row === undefined ? { ask: null, forwarded: null } : Row.read(row);
        return { ask: ask ?? undefined, forwarded: forwarded ?? undefined };
      }),
    set: (key, { ask, forwarded }) =>
      transaction(database, () => {
        sqlite.prepare('DELETE FROM key_policies WHERE key = ?').run(key);
        if (ask === undefined && forwarded === undefined) return;
        sqlite
          .prepare('INSERT INTO key_policies (key, ask, forwarded) VALUES (?, ?, ?)')
          .run(key, ask ?? null, forwarded ?? null);
      }),
  };
}
