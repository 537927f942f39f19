/** Notes what is seen of profile, security keys and hosts while something else is done, for the reminders of later. Never throws. */
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Clock } from '../time/clock.ts';
import type { ProfileKeyHolder } from './enrollment/publish.ts';
import type { AttestationReport } from './glasskey-attestation.ts';
import { hostSubject } from './glasskey-host-subject.ts';
import { skFingerprint } from './openssh/fingerprint.ts';
import { parsePublicLine } from './openssh/public-line.ts';
import type { SeenKey } from './security-keys/pin-seen.ts';
import type { Database } from './storage/database.ts';
import type { DrillRecord } from './storage/drill-store.ts';
import { type ObservationKind, type ObservationValue, observationStore } from './storage/observation-store.ts';

export interface ObservingWorld {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

/** The same holder; whose profile it is and what that holds is noted each time that it is asked. */
export function observedProfile(holder: ProfileKeyHolder, world: ObservingWorld): ProfileKeyHolder {
  let account: string | undefined;
  const seen = (line: string | undefined) => {
    if (account !== undefined) note('profile', account, { fingerprint: fingerprintOf(line) }, world);
  };
  return {
    async account(signal) {
      account = await holder.account(signal);
      note('sign-in', account, {}, world);
      return account;
    },
    async read(signal) {
      const line = await holder.read(signal);
      seen(line);
      return line;
    },
    async publish(line, options) {
      await holder.publish(line, options);
      seen(line);
    },
  };
}

/** How the PINs of security keys stand that say it, and how much room they have. */
export function noteSecurityKeys(keys: readonly SeenKey[], world: ObservingWorld): void {
  for (const key of keys) {
    const { product, aaguid, pin, freeSlots: free } = key;
    if (free !== undefined) note('slots', subjectOf(key), { product, aaguid: aaguid ?? null, free }, world);
    if (pin === undefined) continue;
    const value = { product, aaguid: aaguid ?? null, state: pin.state, triesLeft: pin.triesLeft ?? null };
    note('pin', subjectOf(key), value, world);
  }
}

/** The same of one that said it while something else was done with it. Nothing is written where it is known: its owner waits for the key. */
export function noteSeenKey(key: SeenKey, world: ObservingWorld): void {
  const { state, triesLeft } = key.pin ?? {};
  const subject = subjectOf(key);
  const pin = noted('pin', subject, world);
  const isKnown = pin !== undefined && pin.state === state && pin.triesLeft === (triesLeft ?? null);
  if (!isKnown || key.freeSlots !== noted('slots', subject, world)?.free) noteSecurityKeys([key], world);
}

/** Two keys of one model and firmware cannot be told apart without their PIN: what was seen last of either counts. */
function subjectOf({ aaguid, vendorId, productId, firmware }: SeenKey): string {
  return `${aaguid ?? `${vendorId}:${productId}`} ${firmware ?? ''}`.trimEnd();
}

/** Hosts that showed the key that is known of them, or another. */
export function noteHostKeys(hosts: readonly string[], isKnown: boolean, world: ObservingWorld): void {
  for (const host of hosts) note('host-key', hostSubject(host), { isKnown }, world);
}

/** What drills say of the hosts on their ways. */
export function noteDrilledHosts(drills: readonly DrillRecord[], world: ObservingWorld): void {
  for (const { hop, step, state, code } of drills.flatMap(({ steps }) => steps)) {
    if (hop === undefined || step !== 'host-key') continue;
    if (state === 'passed') noteHostKeys([hop], true, world);
    if (code === 'CONNECT_HOST_KEY_CHANGED') noteHostKeys([hop], false, world);
  }
}

/**
 * What the attestation of an enrollment proves. Nothing is written where that is known: the window asks for each key that it lists. What
 * was genuine once is: its certificate may have expired since.
 */
export function noteAttestation(
  enrollment: string,
  verdict: AttestationReport['verdict'],
  world: ObservingWorld,
): void {
  if (verdict === 'not-kept') return;
  const known = noted('attestation', enrollment, world)?.kind;
  if (known === verdict || known === 'genuine') return;
  note('attestation', enrollment, { kind: verdict }, world);
}

/** What was noted last; undefined where nothing was, or it cannot be read. */
function noted<K extends ObservationKind>(
  kind: K,
  subject: string,
  { database, log }: ObservingWorld,
): ObservationValue<K> | undefined {
  try {
    return observationStore(database)
      .list(kind)
      .find((one) => one.subject === subject)?.value;
  } catch (error) {
    log('warn', 'observation.not-read', { kind, code: asGlasskeyError(error).code });
    return undefined;
  }
}

function note<K extends ObservationKind>(
  kind: K,
  subject: string,
  value: ObservationValue<K>,
  { database, clock, log }: ObservingWorld,
): void {
  try {
    observationStore(database).note(kind, subject, value, clock.now());
  } catch (error) {
    log('warn', 'observation.not-noted', { kind, code: asGlasskeyError(error).code });
  }
}

/** `null`: there is none, or something that is no security key's line. */
function fingerprintOf(line: string | undefined): string | null {
  if (line === undefined) return null;
  try {
    return skFingerprint(parsePublicLine(line).publicKey);
  } catch {
    return null;
  }
}
