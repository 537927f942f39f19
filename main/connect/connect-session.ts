/**
 * One place in the list of sessions: `starting`, `open` once the device has accepted the login, `ended`, and from there `starting`
 * again where somebody reconnects. Whoever looks at it, what it is recorded to, and its history outlive the login.
 */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import type { WayKind } from '../storage/target-store.ts';
import type { KeepAlive } from './plan.ts';
import type { Pty, SpawnPty, TerminalSize } from './pty.ts';
import type { Recording, RecordingState } from './recording.ts';
import { type OutputView, SessionOutput } from './session-output.ts';
import { type SshTerminal, say } from './ssh-terminal.ts';
import { RESTORED_TERMINAL } from './terminal-restore.ts';

/** Where it goes, as people know it. */
export interface SessionRoute {
  /** The saved name, or what was typed. */
  readonly target: string;
  /** The saved name, where it is not the host's own. */
  readonly name?: string;
  /** `user@host`, with the port where it is not ssh's own; so are the jump hosts. */
  readonly device: string;
  readonly user: string;
  readonly jumps: readonly string[];
  /** Of the way that is tried now, or led there. */
  readonly way: WayKind;
  /** As it was chosen: the number of a saved way, from 1, or a kind. Absent: whatever is taken unasked. */
  readonly chosenWay?: number | WayKind;
  readonly keepAlive: KeepAlive;
}

/** The recording that was begun last. */
export interface SessionRecording {
  readonly file: string;
  readonly state: RecordingState;
  /** Why it `failed`. */
  readonly error?: GlasskeyError;
}

/** The part of a route that another way of the same target changes. */
export type SessionWay = Pick<SessionRoute, 'device' | 'user' | 'jumps' | 'way'>;

/** One of the logins of a way. */
export interface SessionHop {
  /** From 1. */
  readonly at: number;
  readonly of: number;
  /** The saved name, or the host with its port where that is not ssh's own. */
  readonly host: string;
}

/** What the key is wanted for, with the whole sentence. */
export interface SessionWait {
  readonly what: 'pin' | 'touch' | 'key';
  readonly sentence: string;
  /** Of a touch: which login it is for. Absent where it is for none of the way. */
  readonly hop?: SessionHop;
  /** Of a touch: the system's own dialog asks for it, and for the PIN. */
  readonly systemAsks?: boolean;
}

export interface SessionState extends SessionRoute {
  readonly id: string;
  readonly state: 'starting' | 'open' | 'ended';
  readonly startedAt: number;
  readonly openedAt?: number;
  readonly endedAt?: number;
  readonly waitsFor?: SessionWait;
  /** As a shell counts: 128 and the signal's number where one ended ssh. */
  readonly exitCode?: number;
  readonly error?: GlasskeyError;
  /** An open session whose connection went: the host answered no keep-alive any more, or the connection was cut. */
  readonly lost?: 'not-answering' | 'cut';
  /** How often it was begun anew. `startedAt` and what follows are of the last time. */
  readonly reconnects: number;
  /** So many terminals show it besides the app's window. */
  readonly terminals: number;
  readonly isRecorded: boolean;
  readonly recording?: SessionRecording;
}

/** What the login itself has of its session. */
export interface SessionRun {
  readonly terminal: SshTerminal;
  /** Fires when somebody ends the session. */
  readonly signal: AbortSignal;
  /** Ends the session, as whoever is asked for a PIN may want. */
  cancel(): void;
  /** Whether the device has accepted the login. */
  isOpen(): boolean;
  /** A line of our own on the terminal. */
  say(line: string): void;
  /** That way is tried from now on. */
  goesBy(way: SessionWay): void;
  /** Undefined: for nothing any more. */
  waitFor(what: SessionWait | undefined): void;
}

/** Logs in and stays until the end. Rejects with why it could not, or with `CANCELLED`. */
export type RunSession = (run: SessionRun) => Promise<{ readonly exitCode: number }>;

