/** Logs in, composed for glasskey.ts: an agent for just this connect, the plan's ssh, what is noted of it, and what helps where it failed. */
import { constants } from 'node:os';
import { join } from 'node:path';
import { asGlasskeyError, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Log } from '../diagnostics/log.ts';
import type { Pin } from '../native/ctap2/pin.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { WindowsKey } from '../native/webauthn/windows-access.ts';
import type { Clock } from '../time/clock.ts';
import type { OnRefused } from './agent/activity-log.ts';
import type { AgentDoor } from './agent/agent-door.ts';
import type { HostSpec } from './connect/host-spec.ts';
import type { ConnectPlan } from './connect/plan.ts';
import type { RunSshOptions } from './connect/run-ssh.ts';
import { SSH_FAILED } from './connect/ssh-exit.ts';
import type { SshProgram } from './connect/ssh-program.ts';
import type { SshTerminal } from './connect/ssh-terminal.ts';
import {
  type EnrollmentJournal,
  isVerifyRequired,
  productOf,
  type WrittenEnrollment,
} from './enrollment/enrollment.ts';
import type { Proof } from './enrollment/proof.ts';
import type { Verdict } from './enrollment/readiness.ts';
import type { KeyAgent, KeyAgentRequest, SigningPeople } from './glasskey-agent.ts';
import type { BegunNames, ConnectTo, PlannedLogin } from './glasskey-connect.ts';
import { notEnrolled } from './glasskey-enrolled-key.ts';
import type { HeadStart } from './glasskey-head-start.ts';
import { readinessAt } from './glasskey-readiness.ts';
import type { RunningAgents } from './glasskey-running-agents.ts';
import type { OpenWorld } from './glasskey-world.ts';
import type { AgentKind } from './storage/agent-activity-store.ts';
import { checkpoint, type Database, transaction } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';

/** Where ssh runs when it does not have this process's terminal: on streams, or on a terminal that a window draws. */
export type ConnectPlace =
  | { readonly streams: NonNullable<RunSshOptions['streams']> }
  /**
   * This process's own terminal, for a login by these words of a command line. Where they have logged in before, their ssh may run already;
   * where they log in, the next ones may have that start.
   */
  | { readonly words: readonly string[]; readonly headStart: HeadStart | undefined }
  | {
      readonly terminal: SshTerminal;
      /** A key that is not plugged in is waited for (true), until it is (false). Absent: it is not, as at the command line. */
      readonly keyWanted?: (isWanted: boolean) => void;
      /** That way is tried now. */
      readonly onWay?: (plan: ConnectPlan) => void;
    };

export interface ConnectWorld {
  readonly settings: Settings;
  readonly database: Database;
  readonly journal: EnrollmentJournal;
  /** Those whose files were written, oldest first. */
  readonly enrollments: readonly [WrittenEnrollment, ...WrittenEnrollment[]];
  readonly dataFolder: string;
  readonly homeFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hid: () => Promise<HidBus>;
  /** Where keys are reached through Windows. */
  readonly windowsKey: (() => Promise<WindowsKey>) | undefined;
  /** Made when it is first asked for: what it brings along takes longer to load than a login to plan. */
  readonly channel: () => Promise<ChannelWorld>;
  readonly clock: Clock;
  readonly log: Log;
  /** Those that run now: the screen lock reaches them. */
  readonly agents: RunningAgents;
  /** Gets each request that an agent refused by itself. */
  readonly requestRefused?: OnRefused | undefined;
  /** How readiness stands, from the disk. */
  readonly verdict: () => Promise<Verdict>;
}

/** Throws `NOT_ENROLLED`. */
export async function connectWorld(world: OpenWorld): Promise<ConnectWorld> {
  const [oldest, ...newer] = world.written();
  if (oldest === undefined) throw notEnrolled();
  return {
    ...world,
    ...(await world.keyAccess()),
    enrollments: [oldest, ...newer],
    verdict: async () => readinessAt(world.clock.now(), world).verdict,
  };
}

