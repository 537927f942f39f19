/**
 * The keys of the user's other agent, offered after our own, so that one socket serves all. The other agent decides by its own rules;
 * what is asked of it is passed on as it came, over a connection of its own for each client, which is bound as the client's is.
 *
 * Decisions:
 * - our own keys never wait for it: a list waits a second at most, and one that said nothing is not asked again for a while;
 * - nothing is passed on while the screen is locked, nor for a client that may be another host (agent-session.ts): those keys have no
 *   rules here that could judge it;
 * - no loops: never to our own socket, and an agent of Glasskey that hears `PASS_THROUGH_EXTENSION` on a connection offers its own keys
 *   there and no other agent's, however many agents, links and relays lie between.
 */
import { statSync } from 'node:fs';
import { asGlasskeyError, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { AgentIdentity, AgentRequest } from '../openssh/agent-messages.ts';
import { SESSION_BIND_EXTENSION } from '../openssh/agent-session-bind.ts';
import { agentLocked } from './approving-keyring.ts';
import { OtherAgent, otherAgentAbsent } from './other-agent.ts';

/** "I am an agent, and pass on what others ask me": the first message to every other agent. Those that do not know it say no, and that is fine. */
export const PASS_THROUGH_EXTENSION = 'pass-through@glasskey.nexusidentity.com';

/** For all that is asked of the other agent but signatures, which may need a person: a list, and what comes before it on a new connection. */
export const LISTS_WITHIN_MS = 1_000;
/** As long as a server lets a login wait (sshd's LoginGraceTime). */
export const SIGNS_WITHIN_MS = 120_000;
/** How long the keys of an agent that said nothing are left out. */
export const SILENT_FOR_MS = 30_000;

export interface PassThroughWorld {
  /** Path of the other agent's socket, or its pipe; undefined: nothing is passed through. Read anew for each connection. */
  readonly otherSocket: () => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

type SignMessage = Extract<AgentRequest, { type: 'signRequest' }>;

/** Of one agent: what holds for all of its clients. */
export class PassThrough {
  readonly #world: PassThroughWorld;
  readonly #ownSocket: string;
  #untilLocked = new AbortController();
  #silentUntil = 0;
  #lastFault: string | undefined;

  constructor(world: PassThroughWorld, ownSocket: string) {
    this.#world = world;
    this.#ownSocket = ownSocket;
  }

  /** The screen is locked: what is being passed through ends, and nothing is until `unlock`. */
  lock(): void {
    this.#untilLocked.abort(agentLocked());
  }

  unlock(): void {
    if (this.#untilLocked.signal.aborted) this.#untilLocked = new AbortController();
  }

  get untilLocked(): AbortSignal {
    return this.#untilLocked.signal;
  }

  get isOn(): boolean {
    return this.#world.otherSocket() !== undefined;
  }

  /** It said nothing a moment ago. */
  get isSilent(): boolean {
    return this.#world.clock.now() < this.#silentUntil;
  }

  /** What is left of `ms` from now on, each time that it is asked. */
  countDown(ms: number): () => number {
    const { clock } = this.#world;
    const begunAt = clock.now();
    // A clock that is set back gives no more than there was.
    return () => Math.min(Math.max(begunAt + ms - clock.now(), 0), ms);
  }

  /** Throws `OTHER_AGENT_ABSENT` where none is set, `OTHER_AGENT_IS_OURS`. */
  connect(): OtherAgent {
    const { otherSocket, clock } = this.#world;
    const socketPath = otherSocket();
    if (socketPath === undefined) throw otherAgentAbsent();
    if (isSameSocket(socketPath, this.#ownSocket)) throw isOurs();
    return new OtherAgent(socketPath, clock);
  }

  /** Said in the log once, until it answers again or fails otherwise. */
  failed(error: GlasskeyError): void {
    const { clock, log } = this.#world;
    if (error.code === 'OTHER_AGENT_SILENT') this.#silentUntil = clock.now() + SILENT_FOR_MS;
    if (error.kind === 'cancelled' || error.code === this.#lastFault) return;
    this.#lastFault = error.code;
    log('warn', 'agent.pass-through.failed', { code: error.code });
  }

  answered(): void {
    this.#lastFault = undefined;
    this.#silentUntil = 0;
  }

  forClient(): PassedThrough {
    return new PassedThrough(this);
  }
}

/** One client's way to the other agent. Opened when it is first needed; used by one request at a time. */
export class PassedThrough {
  readonly #passThrough: PassThrough;
  #agent: OtherAgent | undefined;
  /** Body of the session-bind message that this client's connection is bound by, and whether the open connection is bound by it. */
  #binding: Uint8Array | undefined;
  #isBound = false;
  #isClosed = false;

  constructor(passThrough: PassThrough) {
    this.#passThrough = passThrough;
  }

  /** Whether anything may be passed through. */
  get isOn(): boolean {
    return !this.#isClosed && this.#passThrough.isOn;
  }

  /**
   * The client's connection was bound, to a login from this computer: the other agent hears it before whatever comes next, as OpenSSH's
   * destination constraints need it.
   */
  bind(data: Uint8Array): void {
    if (this.#binding !== undefined) return; // after a login nothing can be bound (agent-session-bind.ts), but for the same once more
    this.#binding = data.slice();
  }

  /** What it offers; nothing where it cannot be asked now. Never rejects. */
  async identities(signal: AbortSignal): Promise<readonly AgentIdentity[]> {
    const { untilLocked, isSilent } = this.#passThrough;
    if (!this.isOn || untilLocked.aborted || isSilent) return [];
    try {
      const answer = await this.#ask({ type: 'requestIdentities' }, signal);
      if (answer.type === 'identitiesAnswer') return answer.identities;
      throw refused();
    } catch (thrown) {
      this.#passThrough.failed(asGlasskeyError(thrown));
      return [];
    }
  }

  /**
   * Passes a sign request on as it came. Resolves to the signature blob as the other agent gave it. Rejects with `AGENT_LOCKED` while the
   * screen is locked, with `OTHER_AGENT_REFUSED`, `OTHER_AGENT_ABSENT`, `OTHER_AGENT_SILENT`, `OTHER_AGENT_MALFORMED`,
   * `OTHER_AGENT_IS_OURS`, and with `CANCELLED` where the signal fires or the screen is locked meanwhile.
   */
  async sign(message: SignMessage, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#passThrough.untilLocked.aborted) throw agentLocked();
    try {
      const answer = await this.#ask(message, signal);
      if (answer.type === 'signResponse') return answer.signature;
      throw refused();
    } catch (thrown) {
      const error = asGlasskeyError(thrown);
      if (error.code !== 'OTHER_AGENT_REFUSED') this.#passThrough.failed(error);
      throw error;
    }
  }

  /** The client has gone, or must not reach the other agent any more. */
  close(): void {
    this.#isClosed = true;
    this.#hangUp();
  }

  async #ask(request: AgentRequest, signal: AbortSignal) {
    const msLeft = this.#passThrough.countDown(LISTS_WITHIN_MS);
    const running = AbortSignal.any([signal, this.#passThrough.untilLocked]);
    try {
      const agent = await this.#opened(msLeft, running);
      const answer = await agent.ask(request, request.type === 'signRequest' ? SIGNS_WITHIN_MS : msLeft(), running);
      this.#passThrough.answered();
      return answer;
    } catch (error) {
      this.#hangUp();
      throw error;
    }
  }

  async #opened(msLeft: () => number, signal: AbortSignal): Promise<OtherAgent> {
    if (this.#agent?.isOpen !== true) {
      this.#hangUp();
      this.#agent = this.#passThrough.connect();
      const marker = { type: 'extension', name: PASS_THROUGH_EXTENSION, data: new Uint8Array() } as const;
      await this.#agent.ask(marker, msLeft(), signal);
    }
    if (this.#binding !== undefined && !this.#isBound) {
      const bind = { type: 'extension', name: SESSION_BIND_EXTENSION, data: this.#binding } as const;
      // One that refuses it judges by itself what it does for a connection that is not bound; so does ssh.
      await this.#agent.ask(bind, msLeft(), signal);
      this.#isBound = true;
    }
    return this.#agent;
  }

  #hangUp(): void {
    this.#agent?.close();
    this.#agent = undefined;
    this.#isBound = false;
  }
}

/** Whether both are the same socket, through whatever links. */
export function isSameSocket(a: string, b: string): boolean {
  if (a === b) return true;
  if (a.startsWith('\\\\') || b.startsWith('\\\\')) return a.toLowerCase() === b.toLowerCase(); // names of pipes know no case
  const [one, other] = [a, b].map((path) => {
    try {
      return statSync(path);
    } catch {
      return undefined; // nobody is there, and the connection will say so
    }
  });
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

function isOurs(): GlasskeyError {
  return new GlasskeyError({
    code: 'OTHER_AGENT_IS_OURS',
    message: 'The setting agent.passThrough leads to the agent of Glasskey itself, so nothing is passed through.',
    remedy: 'Give the socket of your other agent, or start Glasskey where SSH_AUTH_SOCK names that one.',
  });
}

function refused(): GlasskeyError {
  return new GlasskeyError({
    code: 'OTHER_AGENT_REFUSED',
    message: 'A signature was passed on to the other agent, which refused it.',
    remedy: 'Look whether that agent is locked, asks you something, or still holds the key.',
  });
}
