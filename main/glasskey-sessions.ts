/**
 * Logs in to a target in a session of the desktop app: the connect of glasskey.ts, with what its people are asked told in the list.
 * What the settings say of recordings is held here.
 */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { SessionBegin, SessionRoute, SessionRun, SessionWait } from './connect/connect-session.ts';
import { type HostSpec, parseHostSpec, shownHostSpec } from './connect/host-spec.ts';
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
  const { way, hops, keepAlive } = await world.glasskey.planConnect(request);
  const [device, ...jumps] = hops.toReversed();
  if (device === undefined) throw new Error('a plan has no hops');
  const route: SessionRoute = {
    target,
    ...(isHostOf(target, device.spec) ? {} : { name: target }),
    device: shownHostSpec(device.spec),
    user: device.spec.user ?? '',
    jumps: jumps.toReversed().map(({ spec }) => shownHostSpec(spec)),
    way,
    ...(chosenWay === undefined ? {} : { chosenWay }),
    keepAlive,
  };
  const { isAlways } = await recordingSetting(world);
  return { route, isRecorded: isAlways, run: (run) => login(world, request, route, run) };
}

/** Whether the target was typed as that host, or is saved under its name: then it says nothing that the host does not. */
function isHostOf(target: string, { host }: HostSpec): boolean {
  try {
    return parseHostSpec(target).host === host;
  } catch {
    return false;
  }
}

async function login(world: SessionsWorld, request: ConnectTo, route: SessionRoute, run: SessionRun) {
  const { glasskey, texts } = world;
  const people = world.peopleFor(route, run);
  // Whoever declines the login has not hung up: the session says that it was cancelled.
  const declined = new AbortController();
  const telling = tellingPeople(people, run, texts, () => declined.abort());
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
    return await glasskey.connect(request, telling, signal, { terminal, keyWanted });
  } finally {
    people.end('failed');
  }
}

/** A target as the window names it: its saved or default way unless one was chosen, an interactive shell, the agent forwarded. */
export function connectTo(target: string, way?: ConnectTo['way']): ConnectTo {
  return { target, way, jump: undefined, command: undefined, save: undefined, hostKeys: 'ask', forwardAgent: true };
}

/** The same people, and the session says what they are asked for. Remarks stand on its terminal, as at the command line. */
function tellingPeople(
  people: GlasskeyPeople,
  run: SessionRun,
  texts: Pick<Texts, 'say'>,
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
      const [purpose] = about;
      run.waitFor({ what: 'touch', sentence: texts.say('session.wait-touch', { purpose }) });
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
