/**
 * The sessions of the desktop app, in the order they were begun; one that has ended stays until it is dismissed or begun anew. The
 * app's window looks by `attach` and `onOutput`; whoever else looks has a view of its own.
 */
import { randomUUID } from 'node:crypto';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import {
  ConnectSession,
  type SessionBegin,
  type SessionState,
  type SessionView,
  type StartRecording,
} from './connect-session.ts';
import type { SpawnPty, TerminalSize } from './pty.ts';

/** Each keeps some 2 MB of what was written; nobody works in more tabs. */
export const MOST_SESSIONS = 64;

export interface SessionListWorld {
  readonly clock: Clock;
  readonly spawn: SpawnPty;
  readonly record: StartRecording;
}

export interface SessionStart extends SessionBegin {
  readonly size: TerminalSize;
}

type OutputListener = (id: string, bytes: Uint8Array<ArrayBuffer>) => void;

export class SessionList {
  readonly #world: SessionListWorld;
  readonly #sessions = new Map<string, ConnectSession>();
  /** What the window draws. */
  readonly #drawn = new Map<string, SessionView>();
  readonly #changeListeners = new Set<() => void>();
  readonly #outputListeners = new Set<OutputListener>();
  #isClosed = false;

  constructor(world: SessionListWorld) {
    this.#world = world;
  }

  /** Begins a session and gives its id at once. Throws `SESSIONS_TOO_MANY`. */
  open({ size, ...begin }: SessionStart): string {
    if (this.#isClosed) throw cancelled('The session');
    if (this.#sessions.size >= MOST_SESSIONS) throw tooMany();
    const id = randomUUID();
    const session = new ConnectSession(id, size, begin, { ...this.#world, onChange: () => this.#changed() });
    this.#sessions.set(id, session);
    this.#changed();
    return id;
  }

  list(): readonly SessionState[] {
    return [...this.#sessions.values()].map(({ state }) => state);
  }

  /**
   * What was written so far (the last of it); from now on, `onOutput`, for one window: the one that attached last. Throws
   * `SESSION_UNKNOWN`, as the others do.
   */
  attach(id: string): Uint8Array<ArrayBuffer> {
    const session = this.#get(id);
    this.detach(id);
    const view = session.view('window', (bytes) => {
      for (const listener of this.#outputListeners) listener(id, bytes);
    });
    this.#drawn.set(id, view);
    return view.replay;
  }

  /** The window that drew it is gone. One that is not there any more is no error. */
  detach(id: string): void {
    this.#drawn.get(id)?.close();
    this.#drawn.delete(id);
  }

  /** For whoever looks besides the window, on a terminal. */
  view(id: string, send: (bytes: Uint8Array<ArrayBuffer>) => void): SessionView {
    return this.#get(id).view('terminal', send);
  }

  /** Throws `SESSION_INPUT_FULL`. */
  write(id: string, text: string): void {
    this.#get(id).write(text);
  }

  /** One that is not there any more is no error: its last output may just have been drawn. */
  drawn(id: string, bytes: number): void {
    this.#drawn.get(id)?.drawn(bytes);
  }

  /** Of the window. */
  resize(id: string, size: TerminalSize): void {
    const session = this.#get(id);
    (this.#drawn.get(id) ?? session).resize(size);
  }

  /** One that has ended. Throws `SESSION_UNKNOWN`, `SESSION_STILL_RUNNING`. */
  ended(id: string): SessionState {
    return this.#get(id).assertEnded();
  }

  /** Logs in anew, in the same place of the list. Throws `SESSION_STILL_RUNNING`. */
  reconnect(id: string, begin: SessionBegin): void {
    const session = this.#get(id);
    if (this.#isClosed) throw cancelled('The session');
    session.reconnect(begin);
  }

  /** Throws why it cannot begin. */
  startRecording(id: string): void {
    this.#get(id).startRecording();
  }

  stopRecording(id: string): void {
    this.#get(id).stopRecording();
  }

  /** Hangs up; takes one that has ended off the list. */
  end(id: string): void {
    const session = this.#get(id);
    if (session.state.state !== 'ended') {
      session.end();
      return;
    }
    this.detach(id);
    this.#sessions.delete(id);
    this.#changed();
  }

  /** For the app's end: hangs up all, takes no new ones, and resolves when none runs any more. */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    const sessions = [...this.#sessions.values()];
    for (const session of sessions) session.end();
    await Promise.all(sessions.map(({ ended }) => ended));
  }

  /** Called after each change of `list()`. The returned function ends it. */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  /** What the sessions that are attached write. The returned function ends it. */
  onOutput(listener: OutputListener): () => void {
    this.#outputListeners.add(listener);
    return () => this.#outputListeners.delete(listener);
  }

  #get(id: string): ConnectSession {
    const session = this.#sessions.get(id);
    if (session === undefined) throw unknownSession();
    return session;
  }

  #changed(): void {
    for (const listener of [...this.#changeListeners]) listener();
  }
}

function unknownSession(): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_UNKNOWN',
    message: 'That session is no longer there.',
    remedy: 'Begin a new one from Devices.',
  });
}

function tooMany(): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_TOO_MANY',
    message: `${MOST_SESSIONS} sessions are in the list, and no more fit.`,
    remedy: 'Close some that you no longer need.',
  });
}
