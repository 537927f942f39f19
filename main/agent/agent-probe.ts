/** Asks the agent on a socket for its keys, as any client would: is it there, and does it answer? */
import { createConnection } from 'node:net';
import type { Clock } from '../../time/clock.ts';
import { AgentFramer, frameAgentMessage } from '../openssh/agent-framing.ts';

const REQUEST_IDENTITIES = Uint8Array.of(11);
const ANSWERS_WITHIN_MS = 3_000;

/** True where a whole answer comes in time, whatever it says. Never rejects. */
export function isAgentAnswering(socketPath: string, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    const framer = new AgentFramer();
    const settle = (isAnswering: boolean) => {
      stopWaiting();
      socket.destroy();
      resolve(isAnswering);
    };
    const stopWaiting = clock.after(ANSWERS_WITHIN_MS, () => settle(false));
    socket.on('connect', () => socket.write(frameAgentMessage(REQUEST_IDENTITIES)));
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
