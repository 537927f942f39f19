/**
 * Logs in to a target in a session of the desktop app: the connect of glasskey.ts, with what its people are asked told in the list.
 * What the settings say of recordings is held here.
 */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { type SigningFacts, shown } from './agent/describe-signing.ts';
import type {
  SessionBegin,
  SessionHop,
  SessionRoute,
  SessionRun,
  SessionWait,
  SessionWay,
} from './connect/connect-session.ts';
import { type HostSpec, parseHostSpec, shownHostSpec } from './connect/host-spec.ts';
import { nameInFile } from './connect/known-hosts.ts';
import type { ConnectPlan, PlannedHop } from './connect/plan.ts';
import type { TerminalSize } from './connect/pty.ts';
import type { SessionList } from './connect/session-list.ts';
import type { SshTerminal } from './connect/ssh-terminal.ts';
import type { ConnectTo, Glasskey, GlasskeyPeople } from './glasskey.ts';
import type { Texts } from './texts/texts.ts';

/** What whoever is asked for a session may need to know of it, and to do. */
export interface SessionSignals {
  /** Fires when somebody hangs up. */
  readonly signal: AbortSignal;
  /** Hangs up. */
  cancel(): void;
}

/** The people of one session: its PIN and its touches. */
export type PeopleFor = (about: SessionRoute, signals: SessionSignals) => SessionPeople;

export interface SessionPeople extends GlasskeyPeople {
  /** The login is through (`done`), or the session is over, however it ended: nothing is waited for any more. */
  end(how: 'done' | 'failed'): void;
}

export interface SessionsWorld {
  readonly glasskey: Pick<Glasskey, 'planConnect' | 'connect' | 'settings'>;
  readonly sessions: Pick<SessionList, 'open' | 'ended' | 'reconnect' | 'startRecording' | 'stopRecording'>;
  readonly texts: Pick<Texts, 'say'>;
  readonly peopleFor: PeopleFor;
}

/** Where a session goes: a saved name or `USER@HOST[:PORT]`, and the way there, where somebody has chosen one. */
export type SessionTarget = Pick<ConnectTo, 'target' | 'way'>;

/**
 * Begins a session and gives its id. Throws what a plan throws (TARGET_INVALID, TARGET_UNKNOWN, CONNECT_NO_WAY, NOT_ENROLLED, …) and
 * SESSIONS_TOO_MANY: nothing was begun then. Whatever fails later is told on the session.
 */
export async function openSession(world: SessionsWorld, target: SessionTarget, size: TerminalSize): Promise<string> {
  return world.sessions.open({ size, ...(await beginning(world, target)) });
}

/**
 * Begins a session that has ended anew, in the same place of the list: the same target, planned as it is now, and the way that was
 * chosen. Never done unasked: it costs a PIN and touches. Throws what `openSession` throws, `SESSION_UNKNOWN`,
 * `SESSION_STILL_RUNNING`, and `CONNECT_NO_WAY` where the way of that number is now of another kind; nothing was begun then.
 */
export async function reconnectSession(world: SessionsWorld, id: string): Promise<void> {
  const { target, way, chosenWay } = world.sessions.ended(id);
  const begin = await beginning(world, { target, way: chosenWay });
  // Nobody has chosen a password, or somebody else's console, by the number that it has got since.
  if (typeof chosenWay === 'number' && begin.route.way !== way) throw otherWay(target, chosenWay, way);
  world.sessions.reconnect(id, begin);
}

/** Begins or ends the recording of a session. Throws `RECORDING_REQUIRED` where settings.json wants it recorded. */
export async function recordSession(world: Pick<SessionsWorld, 'glasskey' | 'sessions'>, id: string, isOn: boolean) {
  if (isOn) return world.sessions.startRecording(id);
  if ((await recordingSetting(world)).isFixed) throw recordingRequired();
  world.sessions.stopRecording(id);
}

/** Whether every session is recorded, and whether that is an administrator's decision. */
async function recordingSetting({ glasskey }: Pick<SessionsWorld, 'glasskey'>) {
  const line = (await glasskey.settings()).settings.find(({ key }) => key === 'sessions.record');
  const isAlways = line?.value === 'always';
  return { isAlways, isFixed: isAlways && line.fixed === true };
}

async function beginning(world: SessionsWorld, { target, way: chosenWay }: SessionTarget): Promise<SessionBegin> {
  const request = connectTo(target, chosenWay);
  const plan = await world.glasskey.planConnect(request);
  const route: SessionRoute = {
    target,
    ...(isHostOf(target, deviceOf(plan).spec) ? {} : { name: target }),
    ...wayOf(plan),
    ...(chosenWay === undefined ? {} : { chosenWay }),
    keepAlive: plan.keepAlive,
  };
  const { isAlways } = await recordingSetting(world);
  return { route, isRecorded: isAlways, run: (run) => login(world, request, { route, plan }, run) };
}

function deviceOf({ hops }: ConnectPlan): PlannedHop {
  const device = hops.at(-1);
  if (device === undefined) throw new Error('a plan has no hops');
  return device;
}

function wayOf(plan: ConnectPlan): SessionWay {
  const { spec } = deviceOf(plan);
  return {
    device: shownHostSpec(spec),
    user: spec.user ?? '',
    jumps: plan.hops.slice(0, -1).map((hop) => shownHostSpec(hop.spec)),
    way: plan.way,
  };
}

/** Whether the target was typed as that host, or is saved under its name: then it says nothing that the host does not. */
function isHostOf(target: string, { host }: HostSpec): boolean {
  try {
    return parseHostSpec(target).host === host;
  } catch {
    return false;
  }
}