/** Begins to record. `onEnd`: it is over by itself. Throws why it cannot begin. */
export type StartRecording = (route: SessionRoute, size: TerminalSize, onEnd: () => void) => Recording;

export interface ConnectSessionWorld {
  readonly clock: Clock;
  readonly spawn: SpawnPty;
  readonly record: StartRecording;
  readonly onChange: () => void;
}

export interface SessionBegin {
  readonly route: SessionRoute;
  readonly run: RunSession;
  /** From its first line on. Where that cannot be, its terminal says so, and it goes on. */
  readonly isRecorded: boolean;
}

/** Somebody who looks at a session, at a terminal of some size. */
export interface SessionView extends OutputView {
  /** The session gets the size of the smallest terminal that shows it. */
  resize(size: TerminalSize): void;
}

/** More than any paste that the contract lets through. */
const MOST_UNWRITTEN_BYTES = 4 * 1024 * 1024;
const LEAST_COLUMNS = 2;
const LF = 0x0a;
const MOST_CELLS = 1000;

export class ConnectSession {
  readonly #id: string;
  readonly #world: ConnectSessionWorld;
  readonly #output: SessionOutput;
  /** The size of each terminal that shows it, where it has said one. */
  readonly #sizes = new Map<SessionView, TerminalSize>();
  readonly #terminals = new Set<SessionView>();
  #abort = new AbortController();
  #ended: Promise<void>;
  #state: SessionState;
  #size: TerminalSize;
  #pty: Pty | undefined;
  #recording: Recording | undefined;
  /** Whether its next login is recorded too. */
  #isToBeRecorded: boolean;
  /** Nothing stands before the cursor, as far as what was shown tells. */
  #isAtLineStart = true;

