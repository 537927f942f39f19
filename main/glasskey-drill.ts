/**
 * Rehearses logins, composed for glasskey.ts: the security key, the agents, and every hop of a way by the real ssh, without a shell.
 * Reaches no Entra, no Graph, no ARM. One agent and one PIN serve all the targets of a drill, and a host on the way of several is
 * logged in to once: the others pass through that login (decision 0029).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { assertNotCancelled, GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { pause } from '../time/clock.ts';
import { askAgent } from './agent/agent-probe.ts';
import { newSocketName } from './connect/connect-socket-name.ts';
import { removeStaleSockets } from './connect/connect-sockets.ts';
import {
  failedStep,
  type HopEvidence,
  hopSteps,
  hostKeyUnknown,
  isLoggedIn,
  skippedStep,
  verdictOf,
  withLine,
} from './connect/drill-hop-steps.ts';
import { formatHostSpec, type HostSpec, shownHostSpec } from './connect/host-spec.ts';
import { type PlannedHop, planConnect } from './connect/plan.ts';
import { runSsh } from './connect/run-ssh.ts';
import type { SshMessage } from './connect/ssh-log.ts';
import { outcomeError } from './connect/ssh-outcome.ts';
import { findSsh } from './connect/ssh-program.ts';
import { newConfigFile } from './connect/start-ssh.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import type { EnrollmentReport } from './enrollment/readiness.ts';
import type { KeyAgent, KeyRehearsalStep, SigningPeople } from './glasskey-agent.ts';
import {
  assertNotMistyped,
  knownHostsFilesOf,
  lastAccount,
  type PlannedLogin,
  planLogin,
  writePublicKeyCopies,
} from './glasskey-connect.ts';
import { notEnrolled } from './glasskey-enrolled-key.ts';
import { pinnedHostKeys } from './glasskey-host-keys.ts';
import { type ConnectWorld, connectWorld, keysToOffer, noteProof, startAgent } from './glasskey-login.ts';
import { withWayOut } from './glasskey-login-failure.ts';
import { noteDrilledHosts } from './glasskey-observing.ts';
import { readinessAt } from './glasskey-readiness.ts';
import { resolveWay } from './glasskey-target-ways.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { agentSocketPath, connectSocketPath } from './storage/agent-socket-path.ts';
import { type DrillRecord, type DrillStep, type DrillStepName, drillStore } from './storage/drill-store.ts';
import { observationStore } from './storage/observation-store.ts';
import { type Target, targetStore, type Way, type WayKind } from './storage/target-store.ts';

export interface DrillRequest {
  /** Saved names, or hosts as connect takes them. */
  readonly targets: readonly string[];
  /** Saved targets besides those. */
  readonly also?: 'all' | 'favourites' | { readonly tag: string } | undefined;
  /** Number of the way, from 1, or its kind; undefined: the first by `jump`, which can be rehearsed to its end, else by `forwarded`. */
  readonly way?: number | WayKind | undefined;
  /** Every way of each target. */
  readonly everyWay: boolean;
}

/** What a drill tells on the way. `target` is undefined of the steps that all targets have in common. */
export type DrillEvent =
  | { readonly kind: 'target'; readonly target: string; readonly way: WayKind; readonly hops: readonly string[] }
  | { readonly kind: 'doing'; readonly target: string | undefined; readonly step: DrillStepName; readonly hop?: string }
  | { readonly kind: 'done'; readonly target: string | undefined; readonly step: DrillStep };

export interface DrillPeople extends SigningPeople {
  tellDrill(event: DrillEvent): void;
}

export interface DrillWorld extends ConnectWorld {
  /** How the enrollments stand, from the disk. */
  readonly reports: () => Promise<readonly EnrollmentReport[]>;
}

/** How often the logs of ssh are looked at: the steps are timed by it. */
const LOOK_EVERY_MS = 50;

