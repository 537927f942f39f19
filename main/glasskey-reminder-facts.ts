/** The facts that reminders go by, gathered for glasskey-reminders.ts from database and disk: no key, no network. */
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import { type Enrollment, type EnrollmentJournal, isWritten, type WrittenEnrollment } from './enrollment/enrollment.ts';
import type { EnrollmentReport, RotationReport } from './enrollment/readiness.ts';
import { hostSubject } from './glasskey-host-subject.ts';
import { lastProvenOf } from './glasskey-last-proven.ts';
import { readinessAt, reconcileEveryMs } from './glasskey-readiness.ts';
import {
  type AdvisoryFact,
  type AttestationFact,
  DAY_MS,
  type Facts,
  type KeyFact,
  type LostKeyFact,
  type PinFact,
  type PolicyAges,
  type RotationFact,
} from './reminders/facts.ts';
import type { Reminder } from './reminders/reminder.ts';
import { remindersOf } from './reminders/rules.ts';
import { advisoriesFor } from './security-keys/advisories.ts';
import { type AttestationPolicy, attestationSuffices } from './security-keys/attestation-policy.ts';
import { exactly, parseFirmware } from './security-keys/firmware.ts';
import { modelOf } from './security-keys/models.ts';
import type { Database } from './storage/database.ts';
import { drillStore } from './storage/drill-store.ts';
import { type ObservationStore, type ObservationValue, observationStore } from './storage/observation-store.ts';
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
    reconcileEveryMs: reconcileEveryMs(settings),
    credentialAgeMs: settings.get('reminders.credentialAgeDays').value * DAY_MS,
    drillAgeMs: settings.get('reminders.drillAgeDays').value * DAY_MS,
  };
}

function factsOf({ database, settings, journal }: RemindersWorld, now: number): Facts {
  const all = journal.list();
  const { enrollments, rotation } = readinessAt(now, { journal, settings });
  const observations = observationStore(database);
  unlessBusy(() => observations.setBack(now));
  const sinceWhen = observing(observations, now);
  const looked = new Map(observations.list('attestation').map(({ subject, value }) => [subject, value.kind]));
  const require = settings.get('attestation.require').value;
  const written = new Map(all.filter(isWritten).map((one) => [one.id, one]));
  const targets = targetStore(database).list();
  const proven = lastProvenOf(targets, drillStore(database).lastPassed());
  const hostOf = new Map(targets.map(({ name, device }) => [hostSubject(device), name]));
  return {
    keys: enrollments.map((report) => {
      const one = written.get(report.id);
      return { ...keyFact(report, one, sinceWhen), attestation: attestationFact(one, looked.get(report.id), require) };
    }),
    rotation: rotation && rotationFact(rotation),
    targets: targets.map(({ name, isFavourite }) => ({ name, isFavourite, provenAt: proven.get(name)?.at })),
    lostKeys: lostKeys(all, sinceWhen),
    profiles: observations.list('profile').map(({ subject, value, since, seenAt }) => {
      return { account: subject, fingerprint: value.fingerprint ?? undefined, since, seenAt };
    }),
    pins: observations.list('pin').map(({ subject, value, since }): PinFact => {
      const { product, aaguid, state, triesLeft } = value;
      return { key: subject, product, aaguid: aaguid ?? undefined, state, triesLeft: triesLeft ?? undefined, since };
    }),
    slots: observations.list('slots').map(({ subject, value, since }) => {
      return { key: subject, product: value.product, aaguid: value.aaguid ?? undefined, free: value.free, since };
    }),
    changedHostKeys: observations
      .list('host-key')
      .filter(({ value }) => !value.isKnown)
      .map(({ subject, since }) => ({ host: subject, since, target: hostOf.get(subject) })),
    signIns: observations.list('sign-in').map(({ subject, seenAt }) => ({ account: subject, at: seenAt })),
  };
}

/** Notes what is so now, where it was not so before, and says since when; undefined: it could not be noted now. */
type SinceWhen = <K extends 'files' | 'credential-gone'>(
  kind: K,
  id: string,
  value: ObservationValue<K>,
) => number | undefined;

function observing(store: ObservationStore, now: number): SinceWhen {
  const seen = { files: store.list('files'), 'credential-gone': store.list('credential-gone') };
  return (kind, id, value) => {
    const before = seen[kind].find(({ subject }) => subject === id);
    if (before !== undefined && JSON.stringify(before.value) === JSON.stringify(value)) return before.since;
    // Whoever looks next notes it. Told of now, it would be another occurrence then, and told twice.
    return unlessBusy(() => store.note(kind, id, value, now)) ? now : undefined;
  };
}