/** The plan of the way that `logIn` tries first, without looking which security key is there. Throws what planLogins throws. */
export async function planOf(request: ConnectTo, world: ConnectWorld): Promise<PlannedLogin> {
  return (await plans(request, await keysToOffer(world), world))[0];
}

/**
 * Logs in and stays until the end. Where there are several ways, those whose hosts are not reached are left for the next one; a host
 * that refuses, or whose key is not the known one, ends it. One agent, and one PIN, for all tries. Returns ssh's exit code; a failure
 * of ssh itself is thrown with its cause (connect/ssh-outcome.ts). Without `place`, ssh has this process's terminal.
 *
 * Where somebody has to type the PIN, that comes before ssh: the first host answers by then, and the security key is there. Where it is
 * given unasked, ssh starts at once, and the agent and the key are made ready beside it.
 */
export async function logIn(
  request: ConnectTo,
  people: SigningPeople,
  signal: AbortSignal,
  place: ConnectPlace | undefined,
  world: ConnectWorld,
): Promise<{ readonly exitCode: number }> {
  // At once: it answers while the rest is made ready.
  if (people.givesPinUnasked !== true) void askSshVersion(world).catch(() => {});
  const begun = place !== undefined && 'words' in place ? place.headStart : undefined;
  const keys = await keysToOffer(world, signal);
  const { logins, headStart } = await plansUpon(begun, { request, people, keys }, world);
  const [first] = logins;
  const stop = new AbortController();
  const attempt: Attempt = {
    ...{ people, place, keys, world },
    signal: AbortSignal.any([signal, stop.signal]),
    ...{ first, current: first },
    ...{ pin: undefined, ssh: undefined, headStart, door: undefined, agent: undefined, ready: undefined },
    isOpen: false,
  };
  // At once: a jump host's ssh that waits for its signature lives on after the ssh that started it.
  signal.addEventListener('abort', () => void attempt.agent?.close().catch(() => {}), { once: true });
  const failures: GlasskeyError[] = [];
  try {
    if (isPinUnasked(attempt, logins)) await takePin(attempt);
    else await foundSsh(attempt);
    for (const [index, login] of logins.entries()) {
      attempt.current = login;
      if (place !== undefined && 'terminal' in place) place.onWay?.(login.plan);
      people.remark(login.sentence);
      const unreached = attempt.pin === undefined ? await unreachedHost(attempt) : undefined;
      const ended = unreached === undefined ? await tryWay(attempt) : { blockedBy: unreached };
      if ('exitCode' in ended) return ended;
      failures.push(ended.blockedBy);
      if (index + 1 < logins.length) people.remark(`${ended.blockedBy.message} Trying the next way.`);
    }
    throw allBlocked(failures);
  } finally {
    stop.abort();
    await attempt.ready?.catch(() => {});
    await (attempt.agent ?? attempt.door)?.close();
    attempt.pin?.wipe();
    await begun?.end();
  }
}

interface Attempt {
  readonly people: SigningPeople;
  /** Fires at the end of all tries at the latest. */
  readonly signal: AbortSignal;
  readonly place: ConnectPlace | undefined;
  readonly keys: KeyAgentRequest['enrollments'];
  readonly world: ConnectWorld;
  readonly first: PlannedLogin;
  /** The way that is tried now: what the agent signs and names goes by it. */
  current: PlannedLogin;
  /** Given unasked: ssh waits neither for the agent nor for the security key. */
  pin: Pin | undefined;
  ssh: Promise<SshProgram> | undefined;
  /** The ssh of the first way runs already. */
  headStart: HeadStart | undefined;
  door: AgentDoor | undefined;
  agent: KeyAgent | undefined;
  /** The agent has the PIN, and the security key is there. Undefined: not begun. */
  ready: Promise<void> | undefined;
  /** The device is logged in to: what is typed from now on is for it. */
  isOpen: boolean;
}

