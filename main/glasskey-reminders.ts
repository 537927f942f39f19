/** Reminders, composed for glasskey.ts: gathers the facts from database and disk, and says what there is to be reminded of. */
import { existsSync } from 'node:fs';
import { shellWord } from './connect/shell-word.ts';
import type { EnrollmentJournal } from './enrollment/enrollment.ts';
import { type EnrollmentReport, readiness } from './enrollment/readiness.ts';
import { lastProvenOf } from './glasskey-last-proven.ts';
import { DAY_MS, type Facts, type KeyFact, type PolicyAges } from './reminders/facts.ts';
import { dueAt, type Reminder, rankOf, type Severity, type Stage, stageAt } from './reminders/reminder.ts';
import { remindersOf } from './reminders/rules.ts';
import type { Said } from './reminders/said.ts';
import type { Database } from './storage/database.ts';
import { drillStore } from './storage/drill-store.ts';
import type { Settings } from './storage/settings.ts';
import { targetStore } from './storage/target-store.ts';

export interface RemindersWorld {
  readonly database: Database;
  readonly settings: Settings;
  readonly journal: EnrollmentJournal;
}

/** A reminder that holds now. */
export interface ListedReminder extends Reminder {
  readonly severity: Severity;
  /** When it should be done. */
  readonly dueAt: number;
  /** The remedy's command as a shell takes it. */
  readonly commandLine: string;
  /** Its owner wants to hear of it again at this time. */
  readonly snoozedUntil: number | undefined;
  /** Its owner wants to hear no more of it, unless it becomes more pressing or what causes it changes. */
  readonly dismissed: { readonly at: number; readonly because: string } | undefined;
}

/** A stage that is yet to come. */
export interface ComingStage extends Stage {
  readonly reminder: Reminder;
  readonly commandLine: string;
}

/** One whose cause is gone. */
export interface DoneReminder {
  readonly id: string;
  readonly rule: Reminder['rule'];
  readonly subject: string;
  readonly title: Said;
  readonly endedAt: number;
}

export interface RemindersReport {
  readonly now: number;
  /** The weightiest first, and of those the one that has been for longest. */
  readonly open: readonly ListedReminder[];
  /** What comes within the next 120 days, in its order. */
  readonly coming: readonly ComingStage[];
  /** What was done, newest first. */
  readonly done: readonly DoneReminder[];
}

const COMING_MS = 120 * DAY_MS;

export function remindersReport(world: RemindersWorld, now: number): RemindersReport {
  const all = remindersOf(factsOf(world, now), policyAges(world.settings));
  const open = all.flatMap((one): readonly ListedReminder[] => {
    const stage = stageAt(one, now);
    return stage === undefined ? [] : [listed(one, stage)];
  });
  const coming = all.flatMap((one) =>
    one.stages
      .filter(({ at }) => at > now && at <= now + COMING_MS)
      .map((stage): ComingStage => ({ ...stage, reminder: one, commandLine: commandLineOf(one) })),
  );
  return {
    now,
    open: open.toSorted((a, b) => rankOf(b.severity) - rankOf(a.severity) || a.dueAt - b.dueAt),
    coming: coming.toSorted((a, b) => a.at - b.at),
    done: [],
  };
}

function listed(reminder: Reminder, { severity }: Stage): ListedReminder {
  return {
    ...reminder,
    severity,
    dueAt: dueAt(reminder),
    commandLine: commandLineOf(reminder),
    snoozedUntil: undefined,
    dismissed: undefined,
  };
}

function commandLineOf({ remedy }: Reminder): string {
  return remedy.command.map(shellWord).join(' ');
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
    reconciledBy,
    replacedAt,
    provenAt: lastProven?.at,
  };
}
