/**
 * Serves the app's sessions to the command line: one client on one connection. A client that is slow gets what it can take
 * (output-flow.ts), one that says nothing is let go, one that says what cannot be read is cut off; nobody else notices.
 */
import type { Socket } from 'node:net';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { SessionView } from './connect-session.ts';
import { bytesFrame, MOST_ASKED_BYTES, messageFrame, type SessionFrame, SessionFrameReader } from './session-frames.ts';
import type { SessionList } from './session-list.ts';
import {
  appSession,
  parseAsk,
  SESSIONS_PROTOCOL,
  type SessionsAsk,
  type SessionsTell,
  toldError,
} from './session-messages.ts';

export interface SessionsServing {
  readonly sessions: Pick<SessionList, 'list' | 'view' | 'write' | 'end' | 'onChange'>;
  readonly reconnect: (id: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A client that is not attached asks at once, or is gone. */
const SILENCE_MS = 10_000;
/** Frames that wait while another is answered; what comes then is not read. */
const MOST_WAITING = 16;
const REPLAY_CHUNK_BYTES = 32 * 1024;
/** Answers that wait for who asks and does not read; what a session shows has limits of its own (output-flow.ts). */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

/** Until the connection closes. */
export function serveSessions(socket: Socket, world: SessionsServing): void {
  new SessionsClient(socket, world);
}

class SessionsClient {
  readonly #socket: Socket;
  readonly #world: SessionsServing;
  readonly #reader = new SessionFrameReader(MOST_ASKED_BYTES);
  /** What is typed: a character may be divided between two frames. */
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;
  #attached: { readonly id: string; readonly view: SessionView; readonly stop: () => void } | undefined;
  #told = '';
  #stopSilence: (() => void) | undefined;

  constructor(socket: Socket, world: SessionsServing) {
    this.#socket = socket;
    this.#world = world;
    socket.on('data', (piece) => this.#receive(piece));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#closed());
    this.#awaitAsk();
    this.#tell({ tell: 'hello', protocol: SESSIONS_PROTOCOL });
  }

  #receive(piece: Uint8Array): void {
    try {
      for (const frame of this.#reader.push(piece)) this.#take(frame);
    } catch (thrown) {
      this.#cutOff(thrown);
    }
  }

  /** One after another: an ask may take a while, and what is typed comes in its order. */
  #take(frame: SessionFrame): void {
    this.#waiting += 1;
    if (this.#waiting >= MOST_WAITING) this.#socket.pause();
    this.#turn = this.#turn.then(async () => {
      if (!this.#socket.destroyed) await this.#answer(frame);
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#socket.resume();
    });
  }

  async #answer(frame: SessionFrame): Promise<void> {
    try {
      if (frame.kind === 'bytes') this.#type(frame.bytes);
      else await this.#do(parseAsk(frame.text));
    } catch (thrown) {
      const error = asGlasskeyError(thrown);
      if (error.code === 'SESSIONS_FRAME_MALFORMED') this.#cutOff(error);
      else this.#tell({ tell: 'failed', error: toldError(error) });
    }
  }

  async #do(ask: SessionsAsk): Promise<void> {
    const { sessions } = this.#world;
    if (this.#attached === undefined) this.#awaitAsk();
    switch (ask.ask) {
      case 'list':
        this.#tell({ tell: 'sessions', sessions: sessions.list().map(appSession) });
        return;
      case 'end':
        sessions.end(ask.id);
        this.#tell({ tell: 'done' });
        return;
      case 'reconnect':
        await this.#world.reconnect(ask.id);
        this.#tell({ tell: 'done' });
        return;
      case 'attach':
        this.#attach(ask);
        return;
      case 'resize':
        this.#attached?.view.resize(ask);
    }
  }

  #attach({ id, columns, rows }: Extract<SessionsAsk, { ask: 'attach' }>): void {
    const { sessions, log } = this.#world;
    this.#detach();
    const view = sessions.view(id, (bytes) => this.#show(bytes));
    const session = sessions.list().find((one) => one.id === id);
    if (session === undefined) {
      view.close();
      return;
    }
    this.#stopSilence?.();
    this.#attached = { id, view, stop: sessions.onChange(() => this.#follow()) };
    log('info', 'sessions.attached', { id });
    this.#tell({ tell: 'attached', session: appSession(session) });
    const { replay } = view;
    for (let at = 0; at < replay.length; at += REPLAY_CHUNK_BYTES) {
      this.#socket.write(bytesFrame(replay.subarray(at, at + REPLAY_CHUNK_BYTES)));
    }
    view.resize({ columns, rows });
    this.#follow();
  }

  /** Told once each, and not at every change of another session. */
  #follow(): void {
    const session = this.#world.sessions.list().find(({ id }) => id === this.#attached?.id);
    if (session === undefined) {
      this.#tell({ tell: 'gone' });
      this.#detach();
      this.#socket.end();
      return;
    }
    const told = JSON.stringify(appSession(session));
    if (told === this.#told) return;
    this.#told = told;
    this.#tell({ tell: 'session', session: appSession(session) });
  }

  /** Drawn is what the system has taken for the client: what that one does not read waits here. */
  #show(bytes: Uint8Array): void {
    const view = () => this.#attached?.view;
    const shown = view();
    this.#socket.write(bytesFrame(bytes), () => {
      if (shown === view()) shown?.drawn(bytes.length);
    });
  }

  #type(bytes: Uint8Array): void {
    if (this.#attached === undefined) return;
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text !== '') this.#world.sessions.write(this.#attached.id, text);
  }

  #tell(message: SessionsTell): void {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    this.#socket.write(messageFrame(message));
    if (this.#socket.writableLength <= MOST_UNREAD_BYTES) return;
    this.#world.log('warn', 'sessions.client.reads-nothing');
    this.#socket.destroy();
  }

  #awaitAsk(): void {
    this.#stopSilence?.();
    this.#stopSilence = this.#world.clock.after(SILENCE_MS, () => this.#socket.destroy());
  }

  #cutOff(thrown: unknown): void {
    const error = asGlasskeyError(thrown);
    this.#world.log('warn', 'sessions.client.cut-off', { code: error.code });
    this.#tell({ tell: 'failed', error: toldError(error) });
    this.#socket.destroySoon();
  }

  /** From here on it is one that is not attached, and goes, or is let go. */
  #detach(): void {
    if (this.#attached === undefined) return;
    this.#attached.stop();
    this.#attached.view.close();
    this.#attached = undefined;
    this.#told = '';
    this.#awaitAsk();
  }

  #closed(): void {
    this.#detach();
    this.#stopSilence?.();
  }
}