/** `drill`, and what it says of the hosts is noted for the reminders. Throws `NOT_ENROLLED`, which says of what, and what `drill` throws. */
export async function rehearse(
  request: DrillRequest,
  people: DrillPeople,
  signal: AbortSignal,
  world: OpenWorld,
): Promise<readonly DrillRecord[]> {
  if (world.written().length === 0) throw drillWithoutKey(request, world);
  const reports = async () => readinessAt(world.clock.now(), world).enrollments;
  const drills = await drill(request, people, signal, { ...(await connectWorld(world)), reports });
  noteDrilledHosts(drills, world);
  return drills;
}

/**
 * Rehearses, and notes each rehearsal. Throws before anything is asked or tried where nothing can be: `DRILL_NO_TARGET`, `TARGET_UNKNOWN`,
 * `TARGET_INVALID`, `CONNECT_NO_WAY`, `SSH_MISSING`, `SSH_TOO_OLD`; where the PIN is wanted and nobody gives one, `NO_TERMINAL`,
 * `NO_PIN_ON_STDIN`, `PIN_FORM`; and `CANCELLED`: what was rehearsed before is noted.
 */
export async function drill(
  request: DrillRequest,
  people: DrillPeople,
  signal: AbortSignal,
  world: DrillWorld,
): Promise<readonly DrillRecord[]> {
  const keys = await keysToOffer(world, signal);
  const planned = rehearsalsOf(request, { ...world, keys, account: lastAccount(world.enrollments) });
  const logins = planned.flatMap(({ login }) => login ?? []);
  const { namesHosts } = await findSsh(world.environment, world.log);
  const socketPath = connectSocketPath(world.dataFolder, newSocketName());
  await removeStaleSockets(join(world.dataFolder, 'connect'));
  const expectations = logins.map((login) => login.expected(namesHosts));
  // A host may be on the ways of several: what a touch names goes by the one that is rehearsed now.
  let current: PlannedLogin | undefined;
  const currentFirst = () => (current === undefined ? logins : [current, ...logins]);
  let way = '';
  const agent = await startAgent(
    {
      socketPath,
      enrollments: keys,
      people,
      keepPin: 'until-closed',
      hostNames: {
        nameHost: (hostKey) =>
          currentFirst()
            .map(({ hostNames }) => hostNames.nameHost(hostKey))
            .find((name) => name !== undefined),
        routeTo: (hostKey) => current?.hostNames.routeTo(hostKey) ?? [],
        isKnownHost: (hostKey) => logins.some(({ hostNames }) => hostNames.isKnownHost(hostKey)),
      },
      expected: () => ({
        planned: expectations.flatMap(({ planned }) => planned),
        unnamedHosts: namesHosts ? 'refused' : 'accepted',
        way,
        forwardedOnce: [],
        onward: [],
      }),
    },
    world,
  );
  const stop = new AbortController();
  const running = AbortSignal.any([signal, stop.signal]);
  // At once: an ssh that waits for its signature holds the security key.
  signal.addEventListener('abort', () => void agent.close().catch(() => {}), { once: true });
  const begun = (configFile: string) => {
    way = configFile;
  };
  const passed = passedHosts(logins);
  const lines = new RehearsedLogins({ agent, keys, socketPath, begun, people, signal: running, world, passed });
  try {
    await writePublicKeyCopies(logins[0]?.publicKeys ?? []);
    const records: DrillRecord[] = [];
    const common = logins.length === 0 ? [] : await commonSteps(agent, keys, socketPath, people, running, world);
    lines.noLogin = whyNoLogin(common);
    for (const one of planned) {
      const at = world.clock.now();
      people.tellDrill({ kind: 'target', target: one.target, way: one.kind, hops: one.hops });
      current = one.login;
      const own = one.login === undefined ? [one.instead] : await lines.rehearse(one.target, one.login, one.kind);
      if (one.login === undefined) people.tellDrill({ kind: 'done', target: one.target, step: one.instead });
      const steps = one.login === undefined ? own : [...common, ...own];
      const { target, device, kind, hops } = one;
      const record = { target, device, way: { kind, hops }, at, verdict: verdictOf(steps), steps };
      records.push(drillStore(world.database).add(record));
    }
    return records;
  } finally {
    stop.abort();
    await agent.close();
    await lines.ended();
  }
}

const MOST_NAMED = 5;

