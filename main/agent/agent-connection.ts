/**
 * Carries one client's bytes: frames in, answers out, in order. Whatever a client does (trickle, flood, vanish, never
 * read) costs that client its connection and nobody else anything.
 */
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { type Clock, pause } from '../../time/clock.ts';
import { AgentFramer } from '../openssh/agent-framing.ts';

/** Answers one message; `signal` fires when the client has gone. Never rejects. */
export type Respond = (message: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

/** A message that has begun must be complete within this time. Between messages a client may be silent for ever. */
export const MESSAGE_DEADLINE_MS = 30_000;

/** How long an answer that nobody waits for any more may hold up the end of its connection. */
export const ENDS_WITHIN_MS = 1_000;

/**
 * Unanswered requests that one client may have piled up, in bytes. Reading never stops, or a client that leaves while
 * the key blinks would not be noticed; so whoever piles up more is dropped. ssh sends one request at a time.
 */
export const MAX_WAITING_BYTES = 512 * 1024;
/** What a waiting message costs beside its bytes. */
const MESSAGE_OVERHEAD = 128;

export class AgentConnection {
  readonly #socket: Socket;
  readonly #respond: Respond;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #framer = new AgentFramer();
  readonly #gone = new AbortController();
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWorking = false;
  #working: Promise<void> | undefined;
  #cancelDeadline: (() => void) | undefined;
  #quietSince: number | undefined;

  /** Serves `socket`, which must be open with `allowHalfOpen`, until it closes. */
  constructor(socket: Socket, respond: Respond, world: { readonly clock: Clock; readonly log: Log }) {
    this.#socket = socket;
    this.#respond = respond;
    this.#clock = world.clock;
    this.#log = world.log;
    this.#quietSince = world.clock.now();
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#leave());
    // A client that closes before it has read its answer is not worth more than a debug line; `close` follows.
    socket.on('error', (error) => this.#log('debug', 'agent.connection.broken', { message: error.message }));
  }

  /** Since when the client has been owed no answer, whether it reads those it got or not; undefined: one is being worked on. */
  get quietSince(): number | undefined {
    return this.#quietSince;
  }

  /** Others need its place. It may come again. */
  makeRoom(): void {
    this.#drop('CROWDED');
  }

  /**
   * Drops the client and aborts what it waits for; resolves when nothing of it is left, or after `ENDS_WITHIN_MS`, where what was
   * aborted does not end: the agent that is to take this one's place would not begin.
   */
  async close(): Promise<void> {
    this.#leave();
    this.#socket.destroy();
    if (this.#working === undefined) return;
    const ended = new AbortController();
    const working = this.#working.then(() => ended.abort());
    await Promise.race([working, pause(this.#clock, ENDS_WITHIN_MS, ended.signal)]);
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const message of this.#framer.push(chunk)) this.#enqueue(message);
      this.#watchDeadline();
    } catch (thrown) {
      this.#drop(asGlasskeyError(thrown).code);
      return;
    }
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#drop('TOO_MANY_WAITING');
    else if (!this.#isWorking) this.#working = this.#work();
  }

  #enqueue(message: Uint8Array): void {
    this.#waiting.push(message);
    this.#waitingBytes += message.length + MESSAGE_OVERHEAD;
    this.#stopDeadline();
  }

  #watchDeadline(): void {
    if (this.#framer.atBoundary || this.#cancelDeadline) return;
    this.#cancelDeadline = this.#clock.after(MESSAGE_DEADLINE_MS, () => this.#drop('MESSAGE_TOO_SLOW'));
  }

  #stopDeadline(): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = undefined;
  }

  /** Answers what waits, one after another. Each answer gives other clients a turn. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let message = this.#take(); message !== undefined; message = this.#take()) {
      this.#quietSince = undefined;
      const answer = await this.#respond(message, this.#gone.signal);
      this.#quietSince = this.#clock.now();
      if (!this.#socket.writable) break;
      if (!this.#socket.write(answer)) await this.#drained();
      await nextTurn();
    }
    this.#isWorking = false;
    if (this.#gone.signal.aborted) this.#socket.end();
  }

  #take(): Uint8Array | undefined {
    if (this.#socket.destroyed) return undefined;
    const message = this.#waiting.shift();
    if (message) this.#waitingBytes -= message.length + MESSAGE_OVERHEAD;
    return message;
  }

  #drained(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
      if (socket.destroyed) done();
    });
  }

  /**
   * The client sends no more. Nearly always it has gone, so what waits for a person is aborted; but it may have shut
   * down one direction only and still read, so that whatever can be answered at once is answered before the end.
   */
  #end(): void {
    this.#leave();
    if (!this.#isWorking) this.#socket.end();
  }

  #leave(): void {
    this.#stopDeadline();
    this.#gone.abort();
  }

  #drop(reason: string): void {
    this.#log('warn', 'agent.connection.dropped', { reason });
    this.#leave();
    this.#socket.destroy();
  }
}
