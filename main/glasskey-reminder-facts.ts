/** The facts that reminders go by, gathered for glasskey-reminders.ts from database and disk: no key, no network. */
import { existsSync } from 'node:fs';
import type { EnrollmentJournal } from './enrollment/enrollment.ts';
import { type EnrollmentReport, readiness } from './enrollment/readiness.ts';
import { lastProvenOf } from './glasskey-last-proven.ts';
import { DAY_MS, type Facts, type KeyFact, type PolicyAges } from './reminders/facts.ts';
import type { Reminder } from './reminders/reminder.ts';
import { remindersOf } from './reminders/rules.ts';
import type { Database } from './storage/database.ts';
import { drillStore } from './storage/drill-store.ts';
import type { Settings } from './storage/settings.ts';
import { targetStore } from './storage/target-store.ts';

export interface RemindersWorld {
  readonly database: Database;
  readonly settings: Settings;
  readonly journal: EnrollmentJournal;
}

/** All reminders, due or to come, from what is known now. */
export function remindersNow(world: RemindersWorld, now: number): readonly Reminder[] {
  return remindersOf(factsOf(world, now), policyAges(world.settings));
}

function policyAges(settings: Settings): PolicyAges {
  return {
    credentialAgeMs: settings.get('reminders.credentialAgeDays').value * DAY_MS,
    drillAgeMs: settings.get('reminders.drillAgeDays').value * DAY_MS,
  };
}

function factsOf({ database, settings, journal }: RemindersWorld, now: number): Facts {
  const { enrollments, rotation } = readiness({
    enrollments: journal.list(),
    proofs: journal.lastProofs(),
    filesPresent: ({ plan }) => existsSync(plan.keyFile) && existsSync(`${plan.keyFile}.pub`),
    now,
    reconcileEveryMs: settings.get('reconcile.everyMinutes').value * 60_000,
  });
  const targets = targetStore(database).list();
  const proven = lastProvenOf(targets, drillStore(database).lastPassed());
  return {
    keys: enrollments.map(keyFact),
    rotation: rotation && { old: rotation.old.id, new: rotation.new.id, leaving: rotation.leaving },
    targets: targets.map(({ name, isFavourite }) => ({ name, isFavourite, provenAt: proven.get(name)?.at })),
  };
}

function keyFact(report: EnrollmentReport): KeyFact {
  const { id, state, keyFile, fingerprint, createdAt, origin, backup } = report;
  const { account, publishedAt, foundOnProfile, reconciledBy, replacedAt, lastProven } = report;
  return {
    id,
    isWritten: state === 'written' || state === 'published',
    keyFile,
    fingerprint,
    createdAt,
    isFound: origin === 'found',
    isBackup: backup,
    account,
    publishedAt,
    foundOnProfile,
    reconciledBy: reconciledBy === undefined ? undefined : Math.round(reconciledBy),
    replacedAt,
    provenAt: lastProven?.at,
  };
}
