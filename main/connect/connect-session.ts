/** One login in a window: `starting`, `open` once the device has accepted it, `ended`. */
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { OutputFlow } from './output-flow.ts';
import type { Pty, SpawnPty, TerminalSize } from './pty.ts';
import { type SshTerminal, say } from './ssh-terminal.ts';

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
}

/** What the key is wanted for, with the whole sentence. */
export interface SessionWait {
  readonly what: 'pin' | 'touch' | 'key';
  readonly sentence: string;
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
  /** Undefined: for nothing any more. */
  waitFor(what: SessionWait | undefined): void;
}

/** Logs in and stays until the end. Rejects with why it could not, or with `CANCELLED`. */
export type RunSession = (run: SessionRun) => Promise<{ readonly exitCode: number }>;

export interface ConnectSessionWorld {
  readonly clock: Clock;
  readonly spawn: SpawnPty;
  readonly onChange: () => void;
  readonly onOutput: (bytes: Uint8Array<ArrayBuffer>) => void;
}

/** More than any paste that the contract lets through. */
const MOST_UNWRITTEN_BYTES = 4 * 1024 * 1024;
const LEAST_COLUMNS = 2;
const MOST_CELLS = 1000;

export class ConnectSession {
  /** Resolves when it has ended and nothing of it runs any more. Never rejects. */
  readonly ended: Promise<void>;
  readonly #world: ConnectSessionWorld;
  readonly #abort = new AbortController();
  readonly #flow: OutputFlow;
  #state: SessionState;
  #size: TerminalSize;
  #pty: Pty | undefined;

  constructor(id: string, route: SessionRoute, size: TerminalSize, run: RunSession, world: ConnectSessionWorld) {
    const { target, name, device, user, jumps } = route;
    this.#world = world;
    this.#size = clamped(size);
    const where = { target, ...(name === undefined ? {} : { name }), device, user, jumps };
    this.#state = { id, ...where, state: 'starting', startedAt: world.clock.now() };
    this.#flow = new OutputFlow({
      clock: world.clock,
      send: world.onOutput,
      pause: () => this.#pty?.pause(),
      resume: () => this.#pty?.resume(),
    });
    this.ended = this.#run(run);
  }

  get state(): SessionState {
    return this.#state;
  }

  /** What was written so far (the last of it); from now on, `onOutput`. */
  attach(): Uint8Array<ArrayBuffer> {
    return this.#flow.attach();
  }

  /** The window is gone; the session goes on. */
  detach(): void {
    this.#flow.detach();
  }

  drawn(bytes: number): void {
    this.#flow.drawn(bytes);
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

  resize(size: TerminalSize): void {
    this.#size = clamped(size);
    this.#pty?.resize(this.#size);
  }

  /** Hangs up. It is over when `ended` resolves. Safe to call twice. */
  end(): void {
    this.#abort.abort();
  }

  async #run(run: RunSession): Promise<void> {
    const terminal: SshTerminal = {
      spawn: this.#world.spawn,
      size: () => this.#size,
      onStarted: (pty) => {
        this.#pty = pty;
      },
      onOutput: (bytes) => this.#flow.push(bytes),
      onOpened: () => this.#opened(),
    };
    const outcome = await this.#outcomeOf(run, terminal);
    this.#pty = undefined;
    const { waitsFor, ...before } = this.#state;
    this.#become({
      ...before,
      state: 'ended',
      endedAt: this.#world.clock.now(),
      ...(outcome instanceof GlasskeyError ? this.#failure(outcome) : { exitCode: outcome.exitCode }),
    });
  }

  async #outcomeOf(run: RunSession, terminal: SshTerminal): Promise<GlasskeyError | { readonly exitCode: number }> {
    try {
      return await run({
        terminal,
        signal: this.#abort.signal,
        cancel: () => this.end(),
        isOpen: () => this.#state.state === 'open',
        say: (line) => say(terminal, line),
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
