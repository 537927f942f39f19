/** The SSH agent on a socket: accepts clients and serves each one independently. */
import type { Socket } from 'node:net';
import type { ActivityLog } from './activity-log.ts';
import { AgentConnection } from './agent-connection.ts';
import { type AgentDoor, type AgentDoorOptions, MAX_CLIENTS, openAgentDoor } from './agent-door.ts';
import { AgentLock } from './agent-lock.ts';
import { AgentSession } from './agent-session.ts';
import type { ClientOf } from './asking-program.ts';
import type { Client, Keyring } from './keyring.ts';
import type { PassThrough } from './pass-through.ts';

/**
 * From so many on, who comes has the place of who has been quiet longest: a host that the agent is forwarded to may connect as often as it
 * likes and say nothing, and must keep nobody out.
 */
export const CROWD = MAX_CLIENTS - 64;

export interface AgentServerOptions extends AgentDoorOptions {
  readonly keyring: Keyring;
  /** Already open at `socketPath`; closed with the agent. Default: one is opened. */
  readonly door?: AgentDoor;
  /** Finds out who connects; a peer of another user is turned away. Without it nobody is known. */
  readonly clientOf?: ClientOf;
  /** In its place where nobody is asked anything: who connects is found out only for what is refused. It takes a while to load. */
  readonly findClientOf?: () => Promise<ClientOf>;
  /** Gets every request for a signature once it is answered. Without it nothing is noted. */
  readonly activity?: ActivityLog;
  /** Of whoever starts the agent again, with its lock as it was, and ends the lock. Default: one of its own. */
  readonly lock?: AgentLock;
  /** The keys of the user's other agent. Without it there are none but our own. */
  readonly passThrough?: PassThrough;
}

export interface AgentServer {
  /** What goes into SSH_AUTH_SOCK or IdentityAgent. */
  readonly socketPath: string;
  /** Takes no more clients, aborts pending signatures, removes the socket; resolves when nothing is left running. */
  close(): Promise<void>;
}

/** Starts an agent; throws what `listenOnSocket` throws. */
export async function startAgentServer(options: AgentServerOptions): Promise<AgentServer> {
  const { socketPath, keyring, clock, log, activity, passThrough } = options;
  const lock = options.lock ?? new AgentLock(clock);
  const connections = new Set<AgentConnection>();

  const accept = (socket: Socket, isNew: boolean) => {
    // On Windows only who has just come can be told (native/windows/pipe-peer.ts); the pipe is its user's alone all the same.
    const canTell = isNew || process.platform !== 'win32';
    const client = canTell ? options.clientOf?.(socket) : undefined;
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
      ...(options.findClientOf === undefined ? {} : { findClient: whoIs(socket, options.findClientOf) }),
      ...(activity === undefined ? {} : { activity }),
      ...(passThrough === undefined ? {} : { passedThrough: passThrough.forClient() }),
    });
    const connection = new AgentConnection(socket, (message, signal) => session.respond(message, signal), options);
    if (connections.size >= CROWD) makeRoom(connections);
    connections.add(connection);
    socket.once('close', () => {
      connections.delete(connection);
      session.close();
    });
    socket.resume();
  };

  const door = options.door ?? (await openAgentDoor(options));
  door.serve(accept);
  log('info', 'agent.listening', { socketPath });

  let closing: Promise<void> | undefined;
  const close = () => {
    if (options.lock === undefined) lock.close();
    closing ??= closeAll(() => door.close(), connections);
    return closing;
  };
  return { socketPath, close };
}

function whoIs(socket: Socket, findClientOf: () => Promise<ClientOf>): () => Promise<Client | undefined> {
  return async () => {
    const clientOf = await findClientOf().catch(() => undefined);
    const client = clientOf?.(socket);
    return client === 'another-user' ? undefined : client;
  };
}

/** Nobody goes where all of them wait for an answer. */
function makeRoom(connections: Set<AgentConnection>): void {
  let quietest: AgentConnection | undefined;
  for (const connection of connections) {
    const since = connection.quietSince;
    if (since !== undefined && since < (quietest?.quietSince ?? Number.POSITIVE_INFINITY)) quietest = connection;
  }
  if (quietest === undefined) return;
  connections.delete(quietest);
  quietest.makeRoom();
}

async function closeAll(stop: () => Promise<void>, connections: ReadonlySet<AgentConnection>): Promise<void> {
  const closed = stop();
  await Promise.all([...connections].map((connection) => connection.close()));
  await closed;
}
