/**
 * The front door: everything that Glasskey can do, each call a line or two over the files beside this one, which compose the capabilities.
 * It knows neither Electron nor the terminal: the desktop, the command line and the tests all start here. What a call needs is loaded
 * when it is made: `status` must not wait for what only an enrollment needs.
 */
import { join, resolve } from 'node:path';
import { asGlasskeyError, type GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { StandardPipe } from './agent/standard-pipe.ts';
import type { ConnectPlan } from './connect/plan.ts';
import type { AppSessions } from './connect/sessions-client.ts';
import type { SessionsServing } from './connect/sessions-server.ts';
import type { RotationReport } from './enrollment/readiness.ts';
import type { AgentKeyPolicy } from './glasskey-agent-policy.ts';
import type { AgentStatus } from './glasskey-agent-status.ts';
import type { AttestationFiles, AttestationReport } from './glasskey-attestation.ts';
import type { CheckScheduleStep } from './glasskey-check-schedule.ts';
import type { ConnectTo } from './glasskey-connect.ts';
import type { DrillPeople, DrillRequest } from './glasskey-drill.ts';
import type { EnrollOutlook, EnrollReport, EnrollRequest } from './glasskey-enrollment.ts';
import type { HostKeysOfHost } from './glasskey-host-keys.ts';
import type { KeyWay } from './glasskey-key-way.ts';
import type { LastProven } from './glasskey-last-proven.ts';
import type { ConnectPlace } from './glasskey-login.ts';
import { type ClosableWorld, openWorld } from './glasskey-open-world.ts';
import type { PassThroughStatus } from './glasskey-pass-through.ts';
import type { PublicKeyReport } from './glasskey-public-keys.ts';
import type { PublishReport } from './glasskey-publication.ts';
import type { Recordings } from './glasskey-recordings.ts';
import type { GlasskeyRecoveryPeople, RecoverReport, RecoverRequest } from './glasskey-recovery.ts';
import type { NotifyReminders, RemindersPeople, RemindersRunning } from './glasskey-reminder-telling.ts';
import type { ListedReminder, RemindersReport } from './glasskey-reminders.ts';
import type { RetireRequest, RotateKeyPeople, RotateRequest, RotationResult } from './glasskey-rotation.ts';
import { RunningAgents } from './glasskey-running-agents.ts';
import type { KeysReport, SecurityKeys } from './glasskey-security-keys.ts';
import type { PlainValue, SettingLine } from './glasskey-settings.ts';
import type { SshConfigChange, SshConfigState } from './glasskey-ssh-config.ts';
import { type StatusReport, statusReport } from './glasskey-status.ts';
import type { ImportPlan, ImportSource, TargetFormat } from './glasskey-target-import.ts';
import type { TargetToSave } from './glasskey-targets.ts';
import type { GlasskeyPeople, GlasskeyWorld, OpenWorld } from './glasskey-world.ts';
import type { ScheduleState } from './reminders/check-schedule.ts';
import type { ResidentAgent, ResidentAgentWorld } from './resident-agent.ts';
import type { AgentRequestRecord } from './storage/agent-activity-store.ts';
import { agentSocketOf, sessionsSocketPath } from './storage/agent-socket-path.ts';
import { type DrillRecord, drillStore } from './storage/drill-store.ts';
import type { OwnKeyPolicy } from './storage/key-policy-store.ts';
import type { SettingKey, SettingValue } from './storage/settings.ts';
import { type Target, targetStore } from './storage/target-store.ts';

export type { ConnectTo } from './glasskey-connect.ts';
export type { EnrollOutlook, EnrollReport, EnrollRequest } from './glasskey-enrollment.ts';
export type { ConnectPlace } from './glasskey-login.ts';
export type { PublishReport } from './glasskey-publication.ts';
export type { StatusReport } from './glasskey-status.ts';
export type { GlasskeyPeople, GlasskeyWorld } from './glasskey-world.ts';

export class Glasskey {
  readonly #world: GlasskeyWorld;
  /** Those that run now. */
  readonly #agents = new RunningAgents();
  #opened: Promise<ClosableWorld> | undefined;

  constructor(world: GlasskeyWorld) {
    this.#world = world;
  }

  /** Releases what was opened. */
  async close(): Promise<void> {
    await (await this.#opened?.catch(() => undefined))?.close();
    this.#opened = undefined;
  }

  // Readiness and keys

  /** Would a login work now? From the disk alone. */
  async status(): Promise<StatusReport> {
    return statusReport(await this.#open());
  }

  /** Makes a key, or goes on with the one that was left unfinished (enrollment/enroll.ts). */
  enroll(request: EnrollRequest, people: GlasskeyPeople, signal: AbortSignal): Promise<EnrollReport> {
    return this.#changingKeys('enroll', import('./glasskey-enrollment.ts'), ({ enrollKey }, world) =>
      enrollKey(request, people, signal, world),
    );
  }

  /** What an enrollment would find: from the disk alone. */
  enrollOutlook(): Promise<EnrollOutlook> {
    return this.#over(import('./glasskey-enrollment.ts'), ({ lookAtEnrollment }, world) => lookAtEnrollment(world));
  }

  /**
   * Takes in keys that were made elsewhere: from the resident credentials of a security key (enrollment/recover.ts), or from key files
   * on this computer (enrollment/adopt.ts).
   */
  recover(request: RecoverRequest, people: GlasskeyRecoveryPeople, signal: AbortSignal): Promise<RecoverReport> {
    return this.#changingKeys('recover', import('./glasskey-recovery.ts'), ({ takeIn }, world) =>
      takeIn(request, people, signal, world),
    );
  }

  /**
   * Publishes the enrollment that is meant for the profile (`enrollmentToPublish`), or the one that `key` names: its fingerprint, its id,
   * or its key file. Throws `NOT_ENROLLED`, `ENROLLED_KEY_UNKNOWN`, `ENROLLMENT_UNFINISHED`.
   */
  publish(people: GlasskeyPeople, signal: AbortSignal, key?: string): Promise<PublishReport> {
    return this.#changingKeys('publish', import('./glasskey-publication.ts'), ({ publishKey }, world) =>
      publishKey(key, people, signal, world),
    );
  }

  /** The rotation that is not at its end: from the disk alone. */
  async rotation(): Promise<RotationReport | undefined> {
    return (await this.status()).rotation;
  }

  /** Begins to replace the key that is on the profile by a new one, or takes the next step of that (glasskey-rotation.ts). */
  rotate(request: RotateRequest, people: RotateKeyPeople, signal: AbortSignal): Promise<RotationResult> {
    return this.#changingKeys('rotate', import('./glasskey-rotation.ts'), ({ rotate, stepped }, world) =>
      stepped((rotation) => rotate(request, rotation, signal), people, world),
    );
  }

  /** Lets the key go that is to go; throws where logins may still depend on it (enrollment/retire.ts). */
  retireKey(request: RetireRequest, people: RotateKeyPeople, signal: AbortSignal): Promise<RotationResult> {
    return this.#changingKeys('retire', import('./glasskey-rotation.ts'), ({ retireKey, stepped }, world) =>
      stepped((rotation) => retireKey(request, rotation, signal), people, world),
    );
  }

  /** Gives the rotation up: the old key stays, the new one goes as soon as it may. */
  giveUpRotation(request: RetireRequest, people: RotateKeyPeople, signal: AbortSignal): Promise<RotationResult> {
    return this.#changingKeys('rotation-give-up', import('./glasskey-rotation.ts'), ({ giveUp, stepped }, world) =>
      stepped((rotation) => giveUp(request, rotation, signal), people, world),
    );
  }

  /** What is enrolled here, and what is plugged in. Asks the keys for no PIN and no touch. */
  keys(signal: AbortSignal): Promise<KeysReport> {
    return this.#over(import('./glasskey-security-keys.ts'), ({ keysReport }, world) => keysReport(world, signal));
  }

  /** Managing the security keys that are plugged in: PIN, credentials, fingerprints, settings, reset. */
  securityKeys(): Promise<SecurityKeys> {
    return this.#over(import('./glasskey-security-keys.ts'), ({ openSecurityKeys }, world) =>
      openSecurityKeys(world, (what, work) => this.#logged(what, work)),
    );
  }

  /** Which way security keys are reached; undefined where there is but one: everywhere but on Windows. Opens none. */
  async keyWay(): Promise<KeyWay | undefined> {
    return (await this.#open()).keyWay();
  }

  /** The system's names for the security keys that are plugged in. Opens none of them. Throws `WEBAUTHN_CANNOT` where it cannot be seen. */
  async pluggedIn(): Promise<readonly string[]> {
    const { hid } = await (await this.#open()).keyAccess();
    return (await (await hid()).list()).map(({ path }) => path);
  }

  /** The public lines of all enrollments whose files were written, newest first. */
  async publicLines(): Promise<readonly string[]> {
    const world = await this.#open();
    return world
      .written()
      .map(({ files }) => files.publicLine.trimEnd())
      .toReversed();
  }

  /** The public half of each of them, with OpenSSH's picture of it. */
  publicKeys(): Promise<readonly PublicKeyReport[]> {
    return this.#over(import('./glasskey-public-keys.ts'), ({ publicKeys }, world) => publicKeys(world));
  }

  /**
   * What the attestation of an enrolled key proves: as of its enrollment, or now. `key`: its fingerprint, id or key file; undefined: the
   * newest. Throws `NOT_ENROLLED`, `ENROLLED_KEY_UNKNOWN`, `ENROLLMENT_UNFINISHED`, `ATTESTATION_FORGED`, `ATTESTATION_ROOT_INVALID`.
   */
  attestation(key: string | undefined, as: 'enrolled' | 'now'): Promise<AttestationReport> {
    return this.#over(import('./glasskey-attestation.ts'), ({ attestationOfKey }, world) =>
      attestationOfKey(key, as, world),
    );
  }

  /** The same of files that ssh-keygen made. */
  attestationOfFiles(files: AttestationFiles): Promise<AttestationReport> {
    return this.#over(import('./glasskey-attestation.ts'), ({ attestationOfFiles }, world) =>
      attestationOfFiles(files, world),
    );
  }

  /**
   * Writes the attestation of an enrolled key in OpenSSH's form, and its challenge beside it; returns where. May be repeated. Throws `FILE_EXISTS`,
   * `FILE_WRITE_FAILED`, `ATTESTATION_NOT_KEPT`, and what `attestation` throws of `key`.
   */
  exportAttestation(
    key: string | undefined,
    output: string | undefined,
  ): Promise<{ readonly attestation: string; readonly challenge: string }> {
    return this.#over(import('./glasskey-attestation.ts'), ({ exportAttestation }, world) =>
      exportAttestation(key, output, world),
    );
  }

  // The agents

  /** Serves the enrolled keys until the signal fires. `listening` gets the path of the socket. */
  serveAgent(
    socketPath: string | undefined,
    people: GlasskeyPeople,
    signal: AbortSignal,
    listening: (socketPath: string) => void,
  ): Promise<void> {
    return this.#over(import('./glasskey-agent-serving.ts'), ({ serveAgent }, world) =>
      serveAgent(socketPath, people, signal, listening, world),
    );
  }

  /**
   * The agent of the app (resident-agent.ts): serves whatever is enrolled, and what will be, until it is closed. Where it cannot
   * yet, its status says why.
   */
  startResidentAgent(people: ResidentAgentWorld['people']): Promise<ResidentAgent> {
    return this.#over(import('./glasskey-agent-serving.ts'), ({ residentAgent }, world) =>
      residentAgent(people, world),
    );
  }

  /** What the agents were asked to sign and what came of it, newest first: the last thousand, or `limit`. */
  agentActivity(limit?: number): Promise<readonly AgentRequestRecord[]> {
    return this.#over(import('./storage/agent-activity-store.ts'), ({ agentActivityStore }, { database }) =>
      agentActivityStore(database).list(limit),
    );
  }

  /** Whether an agent answers on `socketPath`, by default where the app and `serveAgent` listen, and what it offers. */
  agentStatus(socketPath?: string): Promise<AgentStatus> {
    return this.#over(import('./glasskey-agent-status.ts'), ({ agentStatus }, world) =>
      agentStatus(agentSocketOf(socketPath, world.dataFolder), world.written(), world.clock),
    );
  }

  /** How the other agent is whose keys are passed through; for the agent on `socketPath`, as `agentStatus` takes it. */
  agentPassThrough(socketPath?: string): Promise<PassThroughStatus> {
    return this.#over(import('./glasskey-pass-through.ts'), ({ passThroughStatus }, world) =>
      passThroughStatus(world, agentSocketOf(socketPath, world.dataFolder), world.clock),
    );
  }

  /** Windows: who has the pipe on which OpenSSH looks for an agent by itself; undefined elsewhere, and where nobody has it. */
  standardAgentPipe(): Promise<StandardPipe | undefined> {
    return this.#over(import('./glasskey-pass-through.ts'), ({ standardPipe }, { platform, log }) =>
      standardPipe(platform, log),
    );
  }

  /** What the agents do with each key that they offer, in their order. */
  agentPolicies(): Promise<readonly AgentKeyPolicy[]> {
    return this.#over(import('./glasskey-agent-policy.ts'), ({ agentPolicies }, world) => agentPolicies(world));
  }

  /** Changes what is given, undefined there: as the settings say. `key`: as for `publish`. Throws `SETTING_FIXED`, and what it throws of `key`. */
  setAgentPolicy(key: string | undefined, change: Partial<OwnKeyPolicy>): Promise<AgentKeyPolicy> {
    return this.#over(import('./glasskey-agent-policy.ts'), ({ setAgentPolicy }, world) =>
      setAgentPolicy(key, change, world),
    );
  }

  /** The screen is locked: every agent that runs, of a connect or of its own, wipes the PIN it holds and asks for it anew. */
  lockKeys(): void {
    this.#agents.lock();
  }

  /** The screen is unlocked. */
  unlockKeys(): void {
    this.#agents.unlock();
  }

  // Logging in

  /** What `connect` would run: pure data. The socket of its agent exists only while it runs. */
  planConnect(request: ConnectTo): Promise<ConnectPlan> {
    return this.#over(import('./glasskey-login.ts'), async ({ connectWorld, planOf }, world) => {
      if (world.written().length === 0)
        throw (await import('./glasskey-login-outlook.ts')).loginWithoutKey(request, world);
      const { plan } = await planOf(request, await connectWorld(world));
      return plan;
    });
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
    return this.#logged('connect', async (world) => {
      const { connectWorld, logIn } = await import('./glasskey-login.ts');
      const ended = await logIn(request, people, signal, place, await connectWorld(world));
      if (request.save !== undefined) await this.refreshSshConfig();
      return ended;
    });
  }

  /** Rehearses logins without a shell, and notes each (glasskey-drill.ts). */
  drill(request: DrillRequest, people: DrillPeople, signal: AbortSignal): Promise<readonly DrillRecord[]> {
    return this.#logged('drill', async (world) => {
      const { rehearse } = await import('./glasskey-drill.ts');
      return rehearse(request, people, signal, world);
    });
  }

  /** The rehearsals that were noted, newest first: of one target, or of all. */
  async drills(target?: string): Promise<readonly DrillRecord[]> {
    return drillStore((await this.#open()).database).list(target);
  }

  /** When each saved target was last shown to let its owner in; those that never were are left out. */
  lastProven(): Promise<ReadonlyMap<string, LastProven>> {
    return this.#over(import('./glasskey-last-proven.ts'), ({ lastProvenIn }, { database }) => lastProvenIn(database));
  }

  /** The sessions of the app that runs (connect/sessions-client.ts). Throws `SESSIONS_APP_NOT_RUNNING`, `…_OTHER_VERSION`, `…_NOT_YOURS`. */
  appSessions(): Promise<AppSessions> {
    return this.#over(import('./connect/sessions-client.ts'), ({ connectToSessions }, { dataFolder, clock }) =>
      connectToSessions(sessionsSocketPath(dataFolder), clock),
    );
  }

  /** Serves the app's sessions to `appSessions` of other processes. */
  serveSessions(sessions: Pick<SessionsServing, 'sessions' | 'reconnect'>): Promise<{ close(): Promise<void> }> {
    return this.#over(import('./glasskey-sessions-socket.ts'), ({ startSessionsSocket }, { dataFolder, clock, log }) =>
      startSessionsSocket(sessionsSocketPath(dataFolder), { ...sessions, clock, log }),
    );
  }

  /** Recorded sessions, and how new ones are recorded (glasskey-recordings.ts). */
  recordings(): Promise<Recordings> {
    return this.#over(import('./glasskey-recordings.ts'), ({ recordingsIn }, { dataFolder, clock }) =>
      recordingsIn(dataFolder, clock),
    );
  }

  // Targets

  /** Saved targets, last used first. */
  async targets(): Promise<readonly Target[]> {
    return targetStore((await this.#open()).database).list();
  }

  /** Throws `TARGET_UNKNOWN`. */
  target(name: string): Promise<Target> {
    return this.#over(import('./glasskey-targets.ts'), ({ knownTarget }, { database }) =>
      knownTarget(targetStore(database), name),
    );
  }

  /** Adds or changes a target (glasskey-targets.ts says what it throws). */
  saveTarget(target: TargetToSave): Promise<Target> {
    return this.#changingTargets(import('./glasskey-targets.ts'), ({ saveTarget }, { database, settings }) =>
      saveTarget(targetStore(database), target, settings),
    );
  }

  /** False: there is none of that name. Throws `TARGET_IN_USE` where others or the settings go through it, unless `evenIfUsed`. */
  removeTarget(name: string, evenIfUsed = false): Promise<boolean> {
    return this.#changingTargets(import('./glasskey-targets.ts'), ({ removeTarget }, { database, settings }) =>
      removeTarget(targetStore(database), name, evenIfUsed, settings),
    );
  }

  /** False: there is none of that name. */
  async setFavourite(name: string, isFavourite: boolean): Promise<boolean> {
    return targetStore((await this.#open()).database).setFavourite(name, isFavourite);
  }

  /** What taking in the targets of a file would do (glasskey-target-import.ts); nothing is done. Throws `TARGET_FILE_INVALID`, `TARGET_IN_USE`. */
  planImport(source: ImportSource, update: boolean): Promise<ImportPlan> {
    return this.#over(import('./glasskey-target-import.ts'), ({ lookAtImport }, world) =>
      lookAtImport(source, update, world),
    );
  }

  /** Whole or not at all. Throws `TARGET_EXISTS` and `TARGET_UNKNOWN` where something else was done since it was planned. */
  applyImport(plan: ImportPlan): Promise<void> {
    return this.#changingTargets(import('./glasskey-target-import.ts'), ({ applyImport }, { database }) =>
      applyImport(targetStore(database), plan),
    );
  }

  /** All saved targets as the text of a file. */
  exportTargets(format: TargetFormat): Promise<string> {
    return this.#over(import('./glasskey-target-import.ts'), ({ targetFileText }, { database }) =>
      targetFileText(targetStore(database).list(), format),
    );
  }

  /** What is known of the host keys of a saved target. Throws `TARGET_UNKNOWN`, `HOST_KEYS_UNUSABLE`. */
  hostKeys(name: string): Promise<readonly HostKeysOfHost[]> {
    return this.#over(import('./glasskey-target-host-keys.ts'), ({ hostKeysOfTarget }, world) =>
      hostKeysOfTarget(name, world),
    );
  }

  /** Forgets what Glasskey's own known_hosts says of a saved target; the file as it was is kept. Throws `TARGET_UNKNOWN`. */
  forgetHostKeys(name: string): Promise<{ readonly lines: number; readonly backup: string | undefined }> {
    return this.#over(import('./glasskey-target-host-keys.ts'), ({ forgetHostKeysOfTarget }, world) =>
      forgetHostKeysOfTarget(name, world),
    );
  }

  /** Saved targets for other programs: how the user's ssh configuration stands (glasskey-ssh-config.ts); changes nothing. */
  sshConfig(): Promise<SshConfigState> {
    return this.#over(import('./glasskey-ssh-config.ts'), ({ sshConfigState, sshConfigWorld }, world) =>
      sshConfigState(sshConfigWorld(world)),
    );
  }

  /** Writes the entries, and the one line of the user's file; glasskey-ssh-config.ts says what it throws. */
  installSshConfig(): Promise<SshConfigChange> {
    return this.#logged('ssh-config.install', async (world) => {
      const { installSshConfig, sshConfigWorld } = await import('./glasskey-ssh-config.ts');
      return installSshConfig(sshConfigWorld(world));
    });
  }

  /** Takes both away again. */
  removeSshConfig(): Promise<SshConfigState> {
    return this.#logged('ssh-config.remove', async (world) => {
      const { removeSshConfig, sshConfigWorld } = await import('./glasskey-ssh-config.ts');
      return removeSshConfig(sshConfigWorld(world));
    });
  }

  /** To be called after targets, keys or host keys have changed: the entries follow, where they are installed. Never throws. */
  async refreshSshConfig(): Promise<void> {
    let { log } = this.#world;
    try {
      const world = await this.#open();
      log = world.log;
      const { refreshSshConfig, sshConfigWorld } = await import('./glasskey-ssh-config.ts');
      await refreshSshConfig(sshConfigWorld(world));
    } catch (error) {
      log('warn', 'ssh-config.not-refreshed', { code: asGlasskeyError(error).code });
    }
  }

  // Reminders

  /** What there is to be reminded of, now and to come (glasskey-reminders.ts): from the disk alone. */
  reminders(): Promise<RemindersReport> {
    return this.#over(import('./glasskey-reminders.ts'), ({ remindersReport }, world) =>
      remindersReport(world, world.clock.now()),
    );
  }

  /** Why the calendar of `reminders.calendarFile` is not kept current, where that can be seen (glasskey-reminder-calendar.ts). */
  calendarFault(): Promise<GlasskeyError | undefined> {
    return this.#over(import('./glasskey-reminder-calendar.ts'), ({ calendarFault }, world) =>
      calendarFault(world, world.homeFolder),
    );
  }

  /** Not to be told again before `until`. Throws `REMINDER_UNKNOWN`, `REMINDER_TIME_INVALID`. */
  snoozeReminder(id: string, until: number): Promise<ListedReminder> {
    return this.#over(import('./glasskey-reminders.ts'), ({ snoozeReminder }, world) =>
      snoozeReminder(world, id, until, world.clock.now()),
    );
  }

  /** Not to be told again unless it becomes more pressing or its cause changes. Throws `REMINDER_UNKNOWN`, `REMINDER_REASON_INVALID`. */
  dismissReminder(id: string, because: string): Promise<ListedReminder> {
    return this.#over(import('./glasskey-reminders.ts'), ({ dismissReminder }, world) =>
      dismissReminder(world, id, because, world.clock.now()),
    );
  }

  /** Takes a snooze or a dismissal back. Throws `REMINDER_UNKNOWN`. */
  restoreReminder(id: string): Promise<ListedReminder> {
    return this.#over(import('./glasskey-reminders.ts'), ({ restoreReminder }, world) =>
      restoreReminder(world, id, world.clock.now()),
    );
  }

  /** Tells once what is to be told now, each thing once whoever else tells (glasskey-reminder-telling.ts): the check while the app is closed. */
  tellDue(notify: NotifyReminders): Promise<void> {
    return this.#over(import('./glasskey-reminder-telling.ts'), async ({ keepCalendar, tellDue }, world) => {
      await tellDue(world, crypto.randomUUID(), notify);
      await keepCalendar(world);
    });
  }

  /** Tells in time, until it is closed: before `close` of this. */
  startReminders(people: RemindersPeople): Promise<RemindersRunning> {
    return this.#over(import('./glasskey-reminder-telling.ts'), ({ startReminders }, world) =>
      startReminders(world, people),
    );
  }

  /** All reminders as iCalendar text (RFC 5545), or in a file: one that is no calendar of Glasskey's is replaced only with `overwrite`. Throws `FILE_EXISTS`, `FILE_WRITE_FAILED`. */
  remindersCalendar(file?: string, { overwrite = false } = {}): Promise<string | undefined> {
    return this.#over(
      import('./glasskey-reminder-calendar.ts'),
      async ({ remindersCalendar, writeCalendar }, world) => {
        const now = world.clock.now();
        if (file === undefined) return remindersCalendar(world, now);
        await writeCalendar(world, resolve(file), now, { overwrite });
        return undefined;
      },
    );
  }

  /** The check while the app is closed: looks how it stands, or installs or removes it (main/reminders/check-schedule.ts). */
  checkSchedule(step: CheckScheduleStep): Promise<ScheduleState> {
    return this.#over(import('./glasskey-check-schedule.ts'), ({ checkScheduleStep }, world) =>
      step === 'look'
        ? checkScheduleStep(step, world)
        : this.#logged(`reminders.schedule.${step}`, () => checkScheduleStep(step, world)),
    );
  }

  // Settings

  /** What holds now for one of the settings. */
  async setting<K extends Exclude<SettingKey, 'entra'>>(key: K): Promise<SettingValue<K>> {
    return (await this.#open()).settings.get(key).value;
  }

  /** Every setting with its source, and the file that an administrator may have written. */
  settings(): Promise<{ readonly file: string; readonly settings: readonly SettingLine[] }> {
    return this.#over(import('./glasskey-settings.ts'), ({ settingLines }, { settings, dataFolder }) => ({
      file: join(dataFolder, 'settings.json'),
      settings: settingLines(settings),
    }));
  }

  /** One of them; throws `SETTING_UNKNOWN`. */
  settingLine(key: string): Promise<SettingLine> {
    return this.#over(import('./glasskey-settings.ts'), ({ settingLine }, { settings }) => settingLine(settings, key));
  }

  /** Sets the user's own value; throws `SETTING_UNKNOWN` and `SETTING_INVALID`. */
  setSetting(key: string, value: PlainValue): Promise<SettingLine> {
    return this.#over(import('./glasskey-settings.ts'), ({ setSetting }, { settings, database }) =>
      setSetting(settings, key, value, targetStore(database).get),
    );
  }

  /** Forgets the user's own value; throws `SETTING_UNKNOWN`. */
  resetSetting(key: string): Promise<SettingLine> {
    return this.#over(import('./glasskey-settings.ts'), ({ resetSetting }, { settings }) =>
      resetSetting(settings, key),
    );
  }

  #open(): Promise<ClosableWorld> {
    this.#opened ??= openWorld(this.#world, this.#agents);
    return this.#opened;
  }

  /** A call over the opened world, of the part that it needs. */
  async #over<Part, T>(part: Promise<Part>, call: (part: Part, world: OpenWorld) => T | Promise<T>): Promise<T> {
    const [loaded, world] = await Promise.all([part, this.#open()]);
    return call(loaded, world);
  }

  /** The same of a step after which other keys may be the ones to log in with, also where it failed half-way. */
  async #changingKeys<Part, T>(
    what: string,
    part: Promise<Part>,
    call: (part: Part, world: OpenWorld) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#logged(what, () => this.#over(part, call));
    } finally {
      await this.refreshSshConfig();
    }
  }

  /** The same of one after which other targets may be saved. */
  async #changingTargets<Part, T>(part: Promise<Part>, call: (part: Part, world: OpenWorld) => T): Promise<T> {
    const result = await this.#over(part, call);
    await this.refreshSshConfig();
    return result;
  }

  /** What was begun, and how it ended: the same code and sentence that the person was shown. */
  async #logged<T>(what: string, work: (world: OpenWorld) => Promise<T>): Promise<T> {
    const world = await this.#open();
    world.log('info', `${what}.begun`);
    try {
      const result = await work(world);
      world.log('info', `${what}.done`);
      return result;
    } catch (thrown) {
      const { code, message, kind } = asGlasskeyError(thrown);
      world.log(kind === 'bug' ? 'error' : 'warn', `${what}.failed`, { code, message });
      throw thrown;
    }
  }
}