/**
 * Not where ssh asks for a password at the same terminal, where it may turn out that a key signs without a PIN, nor where somebody is told
 * which program asks: of a client that waited at the door, Windows no longer says it.
 */
function isPinUnasked({ people, keys }: Pick<Attempt, 'people' | 'keys'>, logins: readonly PlannedLogin[]): boolean {
  if (people.givesPinUnasked !== true || people.approveUnplanned !== undefined) return false;
  return keys.every(isVerifyRequired) && logins.every(({ plan }) => plan.way !== 'password');
}

/** Before ssh is there, which may read the same standard input. What ssh needs of the agent is there as well then. */
async function takePin(attempt: Attempt): Promise<void> {
  const { people, signal, keys, world, headStart, current: login } = attempt;
  const { clock, log } = world;
  const open = async () => {
    attempt.door = headStart?.door;
    if (headStart !== undefined) return;
    const { openAgentDoor } = await import('./agent/agent-door.ts');
    attempt.door = await openAgentDoor({ socketPath: login.plan.agentSocket, clock, log, signal });
    await (await import('./glasskey-connect.ts')).writePublicKeyCopies(login.publicKeys);
  };
  const ask = async () => {
    attempt.pin = await people.signingPin({ why: 'needed', product: productOf(keys[0]) }, signal);
  };
  const taken = await Promise.allSettled([ask(), open()]);
  for (const one of taken) if (one.status === 'rejected') throw one.reason;
}

/** Why the first host of the way does not answer; undefined where it does. */
async function unreachedHost({ signal, world, current: login }: Attempt): Promise<GlasskeyError | undefined> {
  const { plan } = login;
  const [first] = plan.hops;
  const { probeHost } = await import('./connect/probe-host.ts');
  const unreached = first && (await probeHost(first, plan.waitSeconds, world.clock, signal));
  if (unreached === undefined) return undefined;
  const { withWayOut } = await import('./glasskey-login-failure.ts');
  return withWayOut(unreached, login, world);
}

/** `blockedBy`: nobody on the way has refused whoever came; another way may lead there. Throws every other failure. */
async function tryWay(
  attempt: Attempt,
): Promise<{ readonly exitCode: number } | { readonly blockedBy: GlasskeyError }> {
  const { signal, place, world, current: login } = attempt;
  const { environment, clock, log } = world;
  const notReady = new AbortController();
  const makeReady = () => {
    attempt.ready ??= readyAgent(attempt);
    attempt.ready.catch((error: unknown) => notReady.abort(error));
    return attempt.ready;
  };
  if (attempt.pin === undefined) await makeReady();
  const [{ runSsh }, { isRestated, isWayBlocked, outcomeError }] = await Promise.all([
    import('./connect/run-ssh.ts'),
    import('./connect/ssh-outcome.ts'),
  ]);
  const sshPath = await sshPathOf(world);
  const { headStart } = attempt;
  attempt.headStart = undefined;
  let noted: Promise<void> | undefined;
  const onDeviceLogin = (fingerprint: string | undefined) => {
    attempt.isOpen = true;
    noted = noteLogin(fingerprint, attempt).then(() => keepStart(attempt, sshPath, headStart?.isOld === false));
  };
  const run = await runSsh(login.plan, {
    signal: AbortSignal.any([signal, notReady.signal]),
    log,
    clock,
    environment,
    sshPath,
    started: headStart?.ssh,
    onStarted: () => void makeReady(),
    // What an ssh says that was ended for the key's sake says nothing of the hosts.
    holdBack: (message) => notReady.signal.aborted || isRestated(message),
    onDeviceLogin,
    ...place,
  })
    .catch((error: unknown) => {
      throw notReady.signal.aborted && !signal.aborted ? notReady.signal.reason : error;
    })
    .finally(() => noted);
  if (run.exit.kind === 'signalled') {
    if (attempt.isOpen) login.remember(clock.now());
    return { exitCode: 128 + constants.signals[run.exit.signal] };
  }
  // What the agent refused to a session that was open is no reason for its end.
  const refused = attempt.isOpen || run.exit.code !== SSH_FAILED ? undefined : attempt.agent?.lastFailure();
  const failure = refused ?? outcomeError(login.plan, run);
  if (failure !== undefined) {
    const { otherDeviceError, withWayOut } = await import('./glasskey-login-failure.ts');
    // Of a host with another key than the device's, the ssh of the jump host says only that the agent refused.
    const otherKey = attempt.isOpen || failure.code !== 'CONNECT_FAILED' ? undefined : attempt.agent?.otherDeviceKey();
    const cause = otherKey === undefined ? failure : otherDeviceError(login, otherKey);
    const told = await withWayOut(cause, login, world);
    const { hop } = cause.detail;
    if (cause.code === 'CONNECT_HOST_KEY_CHANGED' && typeof hop === 'string') await noteHosts([hop], false, world);
    if (isWayBlocked(told, run)) return { blockedBy: told };
    throw told;
  }
  login.remember(clock.now());
  return { exitCode: run.exit.code };
}

