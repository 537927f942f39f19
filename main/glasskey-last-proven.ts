/** When each saved target was last proven: from drills and logins, composed for glasskey.ts. */
import type { Database } from './storage/database.ts';
import { drillStore, type PassedDrill } from './storage/drill-store.ts';
import { type Target, targetStore } from './storage/target-store.ts';

/** When a target was last shown to let its owner in, and by what. */
export interface LastProven {
  readonly at: number;
  readonly by: 'drill' | 'login';
}

/** From the database, now. */
export function lastProvenIn(database: Database): ReadonlyMap<string, LastProven> {
  return lastProvenOf(targetStore(database).list(), drillStore(database).lastPassed());
}

/**
 * For each saved target that ever was: the last drill that passed, at the device that it has now, or the last login. Reminders go by it.
 * `passed`: one for each name and device.
 */
export function lastProvenOf(
  targets: readonly Target[],
  passed: readonly PassedDrill[],
): ReadonlyMap<string, LastProven> {
  const drilledAt = new Map(passed.map(({ target, device, at }) => [keyOf(target, device), at]));
  return new Map(
    targets.flatMap(({ name, device, lastUsedAt }): readonly (readonly [string, LastProven])[] => {
      const drilled = drilledAt.get(keyOf(name, device));
      const byDrill = drilled === undefined ? [] : [{ at: drilled, by: 'drill' } as const];
      const byLogin = lastUsedAt === null ? [] : [{ at: lastUsedAt, by: 'login' } as const];
      const [last] = [...byDrill, ...byLogin].toSorted((a, b) => b.at - a.at);
      return last === undefined ? [] : [[name, last]];
    }),
  );
}

function keyOf(target: string, device: string): string {
  return JSON.stringify([target, device]);
}
