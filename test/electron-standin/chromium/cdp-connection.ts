/**
 * The Chrome DevTools Protocol over `--remote-debugging-pipe`: JSON messages ended by NUL, one pipe each way, no port.
 * One connection carries the browser's own session and, in "flat" mode, one session for each target attached to.
 *
 * Message shapes are Chromium's own and come typed from playwright-core; Chromium is trusted to keep to them.
 */
import type { Readable, Writable } from 'node:stream';
// playwright-core's `exports` hide its protocol types; the import is erased, so the path matters to the type checker only.
import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';

export type { Protocol };

type Commands = Protocol.CommandParameters;
type Events = Protocol.EventMap;

/** A command Chromium refused, or one that was under way when its target or the browser went away (`gone`). */
export class CdpError extends Error {
  override readonly name = 'CdpError';
  readonly gone: boolean;

  constructor(message: string, gone: boolean) {
    super(message);
    this.gone = gone;
  }
}

interface Incoming {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: string };
}

interface Pending {
  readonly method: string;
  readonly sessionId: string | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class CdpConnection {
  /** The browser's own session. */
  readonly browser: CdpSession;
  /** Resolves when the pipe has closed, which is when the browser has ended. */
  readonly closed: Promise<void>;

  private readonly output: Writable;
  private readonly pending = new Map<number, Pending>();
  private readonly sessions = new Map<string | undefined, CdpSession>();
  private lastId = 0;
  private isClosed = false;

  constructor(output: Writable, input: Readable) {
    this.output = output;
    this.browser = new CdpSession(this, undefined);
    this.sessions.set(undefined, this.browser);
    // The browser's end is told by `closed`; a write into a closing pipe is no news.
    output.on('error', () => {});
    input.on('error', () => {});
    this.closed = new Promise((resolve) => {
      input.once('close', () => {
        this.end();
        resolve();
      });
    });
    this.read(input);
  }

  private read(input: Readable): void {
    let begun: Buffer[] = [];
    input.on('data', (chunk: Buffer) => {
      let rest = chunk;
      for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
        const message = Buffer.concat([...begun, rest.subarray(0, end)]).toString('utf8');
        begun = [];
        rest = rest.subarray(end + 1);
        this.receive(JSON.parse(message) as Incoming);
      }
      if (rest.length > 0) begun.push(rest);
    });
  }

  private receive(message: Incoming): void {
    if (message.id !== undefined) {
      const pending = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (message.error === undefined) pending?.resolve(message.result);
      else pending?.reject(errorOf(pending.method, message.error));
      return;
    }
    if (message.method === undefined) return;
    if (message.method === 'Target.detachedFromTarget') {
      this.endSession((message.params as Protocol.Target.detachedFromTargetPayload).sessionId);
    }
    this.sessions.get(message.sessionId)?.receive(message.method, message.params);
  }

  /** The session of a target just attached to. */
  session(sessionId: string): CdpSession {
    const known = this.sessions.get(sessionId);
    if (known !== undefined) return known;
    const session = new CdpSession(this, sessionId);
    this.sessions.set(sessionId, session);
    return session;
  }

  post(sessionId: string | undefined, method: string, params: unknown): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new CdpError(`${method}: the browser has ended`, true));
    if (!this.sessions.has(sessionId)) return Promise.reject(new CdpError(`${method}: its page has ended`, true));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { method, sessionId, resolve, reject });
      this.output.write(
        `${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
      );
    });
  }

  private endSession(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    this.sessions.delete(sessionId);
    for (const [id, pending] of this.pending) {
      if (pending.sessionId !== sessionId) continue;
      this.pending.delete(id);
      pending.reject(new CdpError(`${pending.method}: its page has ended`, true));
    }
    session?.end();
  }

  private end(): void {
    this.isClosed = true;
    for (const pending of this.pending.values()) {
      pending.reject(new CdpError(`${pending.method}: the browser has ended`, true));
    }
    this.pending.clear();
    for (const session of this.sessions.values()) session.end();
    this.sessions.clear();
  }
}

function errorOf(method: string, error: { readonly message: string; readonly data?: string }): CdpError {
  const gone = /session with given id not found|target closed|not attached|No target with given id/i.test(
    error.message,
  );
  return new CdpError(`${method}: ${error.message}${error.data === undefined ? '' : ` (${error.data})`}`, gone);
}

/** One conversation: with the browser, a page or a worker. */
export class CdpSession {
  readonly id: string | undefined;
  /** Resolves when the target has gone. */
  readonly ended: Promise<void>;

  private readonly connection: CdpConnection;
  private readonly listeners = new Map<string, ((params: never) => void)[]>();
  private resolveEnded: () => void = () => {};

  constructor(connection: CdpConnection, id: string | undefined) {
    this.connection = connection;
    this.id = id;
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** Sends one command. Commands of one session are carried out in the order they were sent. */
  send<M extends keyof Commands & keyof Protocol.CommandReturnValues>(
    method: M,
    params?: Commands[M],
  ): Promise<Protocol.CommandReturnValues[M]> {
    return this.connection.post(this.id, method, params ?? {}) as Promise<Protocol.CommandReturnValues[M]>;
  }

  /** Sends a command nobody waits for. That its page ended meanwhile is no fault; anything else is told to the console. */
  tell<M extends keyof Commands & keyof Protocol.CommandReturnValues>(method: M, params?: Commands[M]): void {
    this.send(method, params).catch((error: unknown) => {
      if (!(error instanceof CdpError && error.gone)) console.error('electron stand-in:', error);
    });
  }

  on<E extends keyof Events>(event: E, listener: (params: Events[E][0]) => void): void {
    const listeners = this.listeners.get(event) ?? [];
    this.listeners.set(event, listeners);
    listeners.push(listener as (params: never) => void);
  }

  receive(method: string, params: unknown): void {
    for (const listener of this.listeners.get(method) ?? []) listener(params as never);
  }

  end(): void {
    this.resolveEnded();
  }
}
