/**
 * Where the agent of the app listens, and `glasskey agent` where it is not told otherwise: one place, which other
 * programs are told of. It stands here, not in the agent's folder, because `glasskey status` says it and must not load the agent.
 */
import { join } from 'node:path';

export function agentSocketPath(dataFolder: string): string {
  return join(dataFolder, 'agent', 'agent.sock');
}
