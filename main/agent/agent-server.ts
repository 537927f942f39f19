/** The SSH agent on a socket: accepts clients and serves each one independently. */
import { createServer, type Socket } from 'node:net';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { ActivityLog } from './activity-log.ts';
import { AgentConnection } from './agent-connection.ts';
import { AgentLock } from './agent-lock.ts';
import { AgentSession } from './agent-session.ts';
import { closeSocket, listenOnSocket } from './agent-socket.ts';
import type { ClientOf } from './asking-program.ts';
import type { Keyring } from './keyring.ts';
import type { PassThrough } from './pass-through.ts';

/** Clients at once. Each costs a file descriptor and little memory; beyond it new ones are turned away and logged. */
export const MAX_CLIENTS = 512;

export interface AgentServerOptions {
  /** Path of a Unix socket whose folder is made if it is missing (its parent must exist), or `\\.\pipe\…` on Windows. */
  readonly socketPath: string;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Log;
  /** Finds out who connects; a peer of another user is turned away. Without it nobody is known. */
  readonly clientOf?: ClientOf;
  /** Gets every request for a signature once it is answered. Without it nothing is noted. */
  readonly activity?: ActivityLog;
  /** The keys of the user's other agent. Without it there are none but our own. */
  readonly passThrough?: PassThrough;
  /** The lock of `ssh-add -x` was set or taken off: see `isLocked`. */
  readonly onLockChange?: () => void;
  /** Gives up the start, where another start has to be waited for. */
  readonly signal?: AbortSignal;
}

export interface AgentServer {
  /** What goes into SSH_AUTH_SOCK or IdentityAgent. */
  readonly socketPath: string;
  /** By `ssh-add -x`. */
  readonly isLocked: boolean;
  /** Takes no more clients, aborts pending signatures, removes the socket; resolves when nothing is left running. */
  close(): Promise<void>;
}

/** Starts an agent; throws what `listenOnSocket` throws. */
export async function startAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const { socketPath, keyring, clock, log, activity, passThrough } = options;
  const lock = new AgentLock(clock, options.onLockChange);
  const connections = new Set<AgentConnection>();

  const accept = (socket: Socket) => {
    const client = options.clientOf?.(socket);
    if (client === 'another-user') {
      log('warn', 'agent.connection.of-another-user');
      socket.destroy();
      return;
    }
    const session = new AgentSession({
      keyring,
      lock,
      clock,
      log,
      ...(client === undefined ? {} : { client }),
      ...(activity === undefined ? {} : { activity }),
      ...(passThrough === undefined ? {} : { passedThrough: passThrough.forClient() }),
    });
    const connection = new AgentConnection(socket, (message, signal) => session.respond(message, signal), options);
    connections.add(connection);
    socket.once('close', () => {
      connections.delete(connection);
      session.close();
    });
  };

  const server = createServer({ allowHalfOpen: true }, accept);
  server.maxConnections = MAX_CLIENTS;
  server.on('drop', () => log('warn', 'agent.connection.turned-away', { limit: MAX_CLIENTS }));
  const inode = await listenOnSocket(server, socketPath, clock, options.signal);
  server.on('error', (error) => log('error', 'agent.server.failed', { message: error.message }));
  log('info', 'agent.listening', { socketPath });

  let closing: Promise<void> | undefined;
  const close = () => {
    lock.close();
    closing ??= closeAll(() => closeSocket(server, socketPath, inode), connections);
    return closing;
  };
  return {
    socketPath,
    get isLocked() {
      return lock.isLocked;
    },
    close,
  };
}

async function closeAll(stop: () => Promise<void>, connections: ReadonlySet<AgentConnection>): Promise<void> {
  const closed = stop();
  await Promise.all([...connections].map((connection) => connection.close()));
  await closed;
}
