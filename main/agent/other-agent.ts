/**
 * One connection to the user's other agent: a message out, an answer in, one after another. Whatever that agent does (say nothing,
 * trickle, flood, hang up, talk nonsense) ends this connection after a bounded time, and nothing else.
 */
import { createConnection, type Socket } from 'node:net';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { AgentFramer, frameAgentMessage } from '../openssh/agent-framing.ts';
import {
  type AgentRequest,
  type AgentResponse,
  encodeAgentRequest,
  parseAgentResponse,
} from '../openssh/agent-messages.ts';

interface Asked {
  readonly answered: (message: Uint8Array) => void;
  readonly failed: (error: GlasskeyError) => void;
}

export class OtherAgent {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #framer = new AgentFramer();
  #asked: Asked | undefined;
  #ended: GlasskeyError | undefined;

  /** Connects at once; where that fails, `ask` says so. */
  constructor(socketPath: string, clock: Clock) {
    this.#clock = clock;
    this.#socket = createConnection(socketPath);
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => this.#end(otherAgentAbsent()));
    this.#socket.on('close', () => this.#end(otherAgentAbsent()));
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Sends one message and resolves to its answer; the caller waits for it before it asks again. Rejects with `OTHER_AGENT_ABSENT` (nobody
   * listens, or whoever did hung up), `OTHER_AGENT_SILENT` (no whole answer within `withinMs`), `OTHER_AGENT_MALFORMED`, and
   * `CANCELLED` where the signal fires first; the connection is of no more use then.
   */
  async ask(request: AgentRequest, withinMs: number, signal: AbortSignal): Promise<AgentResponse> {
    const message = await this.#exchange(frameAgentMessage(encodeAgentRequest(request)), withinMs, signal);
    try {
      return parseAgentResponse(message);
    } catch (error) {
      this.#end(malformed(error));
      throw malformed(error);
    }
  }

  close(): void {
    this.#end(otherAgentAbsent());
  }

  #exchange(framed: Uint8Array, withinMs: number, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (signal.aborted) return Promise.reject(cancelled('The request', signal.reason));
    return new Promise((resolve, reject) => {
      const giveUp = () => this.#end(cancelled('The request', signal.reason));
      const stopWaiting = this.#clock.after(withinMs, () => this.#end(silent()));
      const settled = () => {
        stopWaiting();
        signal.removeEventListener('abort', giveUp);
        this.#asked = undefined;
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#asked = {
        answered(message) {
          settled();
          resolve(message);
        },
        failed(error) {
          settled();
          reject(error);
        },
      };
      this.#socket.write(framed);
    });
  }

  #receive(chunk: Uint8Array): void {
    try {
      const [answer, ...more] = this.#framer.push(chunk);
      const isMore = more.length > 0 || (answer !== undefined && !this.#framer.atBoundary);
      // An agent speaks when it is asked: what comes beside an answer would be taken for the next one.
      if (this.#asked === undefined || isMore) this.#end(malformed());
      else if (answer !== undefined) this.#asked.answered(answer);
    } catch (error) {
      this.#end(malformed(error));
    }
  }

  #end(why: GlasskeyError): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#socket.destroy();
    this.#asked?.failed(why);
  }
}

export function otherAgentAbsent(): GlasskeyError {
  return new GlasskeyError({
    code: 'OTHER_AGENT_ABSENT',
    message: 'The agent whose keys are to be passed through is not there, or hung up.',
    remedy: 'Start it, or correct the setting agent.passThrough.',
  });
}

function silent(): GlasskeyError {
  return new GlasskeyError({
    code: 'OTHER_AGENT_SILENT',
    message: 'The agent whose keys are to be passed through did not answer in time.',
    remedy: 'Look whether it asks you something; start it anew if it hangs.',
  });
}

function malformed(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'OTHER_AGENT_MALFORMED',
    message: 'What answers for the agent whose keys are to be passed through does not speak the SSH agent protocol.',
    remedy: 'Check what listens where the setting agent.passThrough says.',
    cause,
  });
}