/** Throws `TARGET_UNKNOWN`, `DRILL_NO_TARGET`. Where nothing was named and nothing is saved, a key comes first. */
function drillWithoutKey(request: DrillRequest, { database }: Pick<OpenWorld, 'database'>): GlasskeyError {
  const saved = targetStore(database).list();
  if (saved.length === 0 && request.targets.length === 0) return notEnrolled();
  const names = chosenTargets(request, saved);
  for (const name of names) if (!saved.some((one) => one.name === name)) assertNotMistyped(name, saved, 'drill');
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return notEnrolled(`rehearse the login to ${names.slice(0, MOST_NAMED).join(', ')}${more}`);
}

interface Rehearsal {
  readonly target: string;
  readonly device: string;
  readonly kind: WayKind;
  readonly hops: readonly string[];
  readonly login: PlannedLogin | undefined;
  /** What stands in the place of a login that cannot be rehearsed. */
  readonly instead: DrillStep;
}

type PlanningWorld = Parameters<typeof planLogin>[1];

/** Throws for what was typed and is wrong. What is wrong with a saved target is a step of its own rehearsal, and the others go on. */
function rehearsalsOf(request: DrillRequest, world: PlanningWorld): readonly Rehearsal[] {
  const store = targetStore(world.database);
  const chosen = chosenTargets(request, store.list());
  return chosen.flatMap((name): readonly Rehearsal[] => {
    const saved = store.get(name);
    if (saved === undefined) return [hostRehearsal(name, world)];
    return chosenWays(saved, request).map((way) => wayRehearsal(saved, way, world, store.get));
  });
}

function chosenTargets({ targets, also, way, everyWay }: DrillRequest, saved: readonly Target[]): readonly string[] {
  const isAsked = (target: Target) => {
    if (also === undefined) return false;
    if (also === 'all') return true;
    if (also === 'favourites') return target.isFavourite;
    return target.tags.some((tag) => tag.toLowerCase() === also.tag.toLowerCase());
  };
  const favourites = saved.filter(({ isFavourite }) => isFavourite);
  const unasked = favourites.length > 0 ? favourites : saved;
  const others = targets.length === 0 && also === undefined ? unasked : saved.filter(isAsked);
  const names = [...new Set([...targets, ...others.map(({ name }) => name)])];
  if (names.length === 0) {
    throw new GlasskeyError({
      code: 'DRILL_NO_TARGET',
      message:
        saved.length === 0 ? 'No target is saved here to rehearse.' : 'None of the saved targets is chosen by that.',
      remedy:
        'Name one: glasskey drill USER@DEVICE; or save one by a login: glasskey connect USER@DEVICE --jump USER@JUMPHOST --save NAME',
      detail: { saved: saved.length, way: way ?? null, everyWay },
    });
  }
  return names;
}

/** A host that is not saved has one way: the one that connect takes. */
function hostRehearsal(target: string, world: PlanningWorld): Rehearsal {
  assertNotMistyped(target, targetStore(world.database).list(), 'drill');
  const login = planLogin(loginTo(target, undefined), world);
  return {
    target,
    device: target,
    kind: 'jump',
    hops: login.hops.map(shownHostSpec),
    login,
    instead: notRehearsed('jump'),
  };
}

/** All, the one that was asked for, or the first of a login's (`waysToTry`) that can be gone to its end; else the one that leads furthest. */
function chosenWays({ name, ways }: Target, { way, everyWay }: DrillRequest): readonly Way[] {
  if (everyWay) return ways;
  const wanted =
    way === undefined
      ? (ways.find(({ kind }) => kind === 'jump') ?? ways.find(({ kind }) => kind === 'forwarded') ?? ways[0])
      : ways.find(({ kind }, index) => kind === way || index + 1 === way);
  if (wanted !== undefined) return [wanted];
  throw new GlasskeyError({
    code: 'CONNECT_NO_WAY',
    message: `${name} has no such way: ${way}.`,
    remedy: `It has ${ways.map(({ kind }, index) => `${index + 1} (${kind})`).join(', ')}.`,
    detail: { name, way: way ?? null },
  });
}

