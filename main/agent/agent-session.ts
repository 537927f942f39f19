/**
 * One client's side of the agent: takes its messages in order, keeps what its connection is bound to, and answers.
 * Knows nothing of sockets; `agent-connection.ts` carries the bytes.
 *
 * Decisions:
 * - keys come and go by enrolling them, never by the agent protocol: add and remove are refused, whatever they carry;
 * - every error becomes the protocol's failure message and a line in the log; nothing is thrown at a client.
 */
import { asGlasskeyError, type GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { frameAgentMessage } from '../openssh/agent-framing.ts';
import {
  AGENT_MESSAGE,
  type AgentRequest,
  type AgentResponse,
  encodeAgentResponse,
  fittingIdentities,
  parseAgentRequest,
  QUERY_EXTENSION,
  queryAnswer,
} from '../openssh/agent-messages.ts';
import { bindSession, SESSION_BIND_EXTENSION, type SessionBindings, UNBOUND } from '../openssh/agent-session-bind.ts';
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import { type ActivityLog, type AnsweredRequest, decisionOf } from './activity-log.ts';
import type { AgentLock } from './agent-lock.ts';
import type { Client, Identity, Keyring } from './keyring.ts';
import { PASS_THROUGH_EXTENSION, type PassedThrough } from './pass-through.ts';
import { claimedPurpose, decideSigning } from './signing-purpose.ts';

export interface AgentSessionParts {
  readonly keyring: Keyring;
  readonly lock: AgentLock;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly client?: Client;
  /** Where `client` is not known yet. Never rejects. */
  readonly findClient?: () => Promise<Client | undefined>;
  readonly activity?: ActivityLog;
  /** Closed with the session. Without it there are no keys but our own. */
  readonly passedThrough?: PassedThrough;
}

type SignMessage = Extract<AgentRequest, { type: 'signRequest' }>;

const FAILURE: AgentResponse = { type: 'failure' };
const SUCCESS: AgentResponse = { type: 'success' };
const EXTENSIONS = [SESSION_BIND_EXTENSION, QUERY_EXTENSION];

export class AgentSession {
  readonly #parts: AgentSessionParts;
  #bindings: SessionBindings = UNBOUND;
  #client: Client | undefined;

  constructor(parts: AgentSessionParts) {
    this.#parts = parts;
    this.#client = parts.client;
  }

  /** The client has gone. */
  close(): void {
    this.#endPassThrough();
  }

  /**
   * Answers one message (type byte and body); the answer has its length field. Messages of a session are answered one
   * after another: the caller waits for the answer before it brings the next. `signal` fires when the client has gone.
   * Never rejects.
   */
  async respond(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return frameAgentMessage(encodeAgentResponse(await this.#answer(this.#parse(message), signal)));
    } catch (thrown) {
      this.#logError(message[0] ?? 0, asGlasskeyError(thrown));
      return frameAgentMessage(encodeAgentResponse(FAILURE));
    }
  }

  #parse(message: Uint8Array): AgentRequest {
    try {
      return parseAgentRequest(message);
    } catch (thrown) {
      const reason = asGlasskeyError(thrown).code;
      if (message[0] === AGENT_MESSAGE.signRequest) this.#record({ keyBlob: undefined, decision: 'refused', reason });
      throw thrown;
    }
  }

  async #answer(request: AgentRequest, signal: AbortSignal): Promise<AgentResponse> {
    if (this.#parts.lock.isLocked) return this.#answerLocked(request, signal);
    switch (request.type) {
      case 'requestIdentities':
        return { type: 'identitiesAnswer', identities: await this.#identities(signal) };
      case 'signRequest':
        return (await this.#isOtherAgents(request)) ? this.#passOn(request, signal) : this.#sign(request, signal);
      case 'extension':
        return this.#extension(request.name, request.data);
      case 'lock':
        if (this.#mayBeRemote) return this.#refuse('remote.lock');
        return (await this.#parts.lock.lock(request.passphrase)) ? SUCCESS : FAILURE;
      case 'ssh1RemoveAllIdentities':
        // `ssh-add -D` sends it beside the real one and complains if it fails. There are no SSH 1 keys: all are removed.
        return SUCCESS;
      case 'unlock':
      case 'addIdentity':
      case 'addIdentityConstrained':
      case 'removeIdentity':
      case 'removeAllIdentities':
      case 'addSmartcardKey':
      case 'addSmartcardKeyConstrained':
      case 'removeSmartcardKey':
      case 'ssh1RequestIdentities':
        return this.#refuse(request.type);
      case 'unknown':
        return this.#refuse(`unknown.${request.messageType}`);
      default:
        return request satisfies never;
    }
  }

  /**
   * Locked: an empty list, and no for everything else. But what a connection is for is still heard: without its bindings a
   * request made after unlocking would look as if it came from this machine (fixed in OpenSSH 10.5).
   */
  async #answerLocked(request: AgentRequest, signal: AbortSignal): Promise<AgentResponse> {
    if (request.type === 'requestIdentities') return { type: 'identitiesAnswer', identities: [] };
    if (request.type === 'extension' && request.name === SESSION_BIND_EXTENSION) return this.#bind(request.data);
    if (request.type === 'extension' && request.name === PASS_THROUGH_EXTENSION) return this.#endPassThrough();
    if (request.type === 'signRequest') this.#recordRefused(request, 'AGENT_LOCKED');
    if (request.type !== 'unlock') return this.#refuse(`locked.${request.type}`);
    if (this.#mayBeRemote) return this.#refuse('remote.unlock');
    const unlocked = await this.#parts.lock.unlock(request.passphrase, signal);
    if (!unlocked) this.#parts.log('warn', 'agent.unlock.wrong');
    return unlocked ? SUCCESS : FAILURE;
  }

  /** The agent is forwarded over this connection, or may be. Its lock is for who sits here: a host must not hold it, nor guess. */
  get #mayBeRemote(): boolean {
    const { bindings, hasRefused } = this.#bindings;
    return hasRefused || bindings.some(({ isForwarding }) => isForwarding);
  }

  #extension(name: string, data: Uint8Array): AgentResponse {
    if (name === SESSION_BIND_EXTENSION) return this.#bind(data);
    if (name === QUERY_EXTENSION && data.length === 0) return queryAnswer(EXTENSIONS);
    if (name === PASS_THROUGH_EXTENSION) return this.#endPassThrough();
    return this.#refuse('extension');
  }

  #bind(data: Uint8Array): AgentResponse {
    const { bindings, refusal } = bindSession(this.#bindings, data);
    this.#bindings = bindings;
    if (this.#mayBeRemote) this.#endPassThrough();
    else this.#parts.passedThrough?.bind(data);
    if (refusal === undefined) return SUCCESS;
    this.#parts.log('warn', 'agent.bind.refused', { code: refusal.code, message: refusal.message });
    return { type: 'extensionFailure' };
  }

  /** For good: what has been bound stays so, and an agent that passes on is one as long as it is connected. */
  #endPassThrough(): AgentResponse {
    this.#parts.passedThrough?.close();
    return SUCCESS;
  }

  /** Ours first: ssh tries them in this order, and a server hears only so many. */
  async #identities(signal: AbortSignal): Promise<readonly Identity[]> {
    const { keyring, passedThrough } = this.#parts;
    if (passedThrough?.isOn !== true) return keyring.identities();
    const [ours, others] = await Promise.all([keyring.identities(), passedThrough.identities(signal)]);
    return fittingIdentities([...ours, ...others]);
  }

  /** A key that both hold is ours. */
  async #isOtherAgents({ keyBlob }: SignMessage): Promise<boolean> {
    const { keyring, passedThrough } = this.#parts;
    if (passedThrough?.isOn !== true) return false;
    return !(await keyring.identities()).some(({ blob }) => Buffer.compare(blob, keyBlob) === 0);
  }

  async #passOn(message: SignMessage, signal: AbortSignal): Promise<AgentResponse> {
    const { passedThrough, lock, clock, log } = this.#parts;
    if (passedThrough === undefined) return FAILURE;
    const key = sha256Fingerprint(message.keyBlob);
    const about = { at: clock.now(), keyBlob: message.keyBlob, request: this.#claimed(message) };
    const hasGone = AbortSignal.any([signal, lock.untilLocked]);
    log('info', 'agent.sign.passed-on', { key });
    try {
      const signature = await passedThrough.sign(message, hasGone);
      this.#record({ ...about, decision: 'passed-through' });
      return { type: 'signResponse', signature };
    } catch (thrown) {
      this.#record({ ...about, ...decisionOf(asGlasskeyError(thrown), hasGone.aborted) });
      throw thrown;
    }
  }

  async #sign(message: SignMessage, signal: AbortSignal): Promise<AgentResponse> {
    const { keyring, lock, clock, log } = this.#parts;
    const client = this.#client;
    const at = clock.now();
    const decision = decideSigning(message.keyBlob, message.data, this.#bindings);
    const key = sha256Fingerprint(message.keyBlob);
    if (!decision.allowed) {
      log('warn', 'agent.sign.refused', { reason: decision.reason, key });
      await this.#findClient();
      this.#recordRefused(message, decision.reason);
      return FAILURE;
    }
    let asked = false;
    const onAsked = () => {
      asked = true;
    };
    const findClient = () => this.#findClient();
    const request = { ...decision.request, ...(client ? { client } : {}), findClient, onAsked };
    log('info', 'agent.sign.asked', { key, purpose: request.purpose.kind, hops: request.forwardedThrough.length });
    const hasGone = AbortSignal.any([signal, lock.untilLocked]);
    const about = { at, keyBlob: message.keyBlob, request };
    try {
      const signature = await keyring.sign(request, hasGone);
      log('info', 'agent.sign.done', { key });
      this.#record({ ...about, decision: 'signed', asked });
      return { type: 'signResponse', signature };
    } catch (thrown) {
      const error = asGlasskeyError(thrown);
      this.#record({ ...about, ...decisionOf(error, hasGone.aborted), asked });
      throw thrown;
    }
  }

  #recordRefused(message: SignMessage, reason: string): void {
    this.#record({ keyBlob: message.keyBlob, request: this.#claimed(message), decision: 'refused', reason });
  }

  /** What a message says that it is for: for the record only. */
  #claimed({ data }: SignMessage): AnsweredRequest['request'] {
    const purpose = claimedPurpose(data);
    const { bindings, hasRefused } = this.#bindings;
    const forwardedThrough = bindings.filter(({ isForwarding }) => isForwarding).map(({ hostKey }) => hostKey);
    const path = { forwardedThrough, isPathProven: false, throughUnverifiedHost: hasRefused };
    return purpose && { purpose, ...path };
  }

  #record(answered: Pick<AnsweredRequest, 'keyBlob' | 'decision'> & Partial<AnsweredRequest>): void {
    const { activity, clock } = this.#parts;
    const client = this.#client ?? {};
    activity?.record({ at: clock.now(), request: undefined, asked: false, client, ...answered });
  }

  /** What is recorded from then on has it. */
  async #findClient(): Promise<Client | undefined> {
    this.#client ??= await this.#parts.findClient?.();
    return this.#client;
  }

  #refuse(what: string): AgentResponse {
    this.#parts.log('info', 'agent.refused', { what });
    return FAILURE;
  }

  #logError(messageType: number, error: GlasskeyError): void {
    const level = error.kind === 'bug' ? 'error' : error.kind === 'cancelled' ? 'info' : 'warn';
    const { code, message } = error;
    const stack = error.kind === 'bug' && error.cause instanceof Error ? error.cause.stack : undefined;
    this.#parts.log(level, 'agent.failed', { messageType, code, message, stack });
  }
}
