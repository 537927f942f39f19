/** Test only: the client's side of the agent protocol, over the same messages, for any agent socket. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { AgentFramer, frameAgentMessage } from '../../../main/openssh/agent-framing.ts';
import {
  type AgentRequest,
  type AgentResponse,
  encodeAgentRequest,
  parseAgentResponse,
} from '../../../main/openssh/agent-messages.ts';

export class AgentClient {
  readonly socket: Socket;
  readonly #framer = new AgentFramer();
  readonly #answers: Uint8Array[] = [];
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#answers.push(...this.#framer.push(chunk));
      this.#wake();
    });
    socket.on('close', () => this.#wake());
    socket.on('error', () => {});
  }

  static async connect(path: string): Promise<AgentClient> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new AgentClient(socket);
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  send(request: AgentRequest): void {
    this.sendRaw(frameAgentMessage(encodeAgentRequest(request)));
  }

  sendRaw(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next answer; undefined once the agent has hung up. */
  async answer(): Promise<AgentResponse | undefined> {
    while (this.#answers.length === 0) {
      if (this.socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const answer = this.#answers.shift();
    return answer && parseAgentResponse(answer);
  }

  ask(request: AgentRequest): Promise<AgentResponse | undefined> {
    this.send(request);
    return this.answer();
  }

  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this.socket, 'close');
  }

  close(): void {
    this.socket.destroy();
  }
}
