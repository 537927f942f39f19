/**
 * Management of the security keys that are plugged in, composed for glasskey.ts: the capability knows the keys, the journal which
 * of their credentials logins depend on.
 */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Authenticator } from '../native/ctap2/authenticator.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { skPrivateKey, skPublicKey } from './enrollment/key-files.ts';
import type { EnrollmentReport, RotationReport } from './enrollment/readiness.ts';
import type { KeyWay } from './glasskey-key-way.ts';
import { noteSecurityKeys } from './glasskey-observing.ts';
import { readinessAt } from './glasskey-readiness.ts';
import { statusReport } from './glasskey-status.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { skFingerprint } from './openssh/fingerprint.ts';
import { openKey } from './security-keys/choose-key.ts';
import { setAlwaysUv, setMinPinLength } from './security-keys/configure-key.ts';
import { deleteCredential, listCredentials, renameCredential } from './security-keys/credentials.ts';
import { describeKeys, describeOpen } from './security-keys/describe-key.ts';
import {
  enrollFingerprint,
  listFingerprints,
  removeFingerprint,
  renameFingerprint,
} from './security-keys/fingerprints.ts';
import { keyProgress } from './security-keys/key-progress.ts';
import { watchKeys } from './security-keys/key-watch.ts';
import { changePin, setFirstPin } from './security-keys/manage-pin.ts';
import type { SecurityKeyPeople } from './security-keys/people.ts';
import { resetKey } from './security-keys/reset-key.ts';
import type {
  CredentialOnKey,
  CredentialsOnKey,
  FingerprintOnKey,
  FingerprintsOnKey,
  SecurityKey,
} from './security-keys/security-key.ts';
import type { EnrolledCredential, SecurityKeysWorld } from './security-keys/security-keys-world.ts';
import { installUdevRule, type UdevRule, udevRule } from './security-keys/udev-rule.ts';

/**
 * `device` is the path of the key that is meant; undefined: the only one plugged in, or the one that is touched when several
 * are. Each call opens the key, does one thing and lets go of it. Whatever is deleted or cannot be taken back is asked of
 * `people` first, by name; a call never deletes two things.
 *
 * All throw `KEY_MISSING` and what the key answers; those that need the PIN throw `PIN_NOT_SET`, `PIN_BLOCKED`,
 * `PIN_REPLUG_NEEDED` and `PIN_CHANGE_FORCED` before anybody is asked for it, and `CANCELLED`.
 */
