/**
 * Where an agent's clients come in. It may stand open before the agent is ready: whoever comes then is let in, and waits. So a login's ssh
 * can be on its way to the first host while the rest of the agent is loaded.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { closeSocket, listenAtOnce, listenOnSocket } from './agent-socket.ts';

/** Clients at once. Each costs a file descriptor and little memory; beyond it new ones are turned away and logged. */
export const MAX_CLIENTS = 512;

export interface AgentDoorOptions {
  /** Path of a Unix socket whose folder is made if it is missing (its parent must exist), or `\\.\pipe\…` on Windows. */
  readonly socketPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Gives up the start, where another start has to be waited for. */
  readonly signal?: AbortSignal;
}

export type Accept = (socket: Socket, isNew: boolean) => void;

export interface AgentDoor {
  readonly socketPath: string;
  /** Those who wait, then those who come (`isNew`), are handed to `accept`, paused: nothing of them has been read. */
  serve(accept: Accept): void;
  /** Takes no more clients, drops those who wait, removes the socket; resolves when those who were handed over have gone. */
  close(): Promise<void>;
}

/** Opens it; throws what `listenOnSocket` throws. */
export async function openAgentDoor({ socketPath, clock, log, signal }: AgentDoorOptions): Promise<AgentDoor> {
  const { server, doorAt } = newDoor(socketPath, log);
  return doorAt(await listenOnSocket(server, socketPath, clock, signal));
}

/** Opens it before this call returns, where `listenAtOnce` can; undefined where it cannot. */
export function openAgentDoorAtOnce({
  socketPath,
  log,
}: Pick<AgentDoorOptions, 'socketPath' | 'log'>): AgentDoor | undefined {
  const { server, doorAt } = newDoor(socketPath, log);
  server.on('error', () => {});
  const inode = listenAtOnce(server, socketPath);
  return inode === undefined ? undefined : doorAt(inode);
}

interface NewDoor {
  readonly server: Server;
  /** Once the server listens: `inode` is that of its socket, undefined for a pipe. */
  doorAt(inode: number | undefined): AgentDoor;
}

function newDoor(socketPath: string, log: Log): NewDoor {
  const waiting: Socket[] = [];
  let serve: Accept | undefined;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    if (serve === undefined) waiting.push(socket);
    else serve(socket, true);
  });
  server.maxConnections = MAX_CLIENTS;
  server.on('drop', () => log('warn', 'agent.connection.turned-away', { limit: MAX_CLIENTS }));
  let closing: Promise<void> | undefined;
  return {
    server,
    doorAt(inode) {
      server.on('error', (error) => log('error', 'agent.server.failed', { message: error.message }));
      return {
        socketPath,
        serve(accept) {
          serve = accept;
          for (const socket of waiting.splice(0)) accept(socket, false);
        },
        close() {
          closing ??= closeSocket(server, socketPath, inode);
          for (const socket of waiting.splice(0)) socket.destroy();
          return closing;
        },
      };
    },
  };
}