function wayRehearsal(
  saved: Target,
  way: Way,
  world: PlanningWorld,
  find: (name: string) => Target | undefined,
): Rehearsal {
  const { name: target, device } = saved;
  const { kind } = way;
  const empty = { target, device, kind, hops: [], login: undefined };
  try {
    const { jumps, device: last } = resolveWay(saved, way, find);
    if (kind === 'console' || kind === 'password') {
      return { ...empty, hops: [...jumps, last].map(shownHostSpec), instead: notRehearsed(kind) };
    }
    const login = planLogin(loginTo(formatHostSpec(last), jumps.map(formatHostSpec)), world);
    return { target, device, kind, hops: login.hops.map(shownHostSpec), login, instead: notRehearsed(kind) };
  } catch (error) {
    return { ...empty, instead: failedStep('way', 0, error) };
  }
}

function loginTo(target: string, jump: readonly string[] | undefined) {
  return { target, jump, command: undefined, save: undefined, hostKeys: 'yes', forwardAgent: false } as const;
}

const NOT_REHEARSED: Readonly<Record<WayKind, string>> = {
  jump: '',
  forwarded: '',
  console: 'A console is not rehearsed: it would end the session that somebody else may have on it.',
  password: 'A login by password is not rehearsed: it needs a person for the password.',
};

function notRehearsed(kind: WayKind): DrillStep {
  return skippedStep('way', NOT_REHEARSED[kind]);
}

/** From the device on it is another host's ssh that logs in: only a command there could try it, and a drill runs none. */
const ONWARD =
  'From the jump host its own ssh goes on to the device, and only a command there could try that: a drill runs none.';

const KEY_STEPS: readonly KeyRehearsalStep[] = ['key', 'pin', 'credential'];

/** What is wrong with how a script was started, not with the key. */
const NO_PIN_GIVEN: readonly string[] = ['NO_TERMINAL', 'NO_PIN_ON_STDIN', 'PIN_FORM'];

/** What all targets of a drill have in common: the security key, what is published, the agents. */
async function commonSteps(
  agent: KeyAgent,
  keys: readonly WrittenEnrollment[],
  socketPath: string,
  people: DrillPeople,
  signal: AbortSignal,
  world: DrillWorld,
): Promise<readonly DrillStep[]> {
  const { clock, dataFolder } = world;
  const steps: DrillStep[] = [];
  const add = (step: DrillStep) => {
    steps.push(step);
    people.tellDrill({ kind: 'done', target: undefined, step });
  };
  const doing = (step: DrillStepName) => people.tellDrill({ kind: 'doing', target: undefined, step });
  let since = clock.now();
  const ms = () => {
    const now = clock.now();
    const passed = Math.max(0, now - since);
    since = now;
    return passed;
  };
  doing('key');
  try {
    await agent.rehearse(signal, (step, skipped) => {
      const took = ms();
      add(skipped === undefined ? { step, state: 'passed', ms: took } : skippedStep(step, skipped));
      const next = KEY_STEPS[KEY_STEPS.indexOf(step) + 1];
      if (next !== undefined) doing(next);
    });
  } catch (error) {
    assertNotCancelled(signal, WHAT);
    // Whoever declines the PIN, or is not there to give it, declines the drill: that says nothing of the key.
    if (error instanceof GlasskeyError && (error.kind === 'cancelled' || NO_PIN_GIVEN.includes(error.code)))
      throw error;
    const [failed = 'credential', ...after] = KEY_STEPS.slice(steps.length);
    add(failedStep(failed, ms(), error));
    for (const step of after) add(skippedStep(step, KEY_UNUSABLE));
  }
  ms();
  add(await profileStep(keys, world));
  add({ ...(await agentStep('agent', socketPath, world)), ms: ms() });
  const appSocket = agentSocketPath(dataFolder);
  if (process.platform !== 'win32' && !existsSync(appSocket)) add(skippedStep('app-agent', APP_CLOSED));
  else add({ ...(await agentStep('app-agent', appSocket, world)), ms: ms() });
  return steps;
}

const WHAT = 'The drill';
const KEY_UNUSABLE = 'The security key could not be used.';
const APP_CLOSED = 'The app is not running.';