  constructor(id: string, size: TerminalSize, { route, run, isRecorded }: SessionBegin, world: ConnectSessionWorld) {
    this.#id = id;
    this.#world = world;
    this.#size = clamped(size);
    this.#state = { ...this.#starting(route), reconnects: 0, terminals: 0, isRecorded: false };
    this.#output = new SessionOutput({
      clock: world.clock,
      pause: () => this.#pty?.pause(),
      resume: () => this.#pty?.resume(),
    });
    this.#isToBeRecorded = isRecorded;
    if (isRecorded) this.#recordOrSay();
    this.#ended = this.#run(run);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Resolves when it has ended and nothing of it runs any more. Never rejects. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** What was written so far (the last of it), and from now on whatever comes. `from`: where it is looked at. */
  view(from: 'window' | 'terminal', send: (bytes: Uint8Array<ArrayBuffer>) => void): SessionView {
    const output = this.#output.view(send);
    const view: SessionView = {
      ...output,
      resize: (size) => {
        this.#sizes.set(view, clamped(size));
        this.#fit();
      },
      close: () => {
        output.close();
        if (this.#sizes.delete(view)) this.#fit();
        if (this.#terminals.delete(view)) this.#tellTerminals();
      },
    };
    if (from === 'terminal') {
      this.#terminals.add(view);
      this.#tellTerminals();
    }
    return view;
  }

  /**
   * Types. Before ssh runs there is nobody to type to: that is dropped, and not kept for whoever comes, because it may be the
   * beginning of a PIN. Throws `SESSION_INPUT_FULL`.
   */
  write(text: string): void {
    const pty = this.#pty;
    if (pty === undefined) return;
    if (pty.unwritten + Buffer.byteLength(text) > MOST_UNWRITTEN_BYTES) throw inputFull(this.#state.device);
    pty.write(text);
  }

  /** The size to begin with; from the first view on, it is for those who look to say. */
  resize(size: TerminalSize): void {
    if (this.#sizes.size === 0) this.#setSize(clamped(size));
  }

  /** Hangs up. It is over when `ended` resolves. Safe to call twice. */
  end(): void {
    this.#abort.abort();
  }

  /**
   * Logs in anew, in the same place: who looks goes on looking, and the history stays, with a line between. Throws
   * `SESSION_STILL_RUNNING`.
   */
  reconnect({ route, run, isRecorded }: SessionBegin): void {
    const { reconnects, recording } = this.assertEnded();
    this.#abort = new AbortController();
    this.#state = {
      ...this.#starting(route),
      reconnects: reconnects + 1,
      terminals: this.#terminals.size,
      isRecorded: false,
      ...(recording === undefined ? {} : { recording }),
    };
    // What the login before left switched on (another screen, the mouse) is no way to begin.
    this.#show(new TextEncoder().encode(`${RESTORED_TERMINAL}\r\n`));
    say({ onOutput: (bytes) => this.#show(bytes) }, `--- Logging in again, ${isoTime(this.#state.startedAt)} ---`);
    this.#isToBeRecorded ||= isRecorded;
    if (this.#isToBeRecorded) this.#recordOrSay();
    this.#ended = this.#run(run);
    this.#world.onChange();
  }

  /** Throws `SESSION_STILL_RUNNING`. */
  assertEnded(): SessionState {
    if (this.#state.state !== 'ended') throw stillRunning(this.#state.device);
    return this.#state;
  }

  /** Begins to record what comes from now on, into a new file. One that is recorded already goes on. Throws why it cannot. */
  startRecording(): void {
    if (this.#state.state === 'ended') throw alreadyEnded(this.#state.device);
    if (this.#recording?.state === 'running') return;
    this.#isToBeRecorded = true;
    this.#recording = this.#world.record(this.#state, this.#size, () => this.#recordingEnded());
    this.#say(`Recording what this terminal shows, to ${this.#recording.path}`);
    this.#tellRecording();
  }

  stopRecording(): void {
    this.#isToBeRecorded = false;
    this.#endRecording();
  }

  #endRecording(): void {
    if (this.#recording?.state !== 'running') return;
    this.#say('The recording ends.');
    this.#recording.end();
    this.#tellRecording();
  }

  #starting(route: SessionRoute): Omit<SessionState, 'reconnects' | 'terminals' | 'isRecorded'> {
    const { target, name, device, user, jumps, way, chosenWay, keepAlive } = route;
    const named = name === undefined ? {} : { name };
    const chosen = chosenWay === undefined ? {} : { chosenWay };
    const where = { target, ...named, device, user, jumps, way, ...chosen, keepAlive };
    return { id: this.#id, ...where, state: 'starting', startedAt: this.#world.clock.now() };
  }

  #recordOrSay(): void {
    try {
      this.startRecording();
    } catch (thrown) {
      const { message } = asGlasskeyError(thrown);
      this.#say(`This session is not recorded. ${message}`);
    }
  }

  #recordingEnded(): void {
    const { state, error } = this.#recording ?? {};
    if (state === 'full') this.#say('The recording has reached its largest size and ends. The session goes on.');
    if (state === 'failed') this.#say(`The recording ends. ${error?.message ?? ''}`);
    this.#tellRecording();
  }

  #tellTerminals(): void {
    this.#become({ ...this.#state, terminals: this.#terminals.size });
  }

  #tellRecording(): void {
    const recording = this.#recording;
    if (recording === undefined) return;
    const { path: file, state, error } = recording;
    const told = { file, state, ...(error === undefined ? {} : { error }) };
    this.#become({ ...this.#state, isRecorded: state === 'running', recording: told });
  }

  /** To everybody who looks, and into the recording. */
  #show(bytes: Uint8Array): void {
    this.#recording?.output(bytes);
    this.#output.push(bytes);
    if (bytes.length > 0) this.#isAtLineStart = bytes.at(-1) === LF;
  }

  /** A line of our own, which does not stand behind the prompt of the device. */
  #say(line: string): void {
    const before = this.#isAtLineStart ? [] : [Buffer.from('\r\n')];
    say({ onOutput: (bytes) => this.#show(Buffer.concat([...before, bytes])) }, line);
  }

  #fit(): void {
    const sizes = [...this.#sizes.values()];
    if (sizes.length === 0) return;
    this.#setSize({
      columns: Math.min(...sizes.map(({ columns }) => columns)),
      rows: Math.min(...sizes.map(({ rows }) => rows)),
    });
  }

  #setSize(size: TerminalSize): void {
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return;
    this.#size = size;
    this.#recording?.resize(size);
    this.#pty?.resize(size);
  }

  async #run(run: RunSession): Promise<void> {
    const terminal: SshTerminal = {
      spawn: this.#world.spawn,
      size: () => this.#size,
      onStarted: (pty) => {
        this.#pty = pty;
      },
      onOutput: (bytes) => this.#show(bytes),
      onOpened: () => this.#opened(),
    };
    const outcome = await this.#outcomeOf(run, terminal);
    this.#pty = undefined;
    // The line of a next login would be in it, of a device that may be another.
    this.#endRecording();
    const { waitsFor, ...before } = this.#state;
    const ended: SessionState = {
      ...before,
      state: 'ended',
      endedAt: this.#world.clock.now(),
      ...(outcome instanceof GlasskeyError ? this.#failure(outcome) : { exitCode: outcome.exitCode }),
    };
    const lost = howLost(ended);
    this.#become({ ...ended, ...(lost === undefined ? {} : { lost }) });
  }

  async #outcomeOf(run: RunSession, terminal: SshTerminal): Promise<GlasskeyError | { readonly exitCode: number }> {
    try {
      return await run({
        terminal,
        signal: this.#abort.signal,
        cancel: () => this.end(),
        isOpen: () => this.#state.state === 'open',
        say: (line) => this.#say(line),
        goesBy: (way) => this.#become({ ...this.#state, ...way }),
        waitFor: (what) => this.#waitFor(what),
      });
    } catch (thrown) {
      return asGlasskeyError(thrown);
    }
  }

  /** Whoever ended it knows. */
  #failure(error: GlasskeyError): Pick<SessionState, 'error'> {
    return this.#abort.signal.aborted && error.kind === 'cancelled' ? {} : { error };
  }

  #opened(): void {
    if (this.#state.state !== 'starting') return;
    this.#become({ ...this.#state, state: 'open', openedAt: this.#world.clock.now() });
  }

  #waitFor(what: SessionWait | undefined): void {
    if (this.#state.state === 'ended') return;
    const { waitsFor, ...others } = this.#state;
    if (waitsFor === what) return;
    this.#become({ ...others, ...(what === undefined ? {} : { waitsFor: what }) });
  }

  #become(state: SessionState): void {
    this.#state = state;
    this.#world.onChange();
  }
}

function howLost({ openedAt, error }: SessionState): SessionState['lost'] {
  if (openedAt === undefined) return undefined;
  if (error?.code === 'CONNECT_UNREACHABLE') return 'not-answering';
  return error?.code === 'CONNECT_LOST' ? 'cut' : undefined;
}

/** `2026-11-30 05:40:12 UTC`: on a terminal whose reader may be anywhere. */
function isoTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function clamped({ columns, rows }: TerminalSize): TerminalSize {
  const within = (value: number, least: number) => Math.min(Math.max(Math.trunc(value) || least, least), MOST_CELLS);
  return { columns: within(columns, LEAST_COLUMNS), rows: within(rows, 1) };
}

function inputFull(device: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_INPUT_FULL',
    message: `${device} has not taken what was typed before, so nothing more was sent.`,
    remedy: 'Wait until it answers, or close the session.',
  });
}

function stillRunning(device: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_STILL_RUNNING',
    message: `The session on ${device} has not ended, so nothing was begun anew.`,
    remedy: 'End it first, or begin another one beside it.',
  });
}

function alreadyEnded(device: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_ENDED',
    message: `The session on ${device} has ended.`,
    remedy: 'Reconnect it first.',
  });
}