/**
 * What the login that has just succeeded shows: that the target was used, that its hosts have the known keys, that the device accepts the key
 * with that fingerprint. In one transaction, because the disk is waited for at the end of each, and the person for the last. What cannot be
 * written is said in the log; a name to save is tried again at the end, and told there, unless ssh failed, which is told then.
 */
async function noteLogin(
  fingerprint: string | undefined,
  { place, keys, world, current: login }: Attempt,
): Promise<void> {
  const { database, clock, log } = world;
  const at = clock.now();
  const [{ formatHostSpec }, { noteHostKeys }] = await Promise.all([
    import('./connect/host-spec.ts'),
    import('./glasskey-observing.ts'),
  ]);
  const accepted = keys.find(({ files }) => files.fingerprint === fingerprint);
  const by = keyWantedOf(place) === undefined ? 'command-line' : 'window';
  const notNoted = (error: unknown) => log('warn', 'connect.login-not-noted', { code: asGlasskeyError(error).code });
  try {
    transaction(database, () => {
      noteHostKeys(login.hops.map(formatHostSpec), true, world);
      if (accepted !== undefined) noteProof(accepted, { at, device: login.device, by }, world);
      try {
        login.remember(at);
      } catch (error) {
        // The rest stands.
        notNoted(error);
      }
    });
    checkpoint(database);
  } catch (error) {
    notNoted(error);
  }
}

/**
 * So that the next login by the same words has a head start: how this one's ssh was started, if the PIN came unasked. `isKept`: it had one
 * itself, which stays. What cannot be written costs the next one its head start.
 */
async function keepStart(attempt: Attempt, sshPath: string, isKept: boolean): Promise<void> {
  const { place, pin, world, first, current: login } = attempt;
  const words = place !== undefined && 'words' in place ? place.words : undefined;
  if (isKept || words === undefined || pin === undefined || login !== first || process.platform === 'win32') return;
  try {
    const { keepLogin } = await import('./glasskey-keep-login.ts');
    await keepLogin(words, sshPath, login, world);
  } catch (error) {
    world.log('warn', 'connect.start-not-kept', { code: asGlasskeyError(error).code });
  }
}

/** Whether hosts showed the keys that are known of them. After the login: it waits for nothing of this. */
async function noteHosts(hosts: readonly (HostSpec | string)[], isKnown: boolean, world: ConnectWorld): Promise<void> {
  const [{ formatHostSpec }, { noteHostKeys }] = await Promise.all([
    import('./connect/host-spec.ts'),
    import('./glasskey-observing.ts'),
  ]);
  const addresses = hosts.map((host) => (typeof host === 'string' ? host : formatHostSpec(host)));
  noteHostKeys(addresses, isKnown, world);
}

