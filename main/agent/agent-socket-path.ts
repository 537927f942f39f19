/** Where the agent of the app listens, and `glasskey agent` where it is not told otherwise: one place, which other programs are told of. */
import { join } from 'node:path';

export function agentSocketPath(dataFolder: string): string {
  return join(dataFolder, 'agent', 'agent.sock');
}
