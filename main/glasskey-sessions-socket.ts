/** The socket on which the app serves its sessions to the command line: where it is, and who may come (glasskey.ts, ipc/desktop.ts). */
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import { listenOnSocket } from './agent/agent-socket.ts';
import { loadPeerReader } from './agent/peer-credentials.ts';
import { type SessionsServing, serveSessions } from './connect/sessions-server.ts';

const MOST_CLIENTS = 64;

/** Beside the agent's, in the folder that is the user's alone; on Windows a pipe of a name that each data folder has its own of. */
export function sessionsSocketPath(dataFolder: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return join(dataFolder, 'agent', 'sessions.sock');
  return `\\\\.\\pipe\\glasskey-sessions-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`;
}

/**
 * Serves until `close`. Where it cannot listen, the log says why, and the app runs without: the sessions are still there in its
 * window. Never rejects.
 */
export async function startSessionsSocket(path: string, world: SessionsServing): Promise<{ close(): Promise<void> }> {
  const { clock, log } = world;
  const readPeer = await loadPeerReader(log);
  const ownUser = process.getuid?.();
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = readPeer(socket);
    if (peer !== undefined && ownUser !== undefined && peer.uid !== ownUser) {
      log('warn', 'sessions.client.of-another-user');
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    serveSessions(socket, world);
  });
  server.maxConnections = MOST_CLIENTS;
  server.on('drop', () => log('warn', 'sessions.client.turned-away', { limit: MOST_CLIENTS }));
  try {
    await listenOnSocket(server, path, clock);
    server.on('error', (error) => log('error', 'sessions.socket.failed', { message: error.message }));
  } catch (thrown) {
    const { code, message } = asGlasskeyError(thrown);
    log('warn', 'sessions.socket.not-serving', { code, message });
  }
  return {
    close() {
      for (const socket of clients) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