/** The agent of this connect, with the PIN that it needs: started, and asked for, once for all tries. */
async function readyAgent(attempt: Attempt): Promise<void> {
  const { people, signal, place, pin, door, keys, world, current: login } = attempt;
  const { removeStaleSockets } = await import('./connect/connect-sockets.ts');
  const [{ namesHosts }] = await Promise.all([
    foundSsh(attempt),
    removeStaleSockets(join(world.dataFolder, 'connect')),
    import('./glasskey-agent.ts'),
  ]);
  const agent = await startAgent(
    {
      socketPath: login.plan.agentSocket,
      ...(door === undefined ? {} : { door }),
      enrollments: keys,
      people: sharesTerminal(place) ? untilOpen(attempt) : people,
      keepPin: 'until-closed',
      hostNames: {
        nameHost: (hostKey) => attempt.current.hostNames.nameHost(hostKey),
        routeTo: (hostKey) => attempt.current.hostNames.routeTo(hostKey),
        isKnownHost: (hostKey) => attempt.current.hostNames.isKnownHost(hostKey),
      },
      expected: () => attempt.current.expected(namesHosts),
      ready: () => attempt.ready,
    },
    world,
  );
  attempt.agent = agent;
  if (login.needsKey) {
    const keyWanted = keyWantedOf(place);
    // Through Windows nobody sees what is plugged in: its dialog asks for the key.
    if (keyWanted === undefined || world.windowsKey !== undefined) await agent.warmUp(signal, pin);
    else {
      const { whenPluggedIn } = await import('./glasskey-key-wait.ts');
      const pluggedIn = async () => (await (await world.hid()).list()).map(({ path }) => path);
      const tryIt = () => agent.warmUp(signal);
      await whenPluggedIn({ tryIt, pluggedIn, clock: world.clock, keyWanted }, signal);
    }
  }
  await (await import('./glasskey-connect.ts')).writePublicKeyCopies(login.publicKeys);
}

/** Which ssh there is, and what it can do; a person is told once where that is less than it should be. Throws `SSH_MISSING`, `SSH_TOO_OLD`. */
function foundSsh(attempt: Attempt): Promise<SshProgram> {
  const { people, world } = attempt;
  const find = async () => {
    const ssh = await askSshVersion(world);
    if (ssh.warning !== undefined) people.remark(ssh.warning);
    return ssh;
  };
  attempt.ssh ??= find();
  return attempt.ssh;
}

/** ssh and our questions have one terminal. */
function sharesTerminal(place: ConnectPlace | undefined): boolean {
  return place === undefined || 'words' in place || ('terminal' in place && place.keyWanted === undefined);
}

/** Once the session is open its ssh reads the terminal: half of a PIN typed there would go to the device. */
function untilOpen(attempt: Attempt): SigningPeople {
  const { people } = attempt;
  return {
    ...people,
    async signingPin(question, signal) {
      if (!attempt.isOpen) return people.signingPin(question, signal);
      people.remark(
        'The security key was unplugged, its PIN changed, or the computer slept, so Glasskey does not know the PIN any more, and asks for none while the session has this terminal: nothing was signed. For that, connect anew.',
      );
      return undefined;
    },
  };
}

async function sshPathOf({ environment }: ConnectWorld): Promise<string> {
  const { sshOnPath } = await import('./connect/ssh-program.ts');
  return sshOnPath(environment);
}

async function askSshVersion({ environment, log }: ConnectWorld): Promise<SshProgram> {
  const { findSsh } = await import('./connect/ssh-program.ts');
  return findSsh(environment, log);
}

function keyWantedOf(place: ConnectPlace | undefined): ((isWanted: boolean) => void) | undefined {
  return place !== undefined && 'terminal' in place ? place.keyWanted : undefined;
}

/** The last failure, with what came of the ways before it. */
function allBlocked(failures: readonly GlasskeyError[]): GlasskeyError {
  const last = failures.at(-1);
  if (last === undefined) throw new Error('a login has a way');
  if (failures.length === 1) return last;
  const { code, remedy, detail, cause } = last;
  const told = failures.map(({ message }, index) => `${index + 1}: ${message}`).join(' ');
  return new GlasskeyError({
    code,
    message: `None of the ${failures.length} ways led there. ${told}`,
    remedy,
    detail: { ...detail, ways: failures.length },
    cause,
  });
}