/** False: another process writes now, and nothing was done. */
function unlessBusy(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (asGlasskeyError(error).code !== 'DATABASE_BUSY') throw error;
    return false;
  }
}

function keyFact(
  report: EnrollmentReport,
  written: WrittenEnrollment | undefined,
  sinceWhen: SinceWhen,
): Omit<KeyFact, 'attestation'> {
  const { id, keyFile, fingerprint, createdAt, origin, backup, filesPresent } = report;
  const { account, publishedAt, foundOnProfile, reconciledBy, replacedAt, lastProven } = report;
  const filesSince = written && sinceWhen('files', id, { areThere: filesPresent });
  return {
    id,
    isWritten: written !== undefined,
    keyFile,
    fingerprint,
    createdAt,
    isFound: origin === 'found',
    isBackup: backup,
    account,
    publishedAt,
    foundOnProfile,
    reconciledBy: reconciledBy === undefined ? undefined : Math.round(reconciledBy),
    goneFrom: written && lastProven && goneFrom(written),
    replacedAt,
    provenAt: lastProven?.at,
    aaguid: written?.credential.aaguid,
    filesMissingSince: filesPresent ? undefined : filesSince,
    advisories: written === undefined ? [] : advisoriesOf(written),
  };
}

/** A publication that finds the profile without its key forgets that it was published, and keeps whose profile that is. */
function goneFrom({ state, givenUpAt, profilesBefore }: WrittenEnrollment): string | undefined {
  return state === 'written' && givenUpAt === undefined ? profilesBefore.at(-1)?.account : undefined;
}

/** By what is known of the security key since it was enrolled: its model, and the firmware that it told. */
function advisoriesOf({ plan, credential }: WrittenEnrollment): readonly AdvisoryFact[] {
  const model = modelOf({ aaguid: credential.aaguid });
  const told =
    credential.origin === 'made' && credential.firmware !== undefined ? parseFirmware(credential.firmware) : undefined;
  const firmware = model.vendor === 'Yubico' && told !== undefined ? exactly(told) : model.firmware;
  return advisoriesFor(model, firmware, [plan.algorithm])
    .filter(({ severity, certainty }) => severity === 'notice' && certainty === 'affected')
    .map(({ id, title }) => ({ id, title, concernsKey: plan.algorithm === 'ecdsa-sk' }));
}

/**
 * `looked`: what somebody found since, who may have named a root that was not known when the key was made. What was genuine once is:
 * that its certificate expires says nothing of who made it.
 */
function attestationFact(
  written: WrittenEnrollment | undefined,
  looked: AttestationFact['shown'],
  require: AttestationPolicy['require'],
): AttestationFact {
  if (written === undefined) return { shown: undefined, suffices: true };
  const then = written.attestation?.kind;
  const shown = then === 'genuine' ? then : (looked ?? then);
  return { shown: shown === 'certified' ? undefined : shown, suffices: attestationSuffices(require, shown) };
}

/** Given up with its credential, while its profile may hold it: nothing was published there since. */
function lostKeys(all: readonly Enrollment[], sinceWhen: SinceWhen): readonly LostKeyFact[] {
  return all.flatMap((one): readonly LostKeyFact[] => {
    if (one.state !== 'abandoned' || one.publication === undefined) return [];
    const { account, publishedAt } = one.publication;
    const isReplaced = all.some(
      (other) =>
        other.state === 'published' &&
        other.publication.account === account &&
        other.publication.publishedAt > publishedAt,
    );
    if (isReplaced) return [];
    const since = sinceWhen('credential-gone', one.id, {});
    return since === undefined ? [] : [{ id: one.id, keyFile: one.plan.keyFile, account, since }];
  });
}

function rotationFact({ stage, leaving, proven, reconciledBy, old, new: replacement }: RotationReport): RotationFact {
  const stays = leaving === 'old' ? replacement : old;
  const done = [replacement.createdAt, stays.publishedAt, stays.lastProven?.at].filter((at) => at !== undefined);
  return {
    old: old.id,
    new: replacement.id,
    leaving,
    stage,
    since: Math.max(...done),
    reconciledBy: reconciledBy === undefined ? undefined : Math.round(reconciledBy),
    isProven: proven,
  };
}
