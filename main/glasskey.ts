/**
 * Composes the services. It knows neither Electron nor the terminal: the desktop, the command line and the tests all start
 * here. What a call needs is loaded when it is made: `status` must not wait for what only an enrollment needs.
 */
import { resolve as absolute, join } from 'node:path';
import { asGlasskeyError, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { AttestationTrust } from '../native/ctap2/attestation-chain.ts';
import type { PinSeen } from '../native/ctap2/authenticator.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { BeyondWebauthn } from '../native/webauthn/beyond-webauthn.ts';
import type { WindowsAccess } from '../native/webauthn/windows-access.ts';
import type { Clock } from '../time/clock.ts';
import type { OnRefused } from './agent/activity-log.ts';
import type { PassThroughWorld } from './agent/pass-through.ts';
import type { StandardPipe } from './agent/standard-pipe.ts';
import type { ConnectPlan } from './connect/plan.ts';
import type { AppSessions } from './connect/sessions-client.ts';
import type { SessionsServing } from './connect/sessions-server.ts';
import type { SelectByTouch } from './enrollment/choose-authenticator.ts';
import type { EnrollChoices } from './enrollment/enroll.ts';
import type { BackupOutlook, FilesOutlook } from './enrollment/enroll-outlook.ts';
import type { EnrollmentIn, EnrollmentJournal, FoundCredential, WrittenEnrollment } from './enrollment/enrollment.ts';
import type { People } from './enrollment/people.ts';
import type { ProfileKeyHolder } from './enrollment/publish.ts';
import type { EnrollmentReport, ReadinessReport, RotationReport } from './enrollment/readiness.ts';
import type { EntraSession } from './entra/entra-session.ts';
import type { TokenCacheStore } from './entra/token-cache.ts';
import type { KeyAgent, SigningPeople } from './glasskey-agent.ts';
import type { AgentKeyPolicy, AgentPolicyWorld } from './glasskey-agent-policy.ts';
import type { AgentStatus } from './glasskey-agent-status.ts';
import type { AttestationFiles, AttestationReport } from './glasskey-attest.ts';
import type { CheckScheduleStep } from './glasskey-check-schedule.ts';
import type { ConnectTo } from './glasskey-connect.ts';
import type { DrillPeople, DrillRequest } from './glasskey-drill.ts';
import type { HostKeysOfHost } from './glasskey-host-keys.ts';
import type { KeyAccess, KeyWay } from './glasskey-key-way.ts';
import type { LastProven } from './glasskey-last-proven.ts';
import type { ConnectPlace, ConnectWorld } from './glasskey-login.ts';
import type { ObservingWorld } from './glasskey-observing.ts';
import type { OtherAgentWorld, PassThroughStatus } from './glasskey-pass-through.ts';
import type { Recordings } from './glasskey-recordings.ts';
import type { GlasskeyRecoveryPeople, RecoverReport, RecoverRequest } from './glasskey-recovery.ts';
import type { NotifyReminders, RemindersPeople, RemindersRunning, TellingWorld } from './glasskey-reminder-telling.ts';
import type { ListedReminder, RemindersReport } from './glasskey-reminders.ts';
import type {
  RetireRequest,
  RotateKeyPeople,
  RotateRequest,
  RotationResult,
  RotationStep,
  RotationWorld,
} from './glasskey-rotation.ts';
import type { SecurityKeys } from './glasskey-security-keys.ts';
import type { PlainValue, SettingLine } from './glasskey-settings.ts';
import type { SshConfigChange, SshConfigState, SshConfigWorld } from './glasskey-ssh-config.ts';
import type { ImportPlan, ImportSource, TargetFormat } from './glasskey-target-import.ts';
import type { TargetToSave } from './glasskey-targets.ts';
import type { ScheduleState } from './reminders/check-schedule.ts';
import type { ResidentAgent, ResidentAgentWorld } from './resident-agent.ts';
import type { SecurityKeyPeople } from './security-keys/people.ts';
import type { SecurityKey } from './security-keys/security-key.ts';
import type { AgentRequestRecord } from './storage/agent-activity-store.ts';
import { agentSocketPath, sessionsSocketPath } from './storage/agent-socket-path.ts';
import type { Database } from './storage/database.ts';
import type { DrillRecord } from './storage/drill-store.ts';
import type { OwnKeyPolicy } from './storage/key-policy-store.ts';
import type { LogFile } from './storage/log-file.ts';
import type { SettingKey, Settings, SettingValue } from './storage/settings.ts';
import type { Target, TargetStore } from './storage/target-store.ts';

export type { ConnectTo } from './glasskey-connect.ts';
export type { ConnectPlace } from './glasskey-login.ts';

export interface GlasskeyWorld {
  readonly hid: () => Promise<HidBus>;
  /** On Windows alone: how security keys are reached where this account may not open them. */
  readonly windows?: (() => Promise<WindowsAccess>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** `user@computer`: whose key it is, for the name on the security key. */
  readonly owner: string;
  /** Where the tokens of a sign-in are kept between runs, encrypted; without it they live in memory only. */
  readonly tokens?: TokenCacheStore;
  /** A setting that cannot be used, in a sentence: whoever wrote it must hear of it. */
  readonly settingUnusable?: (sentence: string) => void;
  /** Gets each request for a signature that an agent of this process refused by itself. */
  readonly requestRefused?: OnRefused;
  /** What looks once and tells what is due, started by itself: an absolute path, and its words. Without it, no check can be scheduled. */
  readonly check?: readonly [string, ...string[]];
}

/** Everyone who is asked or told something: enrollment's people, and those of sign-in and signatures. */
export interface GlasskeyPeople extends People, SigningPeople {
  /** The browser has the sign-in page now, or (`url`) could not be started, and a person must open it by hand. */
  signInWanted(url: string | undefined): void;
  /** Of several security keys that are plugged in, somebody is there to touch the one that is meant. */
  readonly mayTouchToSelect?: boolean;
}

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

export interface EnrollRequest extends Omit<EnrollChoices, 'keyFile' | 'owner'> {
  /** Undefined: the one of the settings. */
  readonly keyFile: string | undefined;
}

export interface EnrollReport {
  readonly id: string;
  readonly state: 'written' | 'published';
  readonly keyFile: string;
  readonly publicLine: string;
  readonly fingerprint: string;
  readonly randomart: string;
  readonly account: string | undefined;
  readonly reconciledBy: number | undefined;
  readonly next: string;
}

/** What `enroll` without a file, and not `fresh`, would go on with and meet. */
export interface EnrollOutlook extends FilesOutlook {
  /** The same of a backup (`backup`); undefined where no key is on a profile yet. */
  readonly backup: BackupOutlook | undefined;
  /** Why nothing can be published yet. */
  readonly publishObstacle: GlasskeyError | undefined;
}

export interface PublishReport {
  readonly account: string;
  readonly fingerprint: string;
  readonly publishedAt: number;
  readonly reconciledBy: number;
  /** What the profile held before. */
  readonly previousLine: string | null;
  /** The profile had the key before this run; it was looked at and nothing was written. */
  readonly alreadyThere: boolean;
}

interface Stored {
  readonly database: Database;
  readonly settings: Settings;
  readonly journal: EnrollmentJournal;
}

export class Glasskey {
  readonly #world: GlasskeyWorld;
  /** Those that run now. */
  readonly #agents = new Set<KeyAgent>();
  /** What was seen of security keys and is being noted. */
  #noting: Promise<unknown> = Promise.resolve();
  #stored: Promise<Stored> | undefined;
  #logFile: LogFile | undefined;
  /** To whoever listens, and to the log in the data folder once that is open. */
  readonly #log: Log = (level, event, facts) => {
    this.#world.log(level, event, facts);
    this.#logFile?.log(level, event, facts);
  };

  constructor(world: GlasskeyWorld) {
    this.#world = world;
  }

  /** Releases what was opened. */
  async close(): Promise<void> {
    await this.#noting;
    (await this.#stored?.catch(() => undefined))?.database.close();
    this.#stored = undefined;
    this.#logFile?.close();
    this.#logFile = undefined;
  }

  /** Would a login work now? From the disk alone. */
  async status(): Promise<StatusReport> {
    const { journal, settings, database } = await this.#open();
    const [{ readiness }, { targetStore }, { drillStore }, { lastProvenOf }, { existsSync }] = await Promise.all([
      import('./enrollment/readiness.ts'),
      import('./storage/target-store.ts'),
      import('./storage/drill-store.ts'),
      import('./glasskey-last-proven.ts'),
      import('node:fs'),
    ]);
    const report = readiness({
      enrollments: journal.list(),
      proofs: journal.lastProofs(),
      filesPresent: ({ plan }) => existsSync(plan.keyFile) && existsSync(`${plan.keyFile}.pub`),
      now: this.#world.clock.now(),
      reconcileEveryMs: reconcileEveryMs(settings),
    });
    const targets = targetStore(database).list();
    const drills = drillStore(database);
    const proven = lastProvenOf(targets, drills.lastPassed());
    const { rotation } = report;
    return {
      ...report,
      keyWay: await this.#keyWay(),
      next: withTarget(report.next, targets),
      rotation: rotation && { ...rotation, next: withTarget(rotation.next, targets) },
      targets,
      lastDrill: drills.last(),
      lastProven: Object.fromEntries(proven),
      neverProven: targets.filter(({ name }) => !proven.has(name)).map(({ name }) => name),
    };
  }

  /** Makes a key, or goes on with the one that was left unfinished (enrollment/enroll.ts). */
  enroll(request: EnrollRequest, people: GlasskeyPeople, signal: AbortSignal): Promise<EnrollReport> {
    return this.#changingKeys('enroll', () => this.#enroll(request, people, signal));
  }

  async #enroll(request: EnrollRequest, people: GlasskeyPeople, signal: AbortSignal): Promise<EnrollReport> {
    const { journal, settings } = await this.#open();
    if (request.publish) await assertCanSignIn(settings);
    const [{ enroll }, { diskKeyFiles }, { readKeyFile }, { keyScrutiny }] = await Promise.all([
      import('./enrollment/enroll.ts'),
      import('./enrollment/disk-key-files.ts'),
      import('./enrollment/read-key-file.ts'),
      import('./glasskey-attestation.ts'),
    ]);
    const { randomBytes } = await import('node:crypto');
    const { clock, owner } = this.#world;
    const keyFile = this.#keyFile(request.keyFile, settings);
    const isBackup = request.backup === true && request.keyFile === undefined;
    const choices: EnrollChoices = { ...request, keyFile: isBackup ? backupKeyFile(keyFile) : keyFile, owner };
    const { hid, windowsKey } = await this.#keyAccess();
    const enrolled = await enroll(
      choices,
      {
        journal,
        people,
        clock,
        log: this.#log,
        bus: await hid(),
        windowsKey,
        selectByTouch: this.#selectByTouch(people),
        channel: await this.#channelWorld(),
        random: (length) => new Uint8Array(randomBytes(length)),
        files: diskKeyFiles(clock),
        scrutiny: await keyScrutiny(settings, this.#world.homeFolder),
        profile: await this.#profileHolder(settings, people),
        readKeyFile,
      },
      signal,
    );
    return this.#enrollReport(enrolled, settings);
  }

  /**
   * Takes in keys that were made elsewhere: from the resident credentials of a security key (enrollment/recover.ts), or from key files
   * on this computer (enrollment/adopt.ts).
   */
  recover(request: RecoverRequest, people: GlasskeyRecoveryPeople, signal: AbortSignal): Promise<RecoverReport> {
    return this.#changingKeys('recover', () => this.#recover(request, people, signal));
  }

  async #recover(request: RecoverRequest, people: GlasskeyRecoveryPeople, signal: AbortSignal): Promise<RecoverReport> {
    const { journal, settings } = await this.#open();
    const [{ recoverKeys }, { diskKeyFiles }, { readKeyFile }] = await Promise.all([
      import('./glasskey-recovery.ts'),
      import('./enrollment/disk-key-files.ts'),
      import('./enrollment/read-key-file.ts'),
    ]);
    const { clock } = this.#world;
    const world = {
      journal,
      people,
      clock,
      bus: await (await this.#keyAccess('recover')).hid(),
      channel: await this.#channelWorld(),
      files: diskKeyFiles(clock),
      profile: await this.#profileHolder(settings, people),
      readKeyFile,
    };
    const report = await recoverKeys(request, this.#keyFile(request.file, settings), world, signal);
    return { ...report, next: nextToTakeIn(report.keys) ?? (await this.status()).next };
  }

  /** What an enrollment would find: from the disk alone. */
  async enrollOutlook(): Promise<EnrollOutlook> {
    const { journal, settings } = await this.#open();
    const { backupOutlook, enrollOutlook } = await import('./enrollment/enroll-outlook.ts');
    const { diskKeyFiles } = await import('./enrollment/disk-key-files.ts');
    const obstacle = await assertCanSignIn(settings).then(() => undefined, asGlasskeyError);
    const files = diskKeyFiles(this.#world.clock);
    const keyFile = this.#keyFile(undefined, settings);
    const [outlook, backup] = await Promise.all([
      enrollOutlook({ keyFile }, journal, files),
      backupOutlook(backupKeyFile(keyFile), journal, files),
    ]);
    return { ...outlook, backup, publishObstacle: obstacle };
  }

  /**
   * Publishes the enrollment that is meant for the profile (`enrollmentToPublish`), or the one that `key` names: its fingerprint, its id,
   * or its key file. Throws `NOT_ENROLLED`, `ENROLLED_KEY_UNKNOWN`, `ENROLLMENT_UNFINISHED`.
   */
  publish(people: GlasskeyPeople, signal: AbortSignal, key?: string): Promise<PublishReport> {
    return this.#changingKeys('publish', () => this.#publish(people, signal, key));
  }

  async #publish(people: GlasskeyPeople, signal: AbortSignal, key: string | undefined): Promise<PublishReport> {
    const { journal, settings } = await this.#open();
    const { enrollmentToPublish, publishEnrollment } = await import('./enrollment/publish.ts');
    const { readKeyFile } = await import('./enrollment/read-key-file.ts');
    const { clock } = this.#world;
    const profile = await this.#profileHolder(settings, people);
    const enrollment = key === undefined ? enrollmentToPublish(await this.#written()) : await this.#enrolledKey(key);
    if (enrollment === undefined) throw notEnrolled();
    const publishedBefore = enrollment.state === 'published' ? enrollment.publication.publishedAt : undefined;
    const scrutiny = {
      // Only of such a key: a policy that cannot be understood must not keep one that was enrolled under it from the profile.
      assertFoundAllowed: async (credential: FoundCredential) => {
        const { keyScrutiny } = await import('./glasskey-attestation.ts');
        (await keyScrutiny(settings, this.#world.homeFolder)).assertFoundAllowed(credential);
      },
    };
    const world = { journal, people, clock, profile, scrutiny, readKeyFile };
    const published = await publishEnrollment(enrollment, world, signal);
    const { account, publishedAt, previousLine } = published.publication;
    return {
      account,
      fingerprint: published.files.fingerprint,
      publishedAt,
      reconciledBy: publishedAt + reconcileEveryMs(settings),
      previousLine,
      alreadyThere: publishedAt === publishedBefore,
    };
  }

  /** The rotation that is not at its end: from the disk alone. */
  async rotation(): Promise<RotationReport | undefined> {
    return (await this.status()).rotation;
  }

  /** Begins to replace the key that is on the profile by a new one, or takes the next step of that (glasskey-rotation.ts). */
  rotate(request: RotateRequest, people: RotateKeyPeople, signal: AbortSignal): Promise<RotationResult> {
    return this.#rotationStep('rotate', people, ({ rotate }, world) => rotate(request, world, signal));
  }

  /** Lets the key go that is to go; throws where logins may still depend on it (enrollment/retire.ts). */
  retireKey(request: RetireRequest, people: RotateKeyPeople, signal: AbortSignal): Promise<RotationResult> {
    return this.#rotationStep('retire', people, ({ retireKey }, world) => retireKey(request, world, signal));
  }

  /** Gives the rotation up: the old key stays, the new one goes as soon as it may. */
  giveUpRotation(request: RetireRequest, people: RotateKeyPeople, signal: AbortSignal): Promise<RotationResult> {
    return this.#rotationStep('rotation-give-up', people, ({ giveUp }, world) => giveUp(request, world, signal));
  }

  #rotationStep(
    what: string,
    people: RotateKeyPeople,
    step: (steps: typeof import('./glasskey-rotation.ts'), world: RotationWorld) => Promise<RotationStep>,
  ): Promise<RotationResult> {
    return this.#changingKeys(what, async () => {
      const { journal, settings } = await this.#open();
      const { clock, owner } = this.#world;
      const [{ keyScrutiny }, { diskKeyFiles }] = await Promise.all([
        import('./glasskey-attestation.ts'),
        import('./enrollment/disk-key-files.ts'),
      ]);
      const { hid, windowsKey } = await this.#keyAccess();
      const did = await step(await import('./glasskey-rotation.ts'), {
        journal,
        people,
        clock,
        owner,
        log: this.#log,
        bus: await hid(),
        windowsKey,
        channel: await this.#channelWorld(),
        profile: await this.#profileHolder(settings, people),
        scrutiny: await keyScrutiny(settings, this.#world.homeFolder),
        files: diskKeyFiles(clock),
        reconcileEveryMs: reconcileEveryMs(settings),
        assertCanSignIn: () => assertCanSignIn(settings),
      });
      const { rotation, next } = await this.status();
      return { did, rotation, next };
    });
  }

  /** What is enrolled here, and what is plugged in. Asks the keys for no PIN and no touch. */
  async keys(signal: AbortSignal): Promise<{
    enrolled: readonly EnrollmentReport[];
    pluggedIn: readonly SecurityKey[];
    rotation: RotationReport | undefined;
    /** Through Windows, what is plugged in cannot be seen. */
    keyWay?: KeyWay | undefined;
  }> {
    const { enrollments, rotation, keyWay } = await this.status();
    if (keyWay?.way === 'windows') return { enrolled: enrollments, pluggedIn: [], rotation, keyWay };
    const bus = await this.#world.hid();
    const { describeKeys } = await import('./security-keys/describe-key.ts');
    const pluggedIn = await describeKeys(bus, await this.#channelWorld(), signal);
    (await import('./glasskey-observing.ts')).noteSecurityKeys(pluggedIn, await this.#observing());
    return { enrolled: enrollments, pluggedIn, rotation, keyWay };
  }

  /** Managing the security keys that are plugged in: PIN, credentials, fingerprints, settings, reset. */
  async securityKeys(): Promise<SecurityKeys> {
    await this.#open();
    const [{ enrolledCredential, securityKeys }, { noteSecurityKeys }, observing] = await Promise.all([
      import('./glasskey-security-keys.ts'),
      import('./glasskey-observing.ts'),
      this.#observing(),
    ]);
    const keys = securityKeys({
      seen: (keys) => noteSecurityKeys(keys, observing),
      hid: this.#world.hid,
      channel: await this.#channelWorld(),
      log: this.#log,
      enrolled: async () => {
        const reports = new Map((await this.status()).enrollments.map((report) => [report.id, report]));
        return (await this.#written()).flatMap((enrollment) => {
          const report = reports.get(enrollment.id);
          return report === undefined ? [] : [enrolledCredential(enrollment, report)];
        });
      },
      deleting: async (work) => {
        const { journal } = await this.#open();
        const { noteCredentialGone } = await import('./enrollment/credential-gone.ts');
        const { clock } = this.#world;
        return journal.exclusively(() => work((id) => noteCredentialGone(id, { journal, clock })));
      },
      environment: this.#world.environment,
      logged: (what, work) => this.#logged(what, work),
    });
    if ((await this.#keyWay())?.way !== 'windows') return keys;
    return (await import('./glasskey-windows-keys.ts')).securityKeysThroughWindows(keys);
  }

  /** Undefined where there is but one way: everywhere but on Windows. */
  async #keyWay(): Promise<KeyWay | undefined> {
    const { windows, hid } = this.#world;
    if (windows === undefined) return undefined;
    const [{ settings }, { keyWay }] = await Promise.all([this.#open(), import('./glasskey-key-way.ts')]);
    return keyWay({ windows: await windows(), hid, setting: settings.get('windows.securityKeys').value });
  }

  /** For whoever uses security keys: the bus opens none, for `what`, where they are reached through Windows, by `windowsKey`. */
  async #keyAccess(what: BeyondWebauthn = 'information'): Promise<KeyAccess> {
    const { windows, hid } = this.#world;
    if (windows === undefined || (await this.#keyWay())?.way !== 'windows') return { hid, windowsKey: undefined };
    const { unopenableBus } = await import('./glasskey-key-way.ts');
    return { hid: async () => unopenableBus(what), windowsKey: async () => (await windows()).open() };
  }

  /**
   * What the attestation of an enrolled key proves: as of its enrollment, or now. `key`: its fingerprint, id or key file; undefined: the
   * newest. Throws `NOT_ENROLLED`, `ENROLLED_KEY_UNKNOWN`, `ENROLLMENT_UNFINISHED`, `ATTESTATION_FORGED`, `ATTESTATION_ROOT_INVALID`.
   */
  async attestation(key: string | undefined, as: 'enrolled' | 'now'): Promise<AttestationReport> {
    const [{ attestationReport }, { noteAttestation }] = await Promise.all([
      import('./glasskey-attest.ts'),
      import('./glasskey-observing.ts'),
    ]);
    const enrollment = await this.#enrolledKey(key);
    const at = as === 'enrolled' ? enrollment.createdAt : this.#world.clock.now();
    const report = attestationReport(enrollment, await this.#attestationTrust(), at);
    noteAttestation(enrollment.id, report.verdict, await this.#observing());
    return report;
  }

  /** The same of files that ssh-keygen made. */
  async attestationOfFiles(files: AttestationFiles): Promise<AttestationReport> {
    const { attestationFilesReport } = await import('./glasskey-attest.ts');
    return attestationFilesReport(files, await this.#attestationTrust(), this.#world.clock.now());
  }

  /**
   * Writes the attestation of an enrolled key in OpenSSH's form, and its challenge beside it; returns where. May be repeated. Throws `FILE_EXISTS`,
   * `FILE_WRITE_FAILED`, `ATTESTATION_NOT_KEPT`, and what `attestation` throws of `key`.
   */
  async exportAttestation(
    key: string | undefined,
    output: string | undefined,
  ): Promise<{ readonly attestation: string; readonly challenge: string }> {
    const { writeAttestation } = await import('./glasskey-attest.ts');
    const enrollment = await this.#enrolledKey(key);
    return writeAttestation(enrollment, absolute(output ?? `${enrollment.plan.keyFile}.attest`));
  }

  async #enrolledKey(name: string | undefined): Promise<WrittenEnrollment> {
    const { enrollmentNamed } = await import('./glasskey-attest.ts');
    const { isUnfinished, isWritten } = await import('./enrollment/enrollment.ts');
    const enrollments = (await this.#open()).journal.list();
    const hasOne = enrollments.some((one) => isWritten(one) || (name !== undefined && isUnfinished(one)));
    if (!hasOne) throw notEnrolled();
    return enrollmentNamed(enrollments, name, (path) => absolute(path));
  }

  async #attestationTrust(): Promise<AttestationTrust> {
    const [{ settings }, { trustOf }] = await Promise.all([this.#open(), import('./glasskey-attestation.ts')]);
    return trustOf(settings, this.#world.homeFolder);
  }

  /** The public lines of all enrollments whose files were written, newest first. */
  async publicLines(): Promise<readonly string[]> {
    return (await this.#written()).toReversed().map(({ files }) => files.publicLine.trimEnd());
  }

  /** The public half of each enrollment whose files were written, with OpenSSH's picture of it. */
  async publicKeys(): Promise<readonly { readonly id: string; readonly line: string; readonly randomart: string }[]> {
    const [written, { skPrivateKey }, { randomart }] = await Promise.all([
      this.#written(),
      import('./enrollment/key-files.ts'),
      import('./openssh/randomart.ts'),
    ]);
    return written.map((one) => ({
      id: one.id,
      line: one.files.publicLine.trimEnd(),
      randomart: randomart(skPrivateKey(one).publicKey),
    }));
  }

  /** The system's names for the security keys that are plugged in. Opens none of them. Throws `WEBAUTHN_CANNOT` where it cannot be seen. */
  async pluggedIn(): Promise<readonly string[]> {
    const { hid } = await this.#keyAccess();
    return (await (await hid()).list()).map(({ path }) => path);
  }

  /** Serves the enrolled keys until the signal fires. `listening` gets the path of the socket. */
  async serveAgent(
    socketPath: string | undefined,
    people: GlasskeyPeople,
    signal: AbortSignal,
    listening: (socketPath: string) => void,
  ): Promise<void> {
    await this.#open();
    const path = socketPath === undefined ? agentSocketPath(this.#dataFolder()) : absolute(socketPath);
    const { agentHostNames } = await import('./glasskey-agent-hosts.ts');
    const { startAgent } = await import('./glasskey-login.ts');
    const world = await this.#connectWorld();
    const [oldest, ...newer] = world.enrollments;
    const [newest = oldest, ...older] = [oldest, ...newer].toReversed();
    const hostNames = agentHostNames(world);
    const passThrough = await this.#passThroughWorld();
    const agent = await startAgent(
      {
        socketPath: path,
        enrollments: [newest, ...older],
        enrolledNow: async () => (await this.#written()).toReversed(),
        people,
        keepPin: 'for-one-signature',
        hostNames,
        passThrough,
      },
      world,
      'command-line',
    );
    try {
      listening(path);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    } finally {
      await agent.close();
    }
  }

  /**
   * The agent of the app (resident-agent.ts): serves whatever is enrolled, and what will be, until it is closed. Where it cannot
   * yet, its status says why.
   */
  async startResidentAgent(people: ResidentAgentWorld['people']): Promise<ResidentAgent> {
    const { database, settings } = await this.#open();
    const [
      { startResidentAgent },
      { agentHostNames },
      { activityLog },
      { agentActivityStore },
      { policyOf },
      { keyPolicyStore },
    ] = await Promise.all([
      import('./resident-agent.ts'),
      import('./glasskey-agent-hosts.ts'),
      import('./agent/activity-log.ts'),
      import('./storage/agent-activity-store.ts'),
      import('./glasskey-agent-policy.ts'),
      import('./storage/key-policy-store.ts'),
    ]);
    const { clock, homeFolder } = this.#world;
    const { hid, windowsKey } = await this.#keyAccess();
    const log = this.#log;
    const { nameHost, isKnownHost } = agentHostNames({
      settings,
      database,
      dataFolder: this.#dataFolder(),
      homeFolder,
      log,
    });
    return startResidentAgent({
      socketPath: agentSocketPath(this.#dataFolder()),
      enrollments: async () => (await this.#written()).toReversed(),
      people,
      nameHost,
      isKnownHost,
      policyOf: policyOf({ settings, store: keyPolicyStore(database) }, log),
      activity: activityLog({
        store: agentActivityStore(database),
        agent: 'app',
        nameHost,
        clock,
        log,
        onRefused: this.#world.requestRefused,
      }),
      passThrough: await this.#passThroughWorld(),
      hid,
      windowsKey,
      channel: await this.#channelWorld(),
      clock,
      log,
    });
  }

  /** What the agents were asked to sign and what came of it, newest first: the last thousand, or `limit`. */
  async agentActivity(limit?: number): Promise<readonly AgentRequestRecord[]> {
    const { database } = await this.#open();
    return (await import('./storage/agent-activity-store.ts')).agentActivityStore(database).list(limit);
  }

  /** Whether an agent answers on `socketPath`, by default where the app and `serveAgent` listen, and what it offers. */
  async agentStatus(socketPath?: string): Promise<AgentStatus> {
    const written = await this.#written();
    const path = socketPath === undefined ? agentSocketPath(this.#dataFolder()) : absolute(socketPath);
    return (await import('./glasskey-agent-status.ts')).agentStatus(path, written, this.#world.clock);
  }

  /** How the other agent is whose keys are passed through; for the agent on `socketPath`, as `agentStatus` takes it. */
  async agentPassThrough(socketPath?: string): Promise<PassThroughStatus> {
    const [{ passThroughStatus }, world] = await Promise.all([
      import('./glasskey-pass-through.ts'),
      this.#otherAgentWorld(),
    ]);
    const path = socketPath === undefined ? agentSocketPath(this.#dataFolder()) : absolute(socketPath);
    return passThroughStatus(world, path, this.#world.clock);
  }

  /** Windows: who has the pipe on which OpenSSH looks for an agent by itself; undefined elsewhere, and where nobody has it. */
  async standardAgentPipe(): Promise<StandardPipe | undefined> {
    return (await import('./glasskey-pass-through.ts')).standardPipe(process.platform, this.#log);
  }

  async #passThroughWorld(): Promise<PassThroughWorld> {
    const { passThroughWorld } = await import('./glasskey-pass-through.ts');
    return passThroughWorld(await this.#otherAgentWorld(), this.#world.clock, this.#log);
  }

  async #otherAgentWorld(): Promise<OtherAgentWorld> {
    const { settings } = await this.#open();
    const { environment, homeFolder } = this.#world;
    return { settings, environment, homeFolder, platform: process.platform };
  }

  /** What the agents do with each key that they offer, in their order. */
  async agentPolicies(): Promise<readonly AgentKeyPolicy[]> {
    const [{ policyOfKey }, world] = await Promise.all([import('./glasskey-agent-policy.ts'), this.#policyWorld()]);
    return (await this.#written()).toReversed().map(({ files, plan, credential }) => {
      const key = files.fingerprint;
      return {
        key,
        comment: files.publicLine.trimEnd().split(' ').slice(2).join(' '),
        keyFile: plan.keyFile,
        product: credential.product,
        ...policyOfKey(key, world),
      };
    });
  }

  /** Changes what is given, undefined there: as the settings say. `key`: as for `publish`. Throws `SETTING_FIXED`, and what it throws of `key`. */
  async setAgentPolicy(key: string | undefined, change: Partial<OwnKeyPolicy>): Promise<AgentKeyPolicy> {
    const { setPolicyOfKey } = await import('./glasskey-agent-policy.ts');
    const { fingerprint } = (await this.#enrolledKey(key)).files;
    setPolicyOfKey(fingerprint, change, await this.#policyWorld());
    const changed = (await this.agentPolicies()).find((one) => one.key === fingerprint);
    if (changed === undefined) throw notEnrolled();
    return changed;
  }

  async #policyWorld(): Promise<AgentPolicyWorld> {
    const { settings, database } = await this.#open();
    return { settings, store: (await import('./storage/key-policy-store.ts')).keyPolicyStore(database) };
  }

  /** Saved targets for other programs: how the user's ssh configuration stands (glasskey-ssh-config.ts); changes nothing. */
  async sshConfig(): Promise<SshConfigState> {
    const { sshConfigState } = await import('./glasskey-ssh-config.ts');
    return sshConfigState(await this.#sshConfigWorld());
  }

  /** Writes the entries, and the one line of the user's file; glasskey-ssh-config.ts says what it throws. */
  installSshConfig(): Promise<SshConfigChange> {
    return this.#logged('ssh-config.install', async () => {
      const { installSshConfig } = await import('./glasskey-ssh-config.ts');
      return installSshConfig(await this.#sshConfigWorld());
    });
  }

  /** Takes both away again. */
  removeSshConfig(): Promise<SshConfigState> {
    return this.#logged('ssh-config.remove', async () => {
      const { removeSshConfig } = await import('./glasskey-ssh-config.ts');
      return removeSshConfig(await this.#sshConfigWorld());
    });
  }

  /** To be called after targets, keys or host keys have changed: the entries follow, where they are installed. Never throws. */
  async refreshSshConfig(): Promise<void> {
    try {
      const { refreshSshConfig } = await import('./glasskey-ssh-config.ts');
      await refreshSshConfig(await this.#sshConfigWorld());
    } catch (error) {
      this.#log('warn', 'ssh-config.not-refreshed', { code: asGlasskeyError(error).code });
    }
  }

  /** The check while the app is closed: looks how it stands, or installs or removes it (main/reminders/check-schedule.ts). */
  async checkSchedule(step: CheckScheduleStep): Promise<ScheduleState> {
    await this.#open();
    const { checkScheduleStep } = await import('./glasskey-check-schedule.ts');
    const { environment, homeFolder, check } = this.#world;
    const world = { platform: process.platform, environment, homeFolder, dataFolder: this.#dataFolder(), check };
    if (step === 'look') return checkScheduleStep(step, world);
    return this.#logged(`reminders.schedule.${step}`, () => checkScheduleStep(step, world));
  }

  /** Saved targets, last used first. */
  async targets(): Promise<readonly Target[]> {
    return (await this.#targetStore()).list();
  }

  /** Throws `TARGET_UNKNOWN`. */
  async target(name: string): Promise<Target> {
    const { knownTarget } = await import('./glasskey-targets.ts');
    return knownTarget(await this.#targetStore(), name);
  }

  /** Adds or changes a target (glasskey-targets.ts says what it throws). */
  async saveTarget(target: TargetToSave): Promise<Target> {
    const { saveTarget } = await import('./glasskey-targets.ts');
    const saved = saveTarget(await this.#targetStore(), target);
    await this.refreshSshConfig();
    return saved;
  }

  /** False: there is none of that name. Throws `TARGET_IN_USE` where others go through it, unless `evenIfUsed`. */
  async removeTarget(name: string, evenIfUsed = false): Promise<boolean> {
    const { removeTarget } = await import('./glasskey-targets.ts');
    const isRemoved = removeTarget(await this.#targetStore(), name, evenIfUsed);
    await this.refreshSshConfig();
    return isRemoved;
  }

  /** What taking in the targets of a file would do (glasskey-target-import.ts); nothing is done. Throws `TARGET_FILE_INVALID`. */
  async planImport(source: ImportSource, update: boolean): Promise<ImportPlan> {
    const { fileOf, planImport, readTargetFile } = await import('./glasskey-target-import.ts');
    const { homeFolder } = this.#world;
    const saved = await this.targets();
    const found = readTargetFile(source, homeFolder, join(this.#dataFolder(), 'ssh_config'));
    return { ...planImport(found, saved, update), file: fileOf(source, homeFolder) };
  }

  /** Whole or not at all. Throws `TARGET_EXISTS` and `TARGET_UNKNOWN` where something else was done since it was planned. */
  async applyImport(plan: ImportPlan): Promise<void> {
    const { applyImport } = await import('./glasskey-target-import.ts');
    applyImport(await this.#targetStore(), plan);
    await this.refreshSshConfig();
  }

  /** All saved targets as the text of a file. */
  async exportTargets(format: TargetFormat): Promise<string> {
    const { targetFileText } = await import('./glasskey-target-import.ts');
    return targetFileText(await this.targets(), format);
  }

  /** What is known of the host keys of a saved target. Throws `TARGET_UNKNOWN`, `HOST_KEYS_UNUSABLE`. */
  async hostKeys(name: string): Promise<readonly HostKeysOfHost[]> {
    const { settings } = await this.#open();
    const [{ hostKeysOf, pinnedHostKeys }, { knownHostsFilesOf }, { knownTarget }] = await Promise.all([
      import('./glasskey-host-keys.ts'),
      import('./glasskey-connect.ts'),
      import('./glasskey-targets.ts'),
    ]);
    const { homeFolder } = this.#world;
    const store = await this.#targetStore();
    const pinned = pinnedHostKeys(settings, homeFolder);
    const knownHostsFiles = knownHostsFilesOf(this.#dataFolder(), homeFolder);
    return hostKeysOf(knownTarget(store, name), store.get, { pinned, knownHostsFiles });
  }

  /** Forgets what Glasskey's own known_hosts says of a saved target; the file as it was is kept. Throws `TARGET_UNKNOWN`. */
  async forgetHostKeys(name: string): Promise<{ readonly lines: number; readonly backup: string | undefined }> {
    const [{ forgetHostKeys }, { knownHostsFilesOf }, { knownTarget }] = await Promise.all([
      import('./glasskey-host-keys.ts'),
      import('./glasskey-connect.ts'),
      import('./glasskey-targets.ts'),
    ]);
    const store = await this.#targetStore();
    const [own] = knownHostsFilesOf(this.#dataFolder(), this.#world.homeFolder);
    const forgotten = await forgetHostKeys(knownTarget(store, name), store.get, own);
    // There is nothing left that a changed key would differ from.
    const hosts = (await this.hostKeys(name)).filter(({ keys }) => keys.length === 0).map(({ address }) => address);
    (await import('./glasskey-observing.ts')).noteHostKeys(hosts, true, await this.#observing());
    return forgotten;
  }

  /** False: there is none of that name. */
  async setFavourite(name: string, isFavourite: boolean): Promise<boolean> {
    return (await this.#targetStore()).setFavourite(name, isFavourite);
  }

  /** What holds now for one of the settings. */
  async setting<K extends Exclude<SettingKey, 'entra'>>(key: K): Promise<SettingValue<K>> {
    return (await this.#open()).settings.get(key).value;
  }

  /** Every setting with its source, and the file that an administrator may have written. */
  async settings(): Promise<{ readonly file: string; readonly settings: readonly SettingLine[] }> {
    const { settings } = await this.#open();
    const { settingLines } = await import('./glasskey-settings.ts');
    return { file: join(this.#dataFolder(), 'settings.json'), settings: settingLines(settings) };
  }

  /** Sets the user's own value; throws `SETTING_UNKNOWN` and `SETTING_INVALID`. */
  async setSetting(key: string, value: PlainValue): Promise<SettingLine> {
    const { settings } = await this.#open();
    return (await import('./glasskey-settings.ts')).setSetting(settings, key, value);
  }

  /** Forgets the user's own value; throws `SETTING_UNKNOWN`. */
  async resetSetting(key: string): Promise<SettingLine> {
    const { settings } = await this.#open();
    return (await import('./glasskey-settings.ts')).resetSetting(settings, key);
  }

  /** Recorded sessions, and how new ones are recorded (glasskey-recordings.ts). */
  async recordings(): Promise<Recordings> {
    await this.#open();
    const { recordingsIn } = await import('./glasskey-recordings.ts');
    return recordingsIn(this.#dataFolder(), this.#world.clock);
  }

  /** The sessions of the app that runs (connect/sessions-client.ts). Throws `SESSIONS_APP_NOT_RUNNING`, `SESSIONS_APP_OTHER_VERSION`. */
  async appSessions(): Promise<AppSessions> {
    await this.#open();
    const { connectToSessions } = await import('./connect/sessions-client.ts');
    return connectToSessions(sessionsSocketPath(this.#dataFolder()), this.#world.clock);
  }

  /** Serves the app's sessions to `appSessions` of other processes. */
  async serveSessions(sessions: Pick<SessionsServing, 'sessions' | 'reconnect'>): Promise<{ close(): Promise<void> }> {
    await this.#open();
    const { startSessionsSocket } = await import('./glasskey-sessions-socket.ts');
    const { clock } = this.#world;
    return startSessionsSocket(sessionsSocketPath(this.#dataFolder()), { ...sessions, clock, log: this.#log });
  }

  /** The screen is locked: every agent that runs, of a connect or of its own, wipes the PIN it holds and asks for it anew. */
  lockKeys(): void {
    for (const agent of this.#agents) agent.lock();
  }

  /** The screen is unlocked. */
  unlockKeys(): void {
    for (const agent of this.#agents) agent.unlock();
  }

  /** What `connect` would run: pure data. The socket of its agent exists only while it runs. */
  async planConnect(request: ConnectTo): Promise<ConnectPlan> {
    const { planOf } = await import('./glasskey-login.ts');
    return (await planOf(request, await this.#connectWorld())).plan;
  }

  /**
   * Logs in: its own agent for just this connect, one PIN, one touch per hop (design, decision 4). Returns ssh's exit code; a
   * failure of ssh itself is thrown with its cause (connect/ssh-outcome.ts). Reaches no Entra, no Graph, no ARM. Without
   * `place`, ssh has this process's terminal. Several may run at once.
   */
  connect(
    request: ConnectTo,
    people: GlasskeyPeople,
    signal: AbortSignal,
    place?: ConnectPlace,
  ): Promise<{ readonly exitCode: number }> {
    return this.#logged('connect', async () => {
      const { logIn } = await import('./glasskey-login.ts');
      const ended = await logIn(request, people, signal, place, await this.#connectWorld());
      if (request.save !== undefined) await this.refreshSshConfig();
      return ended;
    });
  }

  /** Rehearses logins without a shell, and notes each (glasskey-drill.ts). */
  drill(request: DrillRequest, people: DrillPeople, signal: AbortSignal): Promise<readonly DrillRecord[]> {
    return this.#logged('drill', async () => {
      const { drill } = await import('./glasskey-drill.ts');
      const reports = async () => (await this.status()).enrollments;
      const drills = await drill(request, people, signal, { ...(await this.#connectWorld()), reports });
      (await import('./glasskey-observing.ts')).noteDrilledHosts(drills, await this.#observing());
      return drills;
    });
  }

  /** The rehearsals that were noted, newest first: of one target, or of all. */
  async drills(target?: string): Promise<readonly DrillRecord[]> {
    const { database } = await this.#open();
    return (await import('./storage/drill-store.ts')).drillStore(database).list(target);
  }

  /** When each saved target was last shown to let its owner in; those that never were are left out. */
  async lastProven(): Promise<ReadonlyMap<string, LastProven>> {
    const { database } = await this.#open();
    const [{ lastProvenOf }, { drillStore }] = await Promise.all([
      import('./glasskey-last-proven.ts'),
      import('./storage/drill-store.ts'),
    ]);
    return lastProvenOf(await this.targets(), drillStore(database).lastPassed());
  }

  /** What there is to be reminded of, now and to come (glasskey-reminders.ts): from the disk alone. */
  async reminders(): Promise<RemindersReport> {
    const world = await this.#open();
    return (await import('./glasskey-reminders.ts')).remindersReport(world, this.#world.clock.now());
  }

  /** Not to be told again before `until`. Throws `REMINDER_UNKNOWN`, `REMINDER_TIME_INVALID`. */
  async snoozeReminder(id: string, until: number): Promise<ListedReminder> {
    const world = await this.#open();
    return (await import('./glasskey-reminders.ts')).snoozeReminder(world, id, until, this.#world.clock.now());
  }

  /** Not to be told again unless it becomes more pressing or its cause changes. Throws `REMINDER_UNKNOWN`, `REMINDER_REASON_INVALID`. */
  async dismissReminder(id: string, because: string): Promise<ListedReminder> {
    const world = await this.#open();
    return (await import('./glasskey-reminders.ts')).dismissReminder(world, id, because, this.#world.clock.now());
  }

  /** Takes a snooze or a dismissal back. Throws `REMINDER_UNKNOWN`. */
  async restoreReminder(id: string): Promise<ListedReminder> {
    const world = await this.#open();
    return (await import('./glasskey-reminders.ts')).restoreReminder(world, id, this.#world.clock.now());
  }

  /** Tells once what is to be told now, each thing once whoever else tells (glasskey-reminder-telling.ts): the check while the app is closed. */
  async tellDue(notify: NotifyReminders): Promise<void> {
    const world = await this.#tellingWorld();
    const { keepCalendar, tellDue } = await import('./glasskey-reminder-telling.ts');
    await tellDue(world, crypto.randomUUID(), notify);
    await keepCalendar(world);
  }

  async #tellingWorld(): Promise<TellingWorld> {
    const { clock, homeFolder } = this.#world;
    return { ...(await this.#open()), clock, log: this.#log, homeFolder };
  }

  /** All reminders as iCalendar text (RFC 5545), or in a file, which is replaced. Throws `FILE_WRITE_FAILED`. */
  async remindersCalendar(file?: string): Promise<string | undefined> {
    const world = await this.#open();
    const { remindersCalendar, writeCalendar } = await import('./glasskey-reminder-calendar.ts');
    const now = this.#world.clock.now();
    if (file === undefined) return remindersCalendar(world, now);
    await writeCalendar(world, absolute(file), now);
    return undefined;
  }

  /** Tells in time, until it is closed: before `close` of this. */
  async startReminders(people: RemindersPeople): Promise<RemindersRunning> {
    const world = await this.#tellingWorld();
    return (await import('./glasskey-reminder-telling.ts')).startReminders(world, people);
  }

  /** A step after which other keys may be the ones to log in with, also where it failed half-way. */
  async #changingKeys<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#logged(what, work);
    } finally {
      await this.refreshSshConfig();
    }
  }

  /** What was begun, and how it ended: the same code and sentence that the person was shown. */
  async #logged<T>(what: string, work: () => Promise<T>): Promise<T> {
    await this.#open();
    this.#log('info', `${what}.begun`);
    try {
      const result = await work();
      this.#log('info', `${what}.done`);
      return result;
    } catch (thrown) {
      const { code, message, kind } = asGlasskeyError(thrown);
      this.#log(kind === 'bug' ? 'error' : 'warn', `${what}.failed`, { code, message });
      throw thrown;
    }
  }

  #dataFolderCache: string | undefined;

  #dataFolder(): string {
    if (this.#dataFolderCache === undefined) throw new Error('the data folder is known once the storage is open');
    return this.#dataFolderCache;
  }

  #open(): Promise<Stored> {
    this.#stored ??= this.#openStorage();
    return this.#stored;
  }

  async #openStorage(): Promise<Stored> {
    const [{ dataFolderPath }, { openDatabase }, { openSettings }, { storedJournal }, { openLogFile }] =
      await Promise.all([
        import('./storage/data-folder.ts'),
        import('./storage/database.ts'),
        import('./storage/settings.ts'),
        import('./enrollment/stored-journal.ts'),
        import('./storage/log-file.ts'),
      ]);
    const { environment, homeFolder, clock } = this.#world;
    const log = this.#log;
    const folder = dataFolderPath({ platform: process.platform, env: environment, home: homeFolder });
    this.#dataFolderCache = folder;
    if (process.platform === 'win32') await (await import('./windows-data-folder.ts')).makeWindowsDataFolder(folder);
    const database = openDatabase(join(folder, 'glasskey.db'));
    try {
      this.#logFile = openLogFile({ path: join(folder, 'glasskey.log'), level: 'info', clock });
    } catch {
      // Without a log, as on a full disk, everything else still works.
    }
    const settingsFile = join(folder, 'settings.json');
    const settings = openSettings(database, settingsFile);
    for (const { source, what, why } of settings.problems()) {
      log('warn', 'settings.unusable', { source, what, why });
      const where = what === settingsFile ? what : `${what} in ${source === 'file' ? settingsFile : 'the database'}`;
      this.#world.settingUnusable?.(`${where} is not used: ${why}.`);
    }
    return { database, settings, journal: storedJournal(database, clock, log) };
  }

  async #targetStore(): Promise<TargetStore> {
    const { database } = await this.#open();
    return (await import('./storage/target-store.ts')).targetStore(database);
  }

  async #sshConfigWorld(): Promise<SshConfigWorld> {
    const { settings, database } = await this.#open();
    const { environment, homeFolder } = this.#world;
    return {
      settings,
      database,
      dataFolder: this.#dataFolder(),
      homeFolder,
      environment,
      enrollments: await this.#written(),
      agentSocket: agentSocketPath(this.#dataFolder()),
    };
  }

  async #written(): Promise<readonly WrittenEnrollment[]> {
    const { journal } = await this.#open();
    const { isWritten } = await import('./enrollment/enrollment.ts');
    return journal.list().filter(isWritten);
  }

  #keyFile(chosen: string | undefined, settings: Settings): string {
    const path = chosen ?? settings.get('ssh.keyFile').value;
    if (path.startsWith('~/')) return join(this.#world.homeFolder, path.slice(2));
    return absolute(path);
  }

  /** Undefined where nobody is there to touch one. */
  #selectByTouch(people: GlasskeyPeople): SelectByTouch | undefined {
    if (people.mayTouchToSelect !== true) return undefined;
    return async (devices, signal) => {
      const { touchedDevice } = await import('./security-keys/choose-key.ts');
      const tell: SecurityKeyPeople['tell'] = (event) => {
        if (event.kind === 'selection-wanted') {
          people.remark(`${event.products.length} security keys blink: touch the one that is meant.`);
        }
        if (event.kind === 'key-busy') people.tell({ kind: 'key-busy' });
      };
      const world = { bus: await this.#world.hid(), channel: await this.#channelWorld() };
      return touchedDevice(devices, { ...world, people: { tell, mayTouchToSelect: true } }, signal);
    };
  }

  /** Nothing waits for it but the end: whoever gave the PIN waits for the key. */
  #notePin(seen: PinSeen): void {
    const noted = this.#notePinOf(seen).catch((error: unknown) => {
      this.#log('warn', 'observation.not-noted', { kind: 'pin', code: asGlasskeyError(error).code });
    });
    this.#noting = Promise.all([this.#noting, noted]);
  }

  async #notePinOf(seen: PinSeen): Promise<void> {
    const [{ seenKey }, { noteSeenKey }, observing] = await Promise.all([
      import('./security-keys/pin-seen.ts'),
      import('./glasskey-observing.ts'),
      this.#observing(),
    ]);
    noteSeenKey(seenKey(seen), observing);
  }

  async #channelWorld() {
    const { systemChannelWorld } = await import('../native/ctap2/authenticator.ts');
    return systemChannelWorld({ clock: this.#world.clock, log: this.#log, pinSeen: (seen) => this.#notePin(seen) });
  }

  async #enrollReport(enrolled: WrittenEnrollment, settings: Settings): Promise<EnrollReport> {
    const [{ skPrivateKey }, { randomart }] = await Promise.all([
      import('./enrollment/key-files.ts'),
      import('./openssh/randomart.ts'),
    ]);
    const { publicLine, fingerprint } = enrolled.files;
    const published: EnrollmentIn<'published'> | undefined = enrolled.state === 'published' ? enrolled : undefined;
    return {
      id: enrolled.id,
      state: enrolled.state,
      keyFile: enrolled.plan.keyFile,
      publicLine,
      fingerprint,
      randomart: randomart(skPrivateKey(enrolled).publicKey),
      account: published?.publication.account,
      reconciledBy: published && published.publication.publishedAt + reconcileEveryMs(settings),
      next: nextOfUnpublished(enrolled) ?? (await this.status()).next,
    };
  }

  /** Signs in when it is first asked something; what is seen there is noted. */
  async #profileHolder(settings: Settings, people: Pick<GlasskeyPeople, 'signInWanted'>): Promise<ProfileKeyHolder> {
    const { observedProfile } = await import('./glasskey-observing.ts');
    return observedProfile(this.#openProfile(settings, people), await this.#observing());
  }

  async #observing(): Promise<ObservingWorld> {
    const { database } = await this.#open();
    return { database, clock: this.#world.clock, log: this.#log };
  }

  #openProfile(settings: Settings, people: Pick<GlasskeyPeople, 'signInWanted'>): ProfileKeyHolder {
    let session: Promise<EntraSession> | undefined;
    const open = () => {
      session ??= this.#openEntra(settings, people);
      return session;
    };
    return {
      account: async (signal) => (await (await open()).profile.me(signal)).userPrincipalName,
      read: async (signal) => (await (await open()).profile.readProfileKey(signal)).line,
      publish: async (line, options) => {
        await (await open()).profile.publishProfileKey(line, options);
      },
    };
  }

  async #openEntra(settings: Settings, people: Pick<GlasskeyPeople, 'signInWanted'>): Promise<EntraSession> {
    const [{ openEntraSession }, { parseEntraSettings }, { openSystemBrowser }] = await Promise.all([
      import('./entra/entra-session.ts'),
      import('./entra/cloud.ts'),
      import('./entra/system-browser.ts'),
    ]);
    const { clock, environment, tokens } = this.#world;
    const log = this.#log;
    return openEntraSession({
      settings: parseEntraSettings(settings.get('entra').value),
      clock,
      log,
      ...(tokens === undefined ? {} : { tokens }),
      openBrowser: async (url, signal) => {
        people.signInWanted(undefined);
        log('debug', 'entra.sign-in-page', { host: URL.parse(url)?.host ?? '' });
        try {
          await openSystemBrowser(url, { env: environment, clock, signal });
        } catch (error) {
          // Without a browser here, a person may still open the page by hand: the sign-in goes on waiting.
          if (!(error instanceof GlasskeyError) || error.code !== 'BROWSER_NOT_STARTED') throw error;
          people.signInWanted(url);
        }
      },
    });
  }

  async #connectWorld(): Promise<ConnectWorld> {
    const { settings, database, journal } = await this.#open();
    const [oldest, ...newer] = await this.#written();
    if (oldest === undefined) throw notEnrolled();
    const { clock, environment, homeFolder } = this.#world;
    const { hid, windowsKey } = await this.#keyAccess();
    return {
      settings,
      database,
      journal,
      enrollments: [oldest, ...newer],
      dataFolder: this.#dataFolder(),
      homeFolder,
      environment,
      hid,
      windowsKey,
      channel: () => this.#channelWorld(),
      clock,
      log: this.#log,
      agents: this.#agents,
      requestRefused: this.#world.requestRefused,
      verdict: async () => (await this.status()).verdict,
    };
  }
}

const TYPED_TARGET = 'USER@DEVICE --jump USER@JUMPHOST';

/** Names the target that was used last, where there is one, in place of how one is typed. */
function withTarget(next: string, [last]: readonly Target[]): string {
  return last === undefined ? next : next.replace(TYPED_TARGET, last.name);
}

/** Before anybody types a PIN or touches a key for an enrollment that could then not be published. */
async function assertCanSignIn(settings: Settings): Promise<void> {
  const { parseEntraSettings, resolveEndpoints } = await import('./entra/cloud.ts');
  try {
    resolveEndpoints(parseEntraSettings(settings.get('entra').value));
  } catch (error) {
    if (!(error instanceof GlasskeyError) || error.code !== 'ENTRA_NOT_CONFIGURED') throw error;
    const { code, message, remedy, detail, cause } = error;
    const later = 'Or make the key now and publish it later: glasskey enroll --no-publish';
    throw new GlasskeyError({ code, message, remedy: `${remedy} ${later}`, detail, cause });
  }
}

function notEnrolled(): GlasskeyError {
  return new GlasskeyError({
    code: 'NOT_ENROLLED',
    message: 'No key is enrolled on this computer.',
    remedy:
      'Plug in your security key. If it holds your key already, made on another computer: glasskey recover. For a new one: glasskey enroll',
  });
}

/** Where the files of a backup go, beside those of the key that it is a backup of. */
function backupKeyFile(keyFile: string): string {
  return `${keyFile}_backup`;
}

/** Where they were only listed. Undefined where one is enrolled here. */
function nextToTakeIn(keys: RecoverReport['keys']): string | undefined {
  if (keys.length === 0 || keys.some(({ outcome, enrolled }) => outcome !== 'left' || enrolled)) return undefined;
  return keys.length === 1 ? 'Take it in: glasskey recover' : 'Take in those that you want: glasskey recover';
}

/** Of a key that is for something else than the profile, what is next for the others says nothing. */
function nextOfUnpublished({ state, plan, files }: WrittenEnrollment): string | undefined {
  if (state !== 'written' || plan.publish || plan.backup === true) return undefined;
  return `It is on no profile; to put it on yours: glasskey publish --key ${files.fingerprint}`;
}

function reconcileEveryMs(settings: Settings): number {
  return settings.get('reconcile.everyMinutes').value * 60_000;
}
