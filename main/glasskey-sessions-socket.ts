/** The socket on which the app serves its sessions to the command line, and who may come (glasskey.ts, ipc/desktop.ts). */
import { createServer, type Socket } from 'node:net';
import { asGlasskeyError } from '../diagnostics/glasskey-error.ts';
import { closeSocket, listenOnSocket } from './agent/agent-socket.ts';
import { loadPeerReader, ownUid } from './agent/peer-credentials.ts';
import { type SessionsServing, serveSessions } from './connect/sessions-server.ts';

const MOST_CLIENTS = 64;

/**
 * Serves until `close`. Where it cannot listen, the log says why, and the app runs without: the sessions are still there in its
 * window. Never rejects.
 */
export async function startSessionsSocket(path: string, world: SessionsServing): Promise<{ close(): Promise<void> }> {
  const { clock, log } = world;
  const [readPeer, ownUser] = await Promise.all([loadPeerReader(log), ownUid()]);
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
  let inode: number | undefined;
  try {
    inode = await listenOnSocket(server, path, clock);
    server.on('error', (error) => log('error', 'sessions.socket.failed', { message: error.message }));
  } catch (thrown) {
    const { code, message } = asGlasskeyError(thrown);
    log('warn', 'sessions.socket.not-serving', { code, message });
  }
  return {
    close() {
      const closed = closeSocket(server, path, inode);
      for (const socket of clients) socket.destroy();
      return closed;
    },
  };
}
