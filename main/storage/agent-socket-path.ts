/**
 * Where the agents and the sessions listen: one place, which other programs are told of. It stands here, not in the agent's folder,
 * because `glasskey status` says it and must not load the agent. On Windows it is a pipe; that of OpenSSH's own agent is never taken.
 */
import { posix, resolve, win32 } from 'node:path';

/** Before the name of each pipe of Windows. */
export const PIPE_PREFIX = '\\\\.\\pipe\\';

/** Where the agent of the app listens, and `glasskey agent` where it is not told otherwise. */
export function agentSocketPath(dataFolder: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return pipeOf(dataFolder, 'agent');
  return posix.join(dataFolder, 'agent', 'agent.sock');
}

/** The same, or the socket that was chosen instead. */
export function agentSocketOf(chosen: string | undefined, dataFolder: string): string {
  return chosen === undefined ? agentSocketPath(dataFolder) : resolve(chosen);
}

/** Where the app serves its sessions to the command line. */
export function sessionsSocketPath(dataFolder: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return pipeOf(dataFolder, 'sessions');
  return posix.join(dataFolder, 'agent', 'sessions.sock');
}

/** `name`: of a connect, which no other one has (connect-sockets.ts). */
export function connectSocketPath(
  dataFolder: string,
  name: string,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32') return pipeOf(dataFolder, `connect-${name}`);
  return posix.join(dataFolder, 'connect', name);
}

/** All users of a computer share one folder of pipes: each data folder, and so each user, has names of its own. Names know no case. */
function pipeOf(dataFolder: string, name: string): string {
  const folder = win32.normalize(dataFolder).toLowerCase();
  // Loaded where there are pipes only: `glasskey status` is to start fast.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const whose = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return `${PIPE_PREFIX}glasskey-${name}-${whose}`;
}