export interface SecurityKeys {
  /** Every key that is plugged in. No PIN, no touch. */
  list(signal: AbortSignal): Promise<readonly SecurityKey[]>;
  /** One of them, the same way. */
  look(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;
  /** Tells the paths each time that a key has come or gone, until the signal fires. Opens none. */
  watch(changed: (paths: readonly string[]) => void, signal: AbortSignal): Promise<void>;
  /** Lets it blink for a moment, to be found. Throws `KEY_NO_WINK`. */
  wink(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;

  /** The first PIN. Throws `PIN_SET_ALREADY`. */
  setPin(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;
  changePin(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;

  /** Throws `KEY_NO_CREDENTIAL_MANAGEMENT`. */
  credentials(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<CredentialsOnKey>;
  /**
   * `which`: its id, its credential id, or the fingerprint of an SSH key. `name`: the user name that is shown with it. Throws
   * `CREDENTIAL_UNKNOWN`, `CREDENTIAL_NAME`, `KEY_NO_RENAMING`.
   */
  renameCredential(
    device: string | undefined,
    which: string,
    name: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<CredentialOnKey>;
  /** Asks people first, and for a typed word where an enrollment of this computer uses it. Throws `ENROLLMENT_RUNNING`. */
  deleteCredential(
    device: string | undefined,
    which: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<CredentialOnKey>;

  /** Throws `KEY_NO_FINGERPRINTS`. */
  fingerprints(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<FingerprintsOnKey>;
  /** Cancelled in the middle, nothing of it stays on the key. */
  enrollFingerprint(
    device: string | undefined,
    name: string | undefined,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<FingerprintOnKey>;
  /** `which`: its id or its name. Throws `FINGERPRINT_UNKNOWN`, `FINGERPRINT_NAME`. */
  renameFingerprint(
    device: string | undefined,
    which: string,
    name: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<FingerprintOnKey>;
  removeFingerprint(
    device: string | undefined,
    which: string,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<FingerprintOnKey>;

  /** Whether each use wants the PIN or a fingerprint. Throws `KEY_NO_CONFIG`. */
  setAlwaysUv(
    device: string | undefined,
    on: boolean,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<SecurityKey>;
  /** In code points; it can only grow. Throws `KEY_NO_CONFIG`, `PIN_MINIMUM`. */
  setMinPinLength(
    device: string | undefined,
    length: number,
    people: SecurityKeyPeople,
    signal: AbortSignal,
  ): Promise<SecurityKey>;

  /**
   * Back to how it left the factory: people see what is lost and type the word for it, then unplug the key and plug it in again,
   * and touch it. Nothing is sent to another key that appears. Throws `RESET_OTHER_KEY`, `RESET_TOO_LATE`,
   * `RESET_NOT_BY_USB`, `ENROLLMENT_RUNNING`.
   */
  reset(device: string | undefined, people: SecurityKeyPeople, signal: AbortSignal): Promise<SecurityKey>;

  /** The udev rule that lets this account open keys, and whether it is installed. Throws `UDEV_NOT_HERE` but on Linux. */
  udevRule(): Promise<UdevRule>;
  /** Installs it: sudo or pkexec ask for the password. Throws `UDEV_NOT_INSTALLED`, `UDEV_NEEDS_ROOT`. */
  installUdevRule(signal: AbortSignal): Promise<UdevRule>;
}

export interface SecurityKeysSources {
  readonly hid: () => Promise<HidBus>;
  readonly channel: ChannelWorld;
  readonly log: Log;
  /** Every enrollment whose credential may be on a key, with what is known of its publication. */
  readonly enrolled: () => Promise<readonly EnrolledCredential[]>;
  /**
   * Runs `work`, which may delete credentials of enrollments, while nobody is enrolling or publishing; it tells by `gone` which ones
   * nobody can log in with any more. Throws `ENROLLMENT_RUNNING` at once when somebody is.
   */
  readonly deleting: <T>(work: (gone: (enrollmentId: string) => void) => Promise<T>) => Promise<T>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What keys say of themselves, each time that they are asked. */
  readonly seen: (keys: readonly SecurityKey[]) => void;
  /** Notes in the log what was begun and how it ended. */
  readonly logged: <T>(what: string, work: () => Promise<T>) => Promise<T>;
}

/** What must be known of an enrollment by whoever deletes its credential. `report`: how it stands (enrollment/readiness.ts). */
export function enrolledCredential(enrollment: WrittenEnrollment, report: EnrollmentReport): EnrolledCredential {
  const { id, plan, files, credential } = enrollment;
  const onProfileOf = report.replacedAt === undefined ? report.account : undefined;
  return {
    enrollment: { id, keyFile: plan.keyFile, fingerprint: files.fingerprint, onProfileOf },
    credentialId: skPrivateKey(enrollment).keyHandle,
    aaguid: credential.aaguid,
  };
}

/** Over the security keys of this computer, and the journal. `logged`: as the sources have it. */
export async function openSecurityKeys(world: OpenWorld, logged: SecurityKeysSources['logged']): Promise<SecurityKeys> {
  const { hid, journal, clock, log, environment } = world;
  const keys = securityKeys({
    seen: (seen) => noteSecurityKeys(seen, world),
    hid,
    channel: await world.channel(),
    log,
    enrolled: async () => {
      const reports = new Map(readinessAt(clock.now(), world).enrollments.map((report) => [report.id, report]));
      return world.written().flatMap((enrollment) => {
        const report = reports.get(enrollment.id);
        return report === undefined ? [] : [enrolledCredential(enrollment, report)];
      });
    },
    deleting: async (work) => {
      const { noteCredentialGone } = await import('./enrollment/credential-gone.ts');
      return journal.exclusively(() => work((id) => noteCredentialGone(id, { journal, clock })));
    },
    environment,
    logged,
  });
  const keyWay = await world.keyWay();
  if (keyWay?.way !== 'windows') return keys;
  return (await import('./glasskey-windows-keys.ts')).securityKeysThroughWindows(keys, keyWay.because);
}

/** What is enrolled on this computer, and what is plugged in. */
export interface KeysReport {
  readonly enrolled: readonly EnrollmentReport[];
  /** Empty where keys are reached through Windows: they cannot be seen then. */
  readonly pluggedIn: readonly SecurityKey[];
  readonly rotation: RotationReport | undefined;
  readonly keyWay: KeyWay | undefined;
}

/** Asks the keys for no PIN and no touch; what they say of themselves is noted. */
export async function keysReport(world: OpenWorld, signal: AbortSignal): Promise<KeysReport> {
  const { enrollments: enrolled, rotation, keyWay } = await statusReport(world);
  if (keyWay?.way === 'windows') return { enrolled, pluggedIn: [], rotation, keyWay };
  const pluggedIn = await describeKeys(await world.hid(), await world.channel(), signal);
  noteSecurityKeys(pluggedIn, world);
  return { enrolled, pluggedIn, rotation, keyWay };
}

type Work<T> = (key: Authenticator, world: SecurityKeysWorld) => Promise<T>;

export function securityKeys(sources: SecurityKeysSources): SecurityKeys {
  const { hid, channel, log, enrolled, deleting, seen, logged } = sources;
  const udev = { platform: process.platform, isRoot: process.getuid?.() === 0, environment: sources.environment };
  const withKey = async <T>(
    device: string | undefined,
    people: SecurityKeyPeople,
    signal: AbortSignal,
    work: Work<T>,
  ): Promise<T> => {
    const bus = await hid();
    const key = await openKey(device, { bus, channel, people }, signal);
    try {
      // Kept for all that follows; another program that has the key is told of here already.
      await key.info({ signal, onProgress: keyProgress(people) });
      return await work(key, {
        bus,
        channel,
        enrolled: await enrolled(),
        sshFingerprint: (publicKey, application) => skFingerprint(skPublicKey(publicKey, application)),
      });
    } finally {
      await key.close();
    }
  };
  /** What changes something on the key is noted in the log. */
  const changing = <T>(
    what: string,
    device: string | undefined,
    people: SecurityKeyPeople,
    signal: AbortSignal,
    work: Work<T>,
  ) => logged(what, () => withKey(device, people, signal, work));
  /** The same where enrollments may lose their credential. Who holds the journal is known before anybody types a PIN. */
  const losing = <T>(
    what: string,
    device: string | undefined,
    people: SecurityKeyPeople,
    signal: AbortSignal,
    work: (gone: (enrollmentId: string) => void, ...on: Parameters<Work<T>>) => Promise<T>,
  ) => logged(what, () => deleting((gone) => withKey(device, people, signal, (key, world) => work(gone, key, world))));

  const described = async (key: Authenticator, signal: AbortSignal): Promise<SecurityKey> => {
    const now = await describeOpen(key, signal);
    seen([now]);
    return now;
  };

  return {
    async list(signal) {
      const keys = await describeKeys(await hid(), channel, signal);
      seen(keys);
      return keys;
    },
    look: (device, people, signal) => withKey(device, people, signal, (key) => described(key, signal)),
    watch: (changed, signal) => {
      const pluggedIn = async () => (await (await hid()).list()).map(({ path }) => path);
      return watchKeys({ pluggedIn, clock: channel.clock, log, changed }, signal);
    },
    wink: (device, people, signal) =>
      withKey(device, people, signal, async (key) => {
        if (!(await key.wink())) throw noWink();
        return described(key, signal);
      }),

    setPin: (device, people, signal) =>
      changing('pin.set', device, people, signal, async (key) => {
        await setFirstPin(key, people, signal);
        return described(key, signal);
      }),
    changePin: (device, people, signal) =>
      changing('pin.change', device, people, signal, async (key) => {
        await changePin(key, people, signal);
        return described(key, signal);
      }),

    credentials: (device, people, signal) =>
      withKey(device, people, signal, (key, world) => listCredentials(key, world, people, signal)),
    renameCredential: (device, which, name, people, signal) =>
      changing('credential.rename', device, people, signal, (key, world) =>
        renameCredential(key, which, name, world, people, signal),
      ),
    deleteCredential: (device, which, people, signal) =>
      losing('credential.delete', device, people, signal, async (gone, key, world) => {
        const deleted = await deleteCredential(key, which, world, people, signal);
        if (deleted.ssh?.enrollment !== undefined) gone(deleted.ssh.enrollment.id);
        return deleted;
      }),

    fingerprints: (device, people, signal) =>
      withKey(device, people, signal, (key) => listFingerprints(key, people, signal)),
    enrollFingerprint: (device, name, people, signal) =>
      changing('fingerprint.enroll', device, people, signal, (key) => enrollFingerprint(key, name, people, signal)),
    renameFingerprint: (device, which, name, people, signal) =>
      changing('fingerprint.rename', device, people, signal, (key) =>
        renameFingerprint(key, which, name, people, signal),
      ),
    removeFingerprint: (device, which, people, signal) =>
      changing('fingerprint.remove', device, people, signal, (key) => removeFingerprint(key, which, people, signal)),

    setAlwaysUv: (device, on, people, signal) =>
      changing('key.configure', device, people, signal, async (key) => {
        await setAlwaysUv(key, on, people, signal);
        return described(key, signal);
      }),
    setMinPinLength: (device, length, people, signal) =>
      changing('key.configure', device, people, signal, async (key) => {
        await setMinPinLength(key, length, people, signal);
        return described(key, signal);
      }),

    reset: (device, people, signal) =>
      losing('key.reset', device, people, signal, async (gone, key, world) => {
        const { key: after, lost } = await resetKey(key, world, people, signal);
        for (const { id } of lost) gone(id);
        seen([after]);
        return after;
      }),

    udevRule: () => udevRule(udev),
    installUdevRule: (signal) => logged('udev-rule.install', () => installUdevRule(udev, signal)),
  };
}

function noWink(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_NO_WINK',
    message: 'This key cannot blink to be found.',
    remedy: 'Touch tells it apart: with several keys plugged in, a command that needs one asks for a touch.',
  });
}