async function agentStep(step: 'agent' | 'app-agent', socketPath: string, { clock }: DrillWorld): Promise<DrillStep> {
  const answer = await askAgent(socketPath, clock);
  if (answer === 'answers') return { step, state: 'passed', ms: 0 };
  if (step === 'app-agent' && answer === 'absent') return skippedStep(step, APP_CLOSED);
  const error = new GlasskeyError({
    code: 'AGENT_SILENT',
    message:
      step === 'agent'
        ? 'The agent that signs for the drill does not answer.'
        : 'The agent of the app does not answer.',
    remedy:
      step === 'agent'
        ? 'Rehearse again; if it stays so, run glasskey drill --verbose and report what it prints.'
        : 'Quit Glasskey’s window by its menu and open it again; glasskey connect works meanwhile.',
  });
  return failedStep(step, 0, error);
}

/**
 * Whether the key that would log in is the one that was published last, and the one that the profile held when somebody last looked: from
 * what is noted here, so that a drill asks nobody online. A key that was published elsewhere, or never, is no fault: the device says whether
 * it knows it.
 */
async function profileStep([key]: readonly WrittenEnrollment[], world: DrillWorld): Promise<DrillStep> {
  const { reports, database } = world;
  const report = (await reports()).find(({ id }) => id === key?.id);
  if (report?.publishedAt === undefined) {
    return skippedStep(
      'profile',
      'Nothing is noted here of what your profile holds: the device says whether it knows the key.',
    );
  }
  const { account, fingerprint, publishedAt, replacedAt } = report;
  if (replacedAt === undefined) {
    const seen = observationStore(database)
      .list('profile')
      .find(({ subject, seenAt }) => subject === account && seenAt >= publishedAt);
    const asOf = new Date(seen?.seenAt ?? publishedAt).toISOString().slice(0, 10);
    if (seen === undefined || seen.value.fingerprint === fingerprint)
      return { step: 'profile', state: 'passed', ms: 0, message: `As of ${asOf}.` };
    return failedStep('profile', 0, profileDiffers(seen.value.fingerprint, asOf));
  }
  const error = new GlasskeyError({
    code: 'DRILL_KEY_REPLACED',
    message:
      'Another key has taken the place of this one on your profile: devices drop it at their next reconciliation.',
    remedy: 'Plug in the security key with the newer one; glasskey keys says which it is.',
    detail: { replacedAt },
  });
  return failedStep('profile', 0, error);
}

/** Somebody else put another key there, or took this one away. `held`: null for none. */
function profileDiffers(held: string | null, asOf: string): GlasskeyError {
  const what = held === null ? 'no SSH key of a security key' : `another key, ${held},`;
  return new GlasskeyError({
    code: 'DRILL_PROFILE_DIFFERS',
    message: `Your profile held ${what} when it was last looked at, on ${asOf}: devices drop this one at their next reconciliation.`,
    remedy: 'Publish this key again with glasskey publish, or find out who changed the profile.',
    detail: { held, asOf },
  });
}

/** Why no hop can be logged in to; undefined: one can. */
function whyNoLogin(common: readonly DrillStep[]): string | undefined {
  const failed = common.find(({ step, state }) => state === 'failed' && [...KEY_STEPS, 'agent'].includes(step));
  if (failed === undefined) return undefined;
  return failed.step === 'agent' ? 'The agent does not answer.' : KEY_UNUSABLE;
}

interface RehearsedLoginsParts {
  readonly agent: KeyAgent;
  readonly keys: readonly WrittenEnrollment[];
  readonly socketPath: string;
  /** The ssh with that configuration begins: the planned logins are its own once. */
  readonly begun: (configFile: string) => void;
  readonly people: DrillPeople;
  readonly signal: AbortSignal;
  readonly world: DrillWorld;
  /** What others pass through (passedHosts). */
  readonly passed: ReadonlySet<string>;
}

/** A host that was logged in to, or not; its ssh runs on where others pass through it. */
interface OpenHop {
  readonly steps: readonly DrillStep[];
  /** The socket by which others pass. */
  readonly socket: string | undefined;
  /** What its ssh has logged. */
  readonly lines: readonly string[];
  readonly spec: HostSpec;
  readonly evidence: HopEvidence;
}