/** An agent over the enrolled keys that is among the running ones until it is closed. */
export async function startAgent(
  request: Omit<KeyAgentRequest, 'hid' | 'windowsKey' | 'channel' | 'clock' | 'log' | 'activity' | 'policyOf'>,
  world: Pick<
    ConnectWorld,
    'hid' | 'windowsKey' | 'channel' | 'clock' | 'log' | 'agents' | 'database' | 'settings' | 'requestRefused'
  >,
  kind: AgentKind = 'connect',
): Promise<KeyAgent> {
  const { hid, windowsKey, clock, log, agents } = world;
  const [{ startKeyAgent }, { agentRecords }] = await Promise.all([
    import('./glasskey-agent.ts'),
    import('./glasskey-agent-records.ts'),
  ]);
  const records = agentRecords(kind, request.hostNames.nameHost, world);
  const channel = await world.channel();
  const agent = await startKeyAgent({ ...request, ...records, hid, windowsKey, channel, clock, log });
  agents.add(agent);
  return {
    ...agent,
    close: () => {
      agents.delete(agent);
      return agent.close();
    },
  };
}

/**
 * The plans, and `begun` where its ssh is that of the first. Where it is not, it is ended, and the plans have other names than it had: an ssh of
 * one of its hops that could not be ended finds neither their configuration nor their agent, which would sign for it.
 */
async function plansUpon(
  begun: HeadStart | undefined,
  { request, people, keys }: Pick<Attempt, 'people' | 'keys'> & { readonly request: ConnectTo },
  world: ConnectWorld,
): Promise<{
  readonly logins: readonly [PlannedLogin, ...PlannedLogin[]];
  readonly headStart: HeadStart | undefined;
}> {
  const logins = await plans(request, keys, world, begun);
  if (begun === undefined) return { logins, headStart: undefined };
  const [{ plan }] = logins;
  const isUnasked = isPinUnasked({ people, keys }, logins);
  if (isUnasked && begun.isOf(plan, await sshPathOf(world))) return { logins, headStart: begun };
  await begun.end();
  return { logins: await plans(request, keys, world), headStart: undefined };
}

async function plans(
  request: ConnectTo,
  keys: KeyAgentRequest['enrollments'],
  { settings, database, dataFolder, homeFolder, clock, enrollments, windowsKey }: ConnectWorld,
  begun?: BegunNames,
): Promise<readonly [PlannedLogin, ...PlannedLogin[]]> {
  const { lastAccount, planLogins } = await import('./glasskey-connect.ts');
  const account = lastAccount(enrollments);
  const windowsAsks = windowsKey !== undefined;
  return planLogins(request, { settings, database, keys, homeFolder, dataFolder, clock, account, windowsAsks }, begun);
}

/** Which security key is there is asked only where it can matter, and with `asksDevices`: it costs packets. */
export async function keysToOffer(
  { enrollments, hid, windowsKey, channel }: ConnectWorld,
  asksDevices?: AbortSignal,
): Promise<KeyAgentRequest['enrollments']> {
  const { areOnSeveralModels, keysForLogin } = await import('./glasskey-connect.ts');
  if (asksDevices === undefined || windowsKey !== undefined || !areOnSeveralModels(enrollments))
    return keysForLogin(enrollments);
  const { pluggedInModels } = await import('./agent/plugged-in-authenticator.ts');
  return keysForLogin(enrollments, await pluggedInModels(await hid(), await channel(), asksDevices));
}

/** The device accepted that key. What cannot be noted, as on a full disk, must not end a session. */
export function noteProof({ id }: WrittenEnrollment, proof: Proof, { journal, log }: ConnectWorld): void {
  try {
    journal.prove(id, proof);
  } catch (error) {
    log('warn', 'connect.proof-not-noted', { code: asGlasskeyError(error).code });
  }
}
