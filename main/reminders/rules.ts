/**
 * Every rule. A new one is a function of the same form, a name in `RULES`, and its texts in main/texts/english/reminder.ts; delivery,
 * calendar, screen and command line know none of them.
 */
import type { Facts, PolicyAges } from './facts.ts';
import type { Reminder, RuleName } from './reminder.ts';
import { credentialAge } from './rules/credential-age.ts';
import { drillAge } from './rules/drill-age.ts';
import { firmware } from './rules/firmware.ts';
import { hostKeyChanged } from './rules/host-key-changed.ts';
import { noBackup } from './rules/no-backup.ts';
import { noFreeSlot } from './rules/no-free-slot.ts';
import { oneHalfLeft } from './rules/one-half-left.ts';
import { pinTries } from './rules/pin-tries.ts';
import { profileDrift } from './rules/profile-drift.ts';
import { rotationLeft } from './rules/rotation-left.ts';
import { signedOut } from './rules/signed-out.ts';
import { unknownMaker } from './rules/unknown-maker.ts';
import { unproven } from './rules/unproven.ts';

/** From facts to what there is to be reminded of, now or later: its stages say when. Pure. */
export type Rule = (facts: Facts, ages: PolicyAges) => readonly Reminder[];

const RULE: Readonly<Record<RuleName, Rule>> = {
  'credential-age': credentialAge,
  unproven,
  'drill-age': drillAge,
  'profile-drift': profileDrift,
  'pin-tries': pinTries,
  'no-free-slot': noFreeSlot,
  firmware,
  'unknown-maker': unknownMaker,
  'no-backup': noBackup,
  'one-half-left': oneHalfLeft,
  'host-key-changed': hostKeyChanged,
  'signed-out': signedOut,
  'rotation-left': rotationLeft,
};

/** All reminders that the facts give rise to, due or to come; of each id one. */
export function remindersOf(facts: Facts, ages: PolicyAges): readonly Reminder[] {
  return Object.values(RULE).flatMap((rule) => rule(facts, ages));
}