class RehearsedLogins {
  /** Why no hop can be logged in to. */
  noLogin: string | undefined;
  readonly #parts: RehearsedLoginsParts;
  /** By the whole way there. */
  readonly #hops = new Map<string, OpenHop>();
  readonly #runs = new Set<Promise<unknown>>();

  constructor(parts: RehearsedLoginsParts) {
    this.#parts = parts;
  }

  /** The steps of each hop of a way, in order. Throws `CANCELLED`. */
  async rehearse(target: string, login: PlannedLogin, kind: WayKind): Promise<readonly DrillStep[]> {
    const { people, passed } = this.#parts;
    const steps: DrillStep[] = [];
    const add = (more: readonly DrillStep[]) => {
      steps.push(...more);
      for (const step of more) people.tellDrill({ kind: 'done', target, step });
    };
    let before: OpenHop | undefined;
    let way = '';
    for (const [at, spec] of login.hops.entries()) {
      const hop = shownHostSpec(spec);
      const isDevice = at === login.hops.length - 1;
      if (isDevice && kind === 'forwarded') {
        add(HOP_STEPS.map((step) => skippedStep(step, ONWARD, hop)));
        break;
      }
      if (before !== undefined && !isLoggedIn(before.steps)) {
        const why = `There was no login to ${shownHostSpec(before.spec)}, through which it is reached.`;
        add(HOP_STEPS.map((step) => skippedStep(step, why, hop)));
        before = { ...before, spec };
        continue;
      }
      way = wayTo(way, spec);
      // A jump host that is a target itself is logged in to once as well.
      const isLast = isDevice && !passed.has(way);
      const key = isLast ? `${way} (device)` : way;
      let there = this.#hops.get(key);
      if (there === undefined) {
        people.tellDrill({ kind: 'doing', target, step: 'reach', hop });
        there = await this.#logInTo({ target, login, at, spec, isLast, before });
        this.#hops.set(key, there);
      }
      if (isDevice) this.#noteProof(login.device, there);
      add(there.steps);
      before = there;
    }
    return steps;
  }

