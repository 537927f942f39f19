/** Named targets: the devices somebody logs in to, the jump hosts before them, and the ways to each. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Database, transaction, withDatabaseErrors } from './database.ts';
import {
  among,
  asJson,
  list,
  members,
  nonEmptyList,
  nullable,
  number,
  optional,
  type Stored,
  text,
} from './stored-form.ts';

/** What a target is. Only a `jump-host` may be named as one by others. */
export const TARGET_ROLES = [
  'jump-host',
  'ce',
  'tor',
  'management-switch',
  'packet-broker',
  'terminal-server',
  'bare-metal',
  'vm',
  'aks-node',
  'other',
] as const;
export type TargetRole = (typeof TARGET_ROLES)[number];

/**
 * - `jump`: `ssh -J` over the jump hosts; without any, straight there,
 * - `forwarded`: to the last of the jump hosts with agent forwarding, and from there on with its own ssh,
 * - `console`: the VM console service; it ends a console session that somebody else has,
 * - `password`: a shared account's password (Method D v1.5): the last resort, never tried by itself.
 */
export const WAY_KINDS = ['jump', 'forwarded', 'console', 'password'] as const;
export type WayKind = (typeof WAY_KINDS)[number];

export interface Way {
  readonly kind: WayKind;
  /** Jump hosts in order, each spelled as the connect capability does it, or the name of a saved jump host; empty for none. */
  readonly jumps: readonly string[];
  /** Where this way logs in to, if that is elsewhere or somebody else than the target's `device`: a console, another network, a shared account. */
  readonly device?: string | undefined;
}

export interface Target {
  readonly name: string;
  readonly role: TargetRole;
  /** `user@host:port` as the connect capability spells it; parsed there. */
  readonly device: string;
  /** In the order in which they are tried. */
  readonly ways: readonly [Way, ...Way[]];
  readonly tags: readonly string[];
  /** Lines of plain text. */
  readonly notes: string;
  readonly isFavourite: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly lastUsedAt: number | null;
}

/** What people say of a target; when it was used is noted by logins. */
export type TargetEntry = Omit<Target, 'lastUsedAt'>;

/** `replace`: the target of that name gets a new meaning, and maybe a new name; when it was last used stays. */
export type TargetChange =
  | { readonly kind: 'add'; readonly target: TargetEntry }
  | { readonly kind: 'replace'; readonly name: string; readonly target: TargetEntry }
  | { readonly kind: 'remove'; readonly name: string };

export interface TargetStore {
  /** Throws `TARGET_EXISTS`: a name is never given a new meaning unasked. */
  add(target: TargetEntry): void;
  /** All of the changes, in their order, or none. Throws `TARGET_EXISTS`, and `TARGET_UNKNOWN` where one to replace or remove has gone. */
  change(changes: readonly TargetChange[]): void;
  get(name: string): Target | undefined;
  /** Last used first, then by name. */
  list(): Target[];
  /** False where there is none of that name. */
  setFavourite(name: string, isFavourite: boolean): boolean;
  markUsed(name: string, at: number): void;
}

/** A target of which no more is known than the way: what `connect --save` remembers. */
export function plainTarget(name: string, device: string, jumps: readonly string[]): TargetEntry {
  return { name, role: 'other', device, ways: [{ kind: 'jump', jumps }], tags: [], notes: '', isFavourite: false };
}

const StoredWay = members({
  kind: among(WAY_KINDS),
  jumps: list(text),
  device: optional(text),
});
const Row = members({
  name: text,
  role: among(TARGET_ROLES),
  device: text,
  ways: asJson(nonEmptyList(StoredWay)),
  tags: asJson(list(text)),
  notes: text,
  is_favourite: number,
  last_used_at: nullable(number),
});

const INSERT = `INSERT INTO targets (name, role, device, ways, tags, notes, is_favourite) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO NOTHING`;
const REPLACE = `UPDATE targets SET name = ?, role = ?, device = ?, ways = ?, tags = ?, notes = ?, is_favourite = ?
  WHERE name = ?`;

export function targetStore(database: Database): TargetStore {
  const { sqlite } = database;
  const read = <T>(work: () => T) => withDatabaseErrors(database.file, work);
  const run = (sql: string, ...values: (string | number)[]) => Number(sqlite.prepare(sql).run(...values).changes);
  const write = (sql: string, ...values: (string | number)[]) => transaction(database, () => run(sql, ...values));
  const has = (name: string) => sqlite.prepare('SELECT 1 FROM targets WHERE name = ?').get(name) !== undefined;

  const make = (change: TargetChange): void => {
    if (change.kind === 'add') {
      if (run(INSERT, ...columnsOf(change.target)) === 0) throw alreadyThere(change.target.name);
    } else if (change.kind === 'replace') {
      const { name, target } = change;
      if (target.name !== name && has(target.name)) throw alreadyThere(target.name);
      if (run(REPLACE, ...columnsOf(target), name) === 0) throw gone(name);
    } else if (run('DELETE FROM targets WHERE name = ?', change.name) === 0) throw gone(change.name);
  };
  const change = (changes: readonly TargetChange[]) => transaction(database, () => changes.forEach(make));

  return {
    add: (target) => change([{ kind: 'add', target }]),
    change,
    get: (name) =>
      read(() => {
        const row = sqlite.prepare('SELECT * FROM targets WHERE name = ?').get(name);
        return row && targetOf(Row.read(row));
      }),
    list: () =>
      read(() =>
        list(Row)
          .read(sqlite.prepare('SELECT * FROM targets ORDER BY last_used_at DESC NULLS LAST, name').all())
          .map(targetOf),
      ),
    setFavourite: (name, isFavourite) =>
      write('UPDATE targets SET is_favourite = ? WHERE name = ?', Number(isFavourite), name) > 0,
    markUsed(name, at) {
      write('UPDATE targets SET last_used_at = ? WHERE name = ?', at, name);
    },
  };
}

function targetOf({ is_favourite, last_used_at, ...target }: Stored<typeof Row>): Target {
  return { ...target, isFavourite: is_favourite !== 0, lastUsedAt: last_used_at };
}

function columnsOf({ name, role, device, ways, tags, notes, isFavourite }: TargetEntry): (string | number)[] {
  return [name, role, device, JSON.stringify(ways), JSON.stringify(tags), notes, Number(isFavourite)];
}

function alreadyThere(name: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_EXISTS',
    message: `There is a target named ${name} already.`,
    remedy: 'Choose another name, or remove that one first.',
    detail: { name },
  });
}

function gone(name: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_UNKNOWN',
    message: `There is no saved target ${name} any more.`,
    remedy: 'Somebody removed or renamed it meanwhile; save it as a new one.',
    detail: { name },
  });
}
