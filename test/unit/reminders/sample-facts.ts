/** Facts that give no reminder, for tests to change one of. */
import { DAY_MS, type Facts, type KeyFact, type PolicyAges, type TargetFact } from '../../../main/reminders/facts.ts';

export const HOUR_MS = 3_600_000;
/** 2026-09-01T00:00:00Z. */
export const BEGIN = Date.UTC(2026, 8, 1);

/** A YubiKey 5 NFC. */
export const AAGUID = 'fa2b99dc-9e39-4257-8f92-4a30d23c4118';

export const NO_FACTS: Facts = {
  keys: [],
  rotation: undefined,
  targets: [],
  lostKeys: [],
  profiles: [],
  pins: [],
  slots: [],
  changedHostKeys: [],
  signIns: [],
};

export const AGES: PolicyAges = {
  reconcileEveryMs: 4 * HOUR_MS,
  credentialAgeMs: 90 * DAY_MS,
  drillAgeMs: 30 * DAY_MS,
};

/** Published at once, on every device four hours later, and proven an hour after that. */
export function keyFact(changes: Partial<KeyFact> = {}): KeyFact {
  return {
    id: 'key-1',
    isWritten: true,
    keyFile: '/home/alice/.ssh/id_ed25519_sk',
    fingerprint: 'SHA256:one',
    createdAt: BEGIN,
    isFound: false,
    isBackup: false,
    account: 'alice@contoso.example',
    publishedAt: BEGIN,
    foundOnProfile: false,
    reconciledBy: BEGIN + 4 * HOUR_MS,
    goneFrom: undefined,
    replacedAt: undefined,
    provenAt: BEGIN + 5 * HOUR_MS,
    aaguid: AAGUID,
    filesMissingSince: undefined,
    advisories: [],
    attestation: { shown: 'genuine', suffices: true },
    ...changes,
  };
}

export const BACKUP = keyFact({
  id: 'key-2',
  keyFile: '/home/alice/.ssh/id_ed25519_sk_backup',
  fingerprint: 'SHA256:two',
  isBackup: true,
  account: undefined,
  publishedAt: undefined,
  reconciledBy: undefined,
  provenAt: undefined,
});

export function targetFact(changes: Partial<TargetFact> = {}): TargetFact {
  return { name: 'leaf1', isFavourite: false, provenAt: BEGIN + 5 * HOUR_MS, ...changes };
}

export function facts(changes: Partial<Facts> = {}): Facts {
  return { ...NO_FACTS, keys: [keyFact(), BACKUP], targets: [targetFact()], ...changes };
}
