/** Named targets: the devices somebody logs in to, and the jump hosts before them. */
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Database, transaction, withDatabaseErrors } from './database.ts';

export interface Target {
  readonly name: string;
  /** `user@host:port` as the connect capability spells it; parsed there. */
  readonly device: string;
  /** Jump hosts in order, spelled alike; empty for none. */
  readonly jumps: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly lastUsedAt: number | null;
}

export interface TargetStore {
  /** Throws `TARGET_EXISTS`: a name is never given a new meaning unasked. */
  add(target: Pick<Target, 'name' | 'device' | 'jumps'>): void;
  /** Adds it or gives the name its new meaning; when it was last used stays. */
  put(target: Pick<Target, 'name' | 'device' | 'jumps'>): void;
  /** Gives the target of that name a new meaning, and maybe a new name; when it was last used stays. False: no such target. Throws `TARGET_EXISTS`. */
  replace(name: string, target: Pick<Target, 'name' | 'device' | 'jumps'>): boolean;
  get(name: string): Target | undefined;
  /** Last used first, then by name. */
  list(): Target[];
  /** False where there is none of that name. */
  remove(name: string): boolean;
  markUsed(name: string, at: number): void;
}

const Row = z
  .object({
    name: z.string(),
    device: z.string(),
    jumps: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
    last_used_at: z.number().nullable(),
  })
  .transform(({ last_used_at, ...target }): Target => ({ ...target, lastUsedAt: last_used_at }));

const INSERT = 'INSERT INTO targets (name, device, jumps) VALUES (?, ?, ?) ON CONFLICT (name)';

export function targetStore(database: Database): TargetStore {
  const { sqlite } = database;
  const read = <T>(work: () => T) => withDatabaseErrors(database.file, work);
  const write = (sql: string, ...values: (string | number)[]) =>
    transaction(database, () => Number(sqlite.prepare(sql).run(...values).changes));

  return {
    add({ name, device, jumps }) {
      if (write(`${INSERT} DO NOTHING`, name, device, JSON.stringify(jumps)) === 0) throw alreadyThere(name);
    },
    put({ name, device, jumps }) {
      write(
        `${INSERT} DO UPDATE SET device = excluded.device, jumps = excluded.jumps`,
        name,
        device,
        JSON.stringify(jumps),
      );
    },
    replace: (name, target) =>
      transaction(database, () => {
        const { name: newName, device, jumps } = target;
        const has = (one: string) => sqlite.prepare('SELECT 1 FROM targets WHERE name = ?').get(one) !== undefined;
        if (newName !== name && has(newName)) throw alreadyThere(newName);
        const change = 'UPDATE targets SET name = ?, device = ?, jumps = ? WHERE name = ?';
        return Number(sqlite.prepare(change).run(newName, device, JSON.stringify(jumps), name).changes) > 0;
      }),
    get: (name) =>
      read(() => {
        const row = sqlite.prepare('SELECT * FROM targets WHERE name = ?').get(name);
        return row && Row.parse(row);
      }),
    list: () =>
      read(() =>
        Row.array().parse(sqlite.prepare('SELECT * FROM targets ORDER BY last_used_at DESC NULLS LAST, name').all()),
      ),
    remove: (name) => write('DELETE FROM targets WHERE name = ?', name) > 0,
    markUsed(name, at) {
      write('UPDATE targets SET last_used_at = ? WHERE name = ?', at, name);
    },
  };
}

function alreadyThere(name: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_EXISTS',
    message: `There is a target named ${name} already.`,
    remedy: 'Choose another name, or remove that one first.',
    detail: { name },
  });
}
