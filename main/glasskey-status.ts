/** Readiness, and where one can log in to, composed for glasskey.ts: from the disk alone. */
import type { ReadinessReport } from './enrollment/readiness.ts';
import type { KeyWay } from './glasskey-key-way.ts';
import { type LastProven, lastProvenOf } from './glasskey-last-proven.ts';
import { readinessAt } from './glasskey-readiness.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { type DrillRecord, drillStore } from './storage/drill-store.ts';
import { type Target, targetStore } from './storage/target-store.ts';

/** Readiness, and where one can log in to. */
export interface StatusReport extends ReadinessReport {
  /** Which way security keys are reached; undefined where there is but one: everywhere but on Windows. */
  readonly keyWay?: KeyWay | undefined;
  /** Saved targets, last used first. */
  readonly targets: readonly Target[];
  /** The last rehearsal of any. */
  readonly lastDrill: DrillRecord | undefined;
  /** When each saved target was last shown to let its owner in, by its name. */
  readonly lastProven: Readonly<Record<string, LastProven>>;
  /** The names of the saved targets that neither a drill nor a login has ever proven. */
  readonly neverProven: readonly string[];
}

export async function statusReport(world: OpenWorld): Promise<StatusReport> {
  const { database, clock } = world;
  const report = readinessAt(clock.now(), world);
  const targets = targetStore(database).list();
  const drills = drillStore(database);
  const proven = lastProvenOf(targets, drills.lastPassed());
  const { rotation } = report;
  return {
    ...report,
    keyWay: await world.keyWay(),
    next: withTarget(report.next, targets),
    rotation: rotation && { ...rotation, next: withTarget(rotation.next, targets) },
    targets,
    lastDrill: drills.last(),
    lastProven: Object.fromEntries(proven),
    neverProven: targets.filter(({ name }) => !proven.has(name)).map(({ name }) => name),
  };
}

const TYPED_TARGET = 'USER@DEVICE --jump USER@JUMPHOST';

/** Names the target that was used last, where there is one, in place of how one is typed. */
function withTarget(next: string, [last]: readonly Target[]): string {
  return last === undefined ? next : next.replace(TYPED_TARGET, last.name);
}