interface PlannedRoute {
  readonly route: SessionRoute;
  readonly plan: ConnectPlan;
}

async function login(world: SessionsWorld, request: ConnectTo, { route, plan }: PlannedRoute, run: SessionRun) {
  const { glasskey, texts } = world;
  let present = { route, plan };
  const people = world.peopleFor(route, run);
  // Whoever declines the login has not hung up: the session says that it was cancelled.
  const declined = new AbortController();
  const hopOfWay = (facts: SigningFacts) => hopOf(facts, present, run.isOpen());
  const telling = tellingPeople(people, run, texts, hopOfWay, () => declined.abort());
  const terminal: SshTerminal = {
    ...run.terminal,
    onOpened() {
      run.terminal.onOpened();
      people.end('done');
    },
  };
  const keyWait: SessionWait = { what: 'key', sentence: texts.say('session.wait-key') };
  const keyWanted = (isWanted: boolean) => run.waitFor(isWanted ? keyWait : undefined);
  try {
    const signal = AbortSignal.any([run.signal, declined.signal]);
    const onWay = (tried: ConnectPlan) => {
      present = { route, plan: tried };
      run.goesBy(wayOf(tried));
    };
    return await glasskey.connect(request, telling, signal, { terminal, keyWanted, onWay });
  } finally {
    people.end('failed');
  }
}

/** A target as the window names it: its saved or default way unless one was chosen, an interactive shell, the agent forwarded. */
export function connectTo(target: string, way?: ConnectTo['way']): ConnectTo {
  return { target, way, jump: undefined, command: undefined, save: undefined, hostKeys: 'ask', forwardAgent: true };
}

/**
 * Which login of the way a touch is for; undefined where that is not certain, or it is for another host. `isOpen`: the host that opens the
 * session has let the user in: what comes then is the device of a `forwarded` way, or none of the way.
 */
function hopOf({ purpose, through, way }: SigningFacts, { plan, route }: PlannedRoute, isOpen: boolean) {
  if (purpose.kind !== 'login' || way !== 'known') return undefined;
  const { hops } = plan;
  // The hosts before a login of the plan are named by the plan alone; those that the agent is forwarded through show their keys.
  const isPlanned = through.every(({ fingerprint }) => fingerprint === undefined);
  if (isPlanned === isOpen || (isOpen && plan.way !== 'forwarded')) return undefined;
  const at = isPlanned ? through.length : hops.length - 1;
  const hop = hops[at];
  if (hop === undefined) return undefined;
  const { user, ...host } = hop.spec;
  if (user !== undefined && purpose.user !== shown(user)) return undefined;
  // With nobody before it a host may also be one that the plan does not know.
  if ((at === 0 || isOpen) && purpose.host?.name !== shown(nameInFile(host.host, host.port))) return undefined;
  return {
    at: at + 1,
    // The shared account's password takes the place of the last one.
    of: plan.way === 'password' ? hops.length - 1 : hops.length,
    host: at === hops.length - 1 ? (route.name ?? shownHostSpec(host)) : shownHostSpec(host),
  };
}

/** The same people, and the session says what they are asked for. Remarks stand on its terminal, as at the command line. */
function tellingPeople(
  people: GlasskeyPeople,
  run: SessionRun,
  texts: Pick<Texts, 'say'>,
  hopOfWay: (facts: SigningFacts) => SessionHop | undefined,
  decline: () => void,
): GlasskeyPeople {
  return {
    requestPin: (question, signal) => people.requestPin(question, signal),
    requestNewPin: (question, signal) => people.requestNewPin(question, signal),
    mayReplaceProfileKey: (conflict, signal) => people.mayReplaceProfileKey(conflict, signal),
    tell: (event) => people.tell(event),
    signInWanted: (url) => people.signInWanted(url),
    async signingPin(question, signal) {
      run.waitFor({ what: 'pin', sentence: texts.say('session.wait-pin', { product: question.product }) });
      try {
        const pin = await people.signingPin(question, signal);
        // ssh would go on to the next key, and that one would be asked for too. An open session only lacks a signature.
        if (pin === undefined && !run.isOpen()) decline();
        return pin;
      } finally {
        run.waitFor(undefined);
      }
    },
    touchWanted(...about) {
      const [purpose, facts] = about;
      const hop = hopOfWay(facts);
      const sentence = texts.say('session.wait-touch', { purpose });
      const asks = facts.systemAsks === true ? { systemAsks: true } : {};
      run.waitFor({ what: 'touch', sentence, ...(hop === undefined ? {} : { hop }), ...asks });
      people.touchWanted(...about);
    },
    touchDone(...about) {
      run.waitFor(undefined);
      people.touchDone(...about);
    },
    remark(text) {
      run.say(text);
      people.remark(text);
    },
    ...(people.approveUnplanned === undefined ? {} : { approveUnplanned: people.approveUnplanned }),
  };
}

function otherWay(target: string, number: number, kind: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CONNECT_NO_WAY',
    message: `Way ${number} of ${target} is no ${kind} way any more, as it was when this session was opened.`,
    remedy: 'Open a new session, and choose the way anew.',
    detail: { name: target },
  });
}

function recordingRequired(): GlasskeyError {
  return new GlasskeyError({
    code: 'RECORDING_REQUIRED',
    message: 'settings.json wants every session recorded, so the recording goes on.',
    remedy: 'Ask whoever wrote that file, if this one must not be.',
  });
}
