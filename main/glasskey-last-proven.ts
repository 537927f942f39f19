/** When each saved target was last proven: from drills and logins, composed for glasskey.ts. */
import type { DrillRecord } from './storage/drill-store.ts';
import type { Target } from './storage/target-store.ts';

/** When a target was last shown to let its owner in, and by what. */
export interface LastProven {
  readonly at: number;
  readonly by: 'drill' | 'login';
}

/**
 * For each saved target that ever was: the last drill that passed, at the device that it has now, or the last login. Reminders go by it.
 * `drills`: newest first.
 */
export function lastProvenOf(
  targets: readonly Target[],
  drills: readonly DrillRecord[],
): ReadonlyMap<string, LastProven> {
  return new Map(
    targets.flatMap(({ name, device, lastUsedAt }): readonly (readonly [string, LastProven])[] => {
      const passed = drills.find((one) => one.target === name && one.device === device && one.verdict === 'passed');
      const byDrill = passed === undefined ? [] : [{ at: passed.at, by: 'drill' } as const];
      const byLogin = lastUsedAt === null ? [] : [{ at: lastUsedAt, by: 'login' } as const];
      const [last] = [...byDrill, ...byLogin].toSorted((a, b) => b.at - a.at);
      return last === undefined ? [] : [[name, last]];
    }),
  );
}