  /** When the ssh of every host that is still open has ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#runs);
  }

  async #logInTo(about: {
    readonly target: string;
    readonly login: PlannedLogin;
    /** Its place on the way. */
    readonly at: number;
    readonly spec: HostSpec;
    /** Nobody passes through it. */
    readonly isLast: boolean;
    readonly before: OpenHop | undefined;
  }): Promise<OpenHop> {
    const { target, login, at, spec, isLast, before } = about;
    const { agent, signal, socketPath, begun, world } = this.#parts;
    const { clock, log, environment, settings, dataFolder, homeFolder } = world;
    const configFile = newConfigFile();
    // The ssh of Windows has no ControlMaster: there every host logs in anew to those before it, at a touch each.
    const isShared = process.platform !== 'win32';
    const opens = isLast || !isShared ? undefined : join(dirname(configFile), 'm');
    const [firstKey, ...otherKeys] = login.publicKeys.map(({ file }) => file);
    if (firstKey === undefined) throw new Error('a login offers a key');
    const plan = planConnect({
      device: spec,
      jump: isShared ? [] : login.hops.slice(0, at),
      agentSocket: socketPath,
      publicKeyFiles: [firstKey, ...otherKeys],
      knownHostsFiles: knownHostsFilesOf(dataFolder, homeFolder),
      pinnedHostKeys: pinnedHostKeys(settings, homeFolder),
      configFile,
      hostKeys: 'yes',
      forwardAgent: false,
      waitSeconds: settings.get('connect.waitSeconds').value,
      rehearsal: {
        logsIn: this.noLogin === undefined,
        lastIs: isLast ? 'device' : 'jump host',
        ...(opens === undefined ? {} : { opens }),
        ...(before?.socket === undefined ? {} : { through: before.socket }),
      },
    });
    const lines: string[] = [];
    const linesBefore = before?.lines.length ?? 0;
    const failureBefore = agent.lastFailure();
    let evidence: HopEvidence = { startedAt: clock.now() };
    const end = new AbortController();
    begun(configFile);
    const loggedIn = Promise.withResolvers<'logged-in'>();
    const run = runSsh(plan, {
      signal: AbortSignal.any([signal, end.signal]),
      log,
      environment,
      streams: { stdout: nowhere(), stderr: nowhere() },
      onMessage: ({ hop, line }) => log('info', 'drill.ssh-said', { hop: hop.alias, line }),
      lookEveryMs: LOOK_EVERY_MS,
      onLine({ hop, line }) {
        if (hop.alias !== plan.hops.at(-1)?.alias) return;
        lines.push(line);
        evidence = withLine(evidence, line, clock.now());
        if (evidence.loggedInAt !== undefined) loggedIn.resolve('logged-in');
      },
    });
    this.#runs.add(run);
    run.catch(() => {});
    const ended = await Promise.race([loggedIn.promise, run]);
    const endedAt = clock.now();
    const hop = shownHostSpec(spec);
    const pinned = login.pinnedIn(formatHostSpec(spec)) !== undefined;
    const outcome = {
      hop,
      evidence,
      endedAt,
      noLogin: this.noLogin,
      hostKeyRemark: `${pinned ? 'Pinned' : 'Known'}: ${evidence.shownHostKey ?? ''}.`,
    };
    if (ended === 'logged-in') {
      if (opens === undefined) {
        end.abort();
        await run.catch(() => {});
        assertNotCancelled(signal, WHAT);
      }
      return { steps: hopSteps({ ...outcome, failure: undefined }), socket: opens, lines, spec, evidence };
    }
    // What the ssh before it says of the failure may not have been read yet.
    if (before !== undefined) await pause(clock, 2 * LOOK_EVERY_MS, signal);
    const refused = agent.lastFailure();
    const said = openingFailure(before, linesBefore);
    const explained =
      (refused !== failureBefore ? refused : undefined) ??
      outcomeError(
        { ...plan, hops: [...said.hops, ...plan.hops] },
        { ...ended, messages: [...said.messages, ...ended.messages] },
      );
    const failure =
      explained?.code === 'CONNECT_HOST_KEY_UNKNOWN'
        ? hostKeyUnknown(
            `the ${isLast ? 'device' : 'jump host'} ${hop}`,
            evidence.shownHostKey,
            `glasskey connect ${target}`,
          )
        : explained && (await withWayOut(explained, login, world));
    return { steps: hopSteps({ ...outcome, failure }), socket: undefined, lines, spec, evidence };
  }

  #noteProof(device: string, { evidence: { acceptedKey, loggedInAt } }: OpenHop): void {
    const { keys, world } = this.#parts;
    const accepted = keys.find(({ files }) => files.fingerprint === acceptedKey);
    if (accepted !== undefined && loggedInAt !== undefined)
      noteProof(accepted, { at: loggedInAt, device, by: 'drill' }, world);
  }
}

/** The hosts on the ways of these logins that others pass through, each by the whole way there. */
function passedHosts(logins: readonly PlannedLogin[]): ReadonlySet<string> {
  const passed = new Set<string>();
  for (const { hops } of logins) {
    let way = '';
    for (const spec of hops.slice(0, -1)) {
      way = wayTo(way, spec);
      passed.add(way);
    }
  }
  return passed;
}

/** One host, whether ssh's own port was written or not. */
function wayTo(before: string, spec: HostSpec): string {
  return `${before} ${shownHostSpec(spec)}`;
}

const HOP_STEPS = ['reach', 'host-key', 'login'] as const;

/** Why a host could not be reached through the one before it, that one's ssh says. */
function openingFailure(before: OpenHop | undefined, from: number): { hops: PlannedHop[]; messages: SshMessage[] } {
  if (before === undefined) return { hops: [], messages: [] };
  const hop: PlannedHop = {
    role: 'jump host',
    alias: 'glasskey-open-hop',
    spec: before.spec,
    logFile: '',
    opensSession: false,
  };
  const messages = before.lines
    .slice(from)
    .filter((line) => / open failed: /.test(line))
    .map((line) => ({ hop, line }));
  return { hops: [hop], messages };
}

/** What a host writes besides its log is nobody's concern: nothing is run there. */
function nowhere(): PassThrough {
  return new PassThrough().resume();
}
