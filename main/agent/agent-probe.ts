/** Asks the agent on a socket for its keys, as any client would: is it there, and does it answer? */
import { createConnection } from 'node:net';
import type { Clock } from '../../time/clock.ts';
import { AgentFramer, frameAgentMessage } from '../openssh/agent-framing.ts';
import { type AgentIdentity, parseAgentResponse } from '../openssh/agent-messages.ts';

const REQUEST_IDENTITIES = Uint8Array.of(11);
const ANSWERS_WITHIN_MS = 3_000;

/** True where a whole answer comes in time, whatever it says. Never rejects. */
export async function isAgentAnswering(socketPath: string, clock: Clock): Promise<boolean> {
  return (await askAgent(socketPath, clock)) === 'answers';
}

/** The same, and whether nobody listens there (`absent`) or whoever does says nothing (`silent`). */
export async function askAgent(socketPath: string, clock: Clock): Promise<'answers' | 'silent' | 'absent'> {
  return (await listAgent(socketPath, clock)).state;
}

/** The same, with what it offers; nothing where its answer cannot be read. */
export function listAgent(
  socketPath: string,
  clock: Clock,
): Promise<{
  readonly state: 'answers' | 'silent' | 'absent';
  readonly identities: readonly AgentIdentity[];
}> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const framer = new AgentFramer();
    let isConnected = false;
    const settle = (answer?: Uint8Array) => {
      stopWaiting();
      socket.destroy();
      if (answer === undefined) resolve({ state: isConnected ? 'silent' : 'absent', identities: [] });
      else resolve({ state: 'answers', identities: identitiesIn(answer) });
    };
    const stopWaiting = clock.after(ANSWERS_WITHIN_MS, () => settle());
    socket.on('connect', () => {
      isConnected = true;
      socket.write(frameAgentMessage(REQUEST_IDENTITIES));
    });
    socket.on('data', (chunk) => {
      try {
        const [answer] = framer.push(chunk);
        if (answer !== undefined) settle(answer);
      } catch {
        settle();
      }
    });
    socket.on('error', () => settle());
    socket.on('close', () => settle());
  });
}

function identitiesIn(answer: Uint8Array): readonly AgentIdentity[] {
  try {
    const response = parseAgentResponse(answer);
    return response.type === 'identitiesAnswer' ? response.identities : [];
  } catch {
    return [];
  }
}
