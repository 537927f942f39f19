/** Asks the agent on a socket for its keys, as any client would: is it there, and does it answer? */
import { createConnection } from 'node:net';
import type { Clock } from '../../time/clock.ts';
import { AgentFramer, frameAgentMessage } from '../openssh/agent-framing.ts';

const REQUEST_IDENTITIES = Uint8Array.of(11);
const ANSWERS_WITHIN_MS = 3_000;

/** True where a whole answer comes in time, whatever it says. Never rejects. */
export async function isAgentAnswering(socketPath: string, clock: Clock): Promise<boolean> {
  return (await askAgent(socketPath, clock)) === 'answers';
}

/** The same, and whether nobody listens there (`absent`) or whoever does says nothing (`silent`). */
export function askAgent(socketPath: string, clock: Clock): Promise<'answers' | 'silent' | 'absent'> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const framer = new AgentFramer();
    let isConnected = false;
    const settle = (isAnswering: boolean) => {
      stopWaiting();
      socket.destroy();
      resolve(isAnswering ? 'answers' : isConnected ? 'silent' : 'absent');
    };
    const stopWaiting = clock.after(ANSWERS_WITHIN_MS, () => settle(false));
    socket.on('connect', () => {
      isConnected = true;
      socket.write(frameAgentMessage(REQUEST_IDENTITIES));
    });
    socket.on('data', (chunk) => {
      try {
        if (framer.push(chunk).length > 0) settle(true);
      } catch {
        settle(false);
      }
    });
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
  });
}
