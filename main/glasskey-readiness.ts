/** How the enrollments of this computer stand, composed for glasskey.ts and the parts that go by it: from the disk alone. */
import { existsSync } from 'node:fs';
import type { EnrollmentJournal } from './enrollment/enrollment.ts';
import { type ReadinessReport, readiness } from './enrollment/readiness.ts';
import type { Settings } from './storage/settings.ts';

export interface ReadinessWorld {
  readonly journal: EnrollmentJournal;
  readonly settings: Settings;
}

/** Would a login work at `now` (milliseconds since 1970)? */
export function readinessAt(now: number, { journal, settings }: ReadinessWorld): ReadinessReport {
  return readiness({
    enrollments: journal.list(),
    proofs: journal.lastProofs(),
    filesPresent: ({ plan }) => existsSync(plan.keyFile) && existsSync(`${plan.keyFile}.pub`),
    now,
    reconcileEveryMs: reconcileEveryMs(settings),
  });
}

/** How often the fabric's devices reconcile the keys that they let in. */
export function reconcileEveryMs(settings: Settings): number {
  return settings.get('reconcile.everyMinutes').value * 60_000;
}
