/** The command line's side of the sessions socket. */
import { createConnection, type Socket } from 'node:net';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { PIPE_PREFIX } from '../storage/agent-socket-path.ts';
import type { TerminalSize } from './pty.ts';
import { bytesFrame, MOST_TOLD_BYTES, messageFrame, type SessionFrame, SessionFrameReader } from './session-frames.ts';
import {
  type AppSession,
  parseTell,
  SESSIONS_PROTOCOL,
  type SessionsAsk,
  type SessionsTell,
} from './session-messages.ts';
import { holdOwnPipe, type PipeLook } from './sessions-pipe.ts';

/** Longer than a reconnect takes to plan; the app answers everything else at once. */
const ANSWER_WITHIN_MS = 30_000;
const MOST_TYPED_BYTES = 32 * 1024;

export interface SessionAttachment {
  readonly session: AppSession;
  type(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** The session goes on. */
  detach(): void;
  /** The session as it was last, when it has ended, was taken off the list, the app has gone, or after `detach`. */
  readonly over: Promise<{ readonly why: 'ended' | 'gone' | 'closed' | 'detached'; readonly session: AppSession }>;
}

export interface AppSessions {
  list(): Promise<readonly AppSession[]>;
  /** Hangs up; takes one that has ended off the list. Throws `SESSION_UNKNOWN`. */
  end(id: string): Promise<void>;
  /** Throws `SESSION_STILL_RUNNING`, and what a login's plan throws. */
  reconnect(id: string): Promise<void>;
  /** `show` gets what the session has written and writes; `follow`, how it stands, at each change. */
  attach(
    id: string,
    size: TerminalSize,
    show: (bytes: Uint8Array) => void,
    follow?: (session: AppSession) => void,
  ): Promise<SessionAttachment>;
  close(): void;
}

/**
 * On Windows only to an app of this account's own (`look`, by default asked of the system; elsewhere the folder of the socket keeps others
 * out). Throws `SESSIONS_APP_NOT_RUNNING`, `SESSIONS_APP_OTHER_VERSION`, `SESSIONS_APP_NOT_YOURS`.
 */
export async function connectToSessions(socketPath: string, clock: Clock, look?: PipeLook): Promise<AppSessions> {
  const connection = new Connection(await openedOwn(socketPath, look), clock);
  const hello = await connection.next();
  if (hello.tell !== 'hello' || hello.protocol !== SESSIONS_PROTOCOL) {
    connection.close();
    throw otherVersion();
  }
  const done = async (ask: SessionsAsk) => {
    await connection.ask(ask, 'done');
  };
  return {
    list: async () => (await connection.ask({ ask: 'list' }, 'sessions')).sessions,
    end: (id) => done({ ask: 'end', id }),
    reconnect: (id) => done({ ask: 'reconnect', id }),
    attach: (...what) => connection.attach(...what),
    close: () => connection.close(),
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #reader = new SessionFrameReader(MOST_TOLD_BYTES);
  #answers: SessionsTell[] = [];
  #take: ((answer: SessionsTell) => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;
  #failure: unknown;
  #show: (bytes: Uint8Array) => void = () => {};
  #follow: ((tell: SessionsTell) => void) | undefined;
  #onClose: () => void = () => {};

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('data', (piece) => {
      try {
        for (const frame of this.#reader.push(piece)) this.#receive(frame);
      } catch (error) {
        this.#failed(error);
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#failed(notRunning());
      this.#onClose();
    });
  }

  next(): Promise<SessionsTell> {
    const [first] = this.#answers.splice(0, 1);
    if (first !== undefined) return Promise.resolve(first);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const stop = this.#clock.after(ANSWER_WITHIN_MS, () => reject(notRunning()));
      this.#take = (answer) => {
        stop();
        resolve(answer);
      };
      this.#fail = (error) => {
        stop();
        reject(error);
      };
    });
  }

  async ask<T extends SessionsTell['tell']>(ask: SessionsAsk, wanted: T): Promise<Extract<SessionsTell, { tell: T }>> {
    this.#socket.write(messageFrame(ask));
    const answer = await this.next();
    if (answer.tell === 'failed') throw new GlasskeyError(answer.error);
    if (answer.tell !== wanted) throw otherVersion();
    return answer as Extract<SessionsTell, { tell: T }>;
  }

  async attach(
    id: string,
    size: TerminalSize,
    show: (bytes: Uint8Array) => void,
    follow: (session: AppSession) => void = () => {},
  ): Promise<SessionAttachment> {
    this.#show = show;
    const { promise, resolve } = Promise.withResolvers<Awaited<SessionAttachment['over']>>();
    let last: AppSession | undefined;
    this.#follow = (tell) => {
      if (tell.tell === 'session') {
        last = tell.session;
        follow(last);
      }
      if (tell.tell === 'session' && tell.session.state === 'ended') resolve({ why: 'ended', session: tell.session });
      if (tell.tell === 'gone' && last !== undefined) resolve({ why: 'gone', session: last });
    };
    const { session } = await this.ask({ ask: 'attach', id, ...size }, 'attached');
    const known = () => last ?? session;
    this.#onClose = () => resolve({ why: 'closed', session: known() });
    return {
      session,
      type: (bytes) => {
        for (let at = 0; at < bytes.length; at += MOST_TYPED_BYTES) {
          this.#socket.write(bytesFrame(bytes.subarray(at, at + MOST_TYPED_BYTES)));
        }
      },
      resize: (to) => void this.#socket.write(messageFrame({ ask: 'resize', ...to })),
      detach: () => {
        resolve({ why: 'detached', session: known() });
        this.close();
      },
      over: promise,
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(frame: SessionFrame): void {
    if (frame.kind === 'bytes') {
      this.#show(frame.bytes);
      return;
    }
    const tell = parseTell(frame.text);
    if (tell.tell === 'session' || tell.tell === 'gone') {
      this.#follow?.(tell);
      return;
    }
    const take = this.#take;
    this.#take = undefined;
    if (take === undefined) this.#answers.push(tell);
    else take(tell);
  }

  #failed(error: unknown): void {
    this.#failure ??= error;
    this.#fail?.(this.#failure);
  }
}

async function openedOwn(socketPath: string, look: PipeLook | undefined): Promise<Socket> {
  if (look === undefined && !socketPath.startsWith(PIPE_PREFIX)) return opened(socketPath);
  const held = await holdOwnPipe(socketPath, look);
  if (held === undefined) throw notRunning();
  try {
    return await opened(socketPath);
  } finally {
    held.release();
  }
}

function opened(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    const failed = () => reject(notRunning());
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
    socket.once('error', failed);
  });
}

function notRunning(): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_APP_NOT_RUNNING',
    message: 'The desktop app does not answer, and the sessions are in it.',
    remedy: 'Start Glasskey’s desktop app; without it, log in with glasskey connect.',
  });
}

function otherVersion(): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_APP_OTHER_VERSION',
    message: 'The desktop app that runs is of another version than this command.',
    remedy: 'Quit the app and start it again, so that both are of the version that is installed.',
  });
}
