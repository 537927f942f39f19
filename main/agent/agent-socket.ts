/**
 * Where the agent listens: a Unix socket (0600) in a folder (0700) that is the user's own. Only files can be checked
 * here, so the folder is what keeps others out; the socket's own mode is the second lock. On Windows it is a named pipe,
 * whose access list names the user alone.
 */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, type Stats } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { dirname } from 'node:path';
import { assertNotCancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Clock, pause } from '../../time/clock.ts';
import { PIPE_PREFIX } from '../storage/agent-socket-path.ts';

const FOLDER_MODE = 0o700;
const SOCKET_MODE = 0o600;
/** Size of sun_path with its NUL. Node and ssh cut what is longer, silently (openssh-sk.md, section 10). */
const SUN_PATH = process.platform === 'darwin' ? 104 : 108;

/** Starting takes milliseconds: a start lock this old was left by a crash. */
const STALE_LOCK_MS = 5_000;
const LOCK_POLL_MS = 20;

/**
 * Makes `server` listen on `path`. A socket left over from a crash is removed, but only when nobody answers on it.
 * Throws `AGENT_SOCKET_PATH_TOO_LONG`, `AGENT_FOLDER_UNSAFE`, `AGENT_ALREADY_RUNNING`, `AGENT_SOCKET_TAKEN` (something
 * else lies there, or where the lock of a start should), `AGENT_SOCKET_FAILED`, `AGENT_PIPE_UNSAFE` (a pipe that could not be given to
 * the user alone), `CANCELLED` where the signal fires first.
 * Resolves to which file the socket is, for `closeSocket`; undefined for a pipe, which is none.
 */
export async function listenOnSocket(
  server: Server,
  path: string,
  clock: Clock,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (path.startsWith(PIPE_PREFIX)) {
    await listenOnPipe(server, path);
    return undefined;
  }
  assertPathFits(path);
  prepareFolder(dirname(path));
  await withStartLock(`${path}.lock`, { clock, signal }, async () => {
    if (!(await listenUnlessTaken(server, path))) {
      await removeStaleSocket(path);
      if (!(await listenUnlessTaken(server, path))) throw alreadyRunning(path);
    }
    chmodSync(path, SOCKET_MODE);
  });
  return inodeAt(path);
}

/**
 * The same at once, for a path that nobody else can have, and whose folder is there already and safe. Undefined where it is not, or where
 * something lies at the path: nothing has changed then.
 */
export function listenAtOnce(server: Server, path: string): number | undefined {
  if (path.startsWith(PIPE_PREFIX)) return undefined;
  try {
    assertPathFits(path);
    assertFolderSafe(dirname(path));
  } catch {
    return undefined;
  }
  // A socket is bound within the call; that it could not be is told only later.
  server.listen(path);
  if (!server.listening) return undefined;
  chmodSync(path, SOCKET_MODE);
  return inodeAt(path);
}

/**
 * libuv makes the first instance of a pipe with FILE_FLAG_FIRST_PIPE_INSTANCE, so that a name which somebody else has is seen (Wine does not
 * see it, hence the question before); and it makes it with Windows's own access list, by which everybody may read. That one is replaced
 * before anything else happens here.
 */
async function listenOnPipe(server: Server, path: string): Promise<void> {
  const lists = await loadOwnAccess().catch((cause: unknown) => {
    throw pipeUnsafe(path, cause);
  });
  if ((await isAnswered(path)) || !(await listenUnlessTaken(server, path))) throw alreadyRunning(path);
  try {
    lists.restrictPipe(path);
  } catch (cause) {
    await new Promise((resolve) => server.close(resolve));
    throw pipeUnsafe(path, cause);
  }
}

async function loadOwnAccess(): Promise<{ restrictPipe(path: string): void }> {
  const [{ loadAccessLists }, { loadProcesses }] = await Promise.all([
    import('../../native/windows/owner-only.ts'),
    import('../../native/windows/processes.ts'),
  ]);
  const [lists, processes] = await Promise.all([loadAccessLists(), loadProcesses()]);
  const account = processes.ownAccount();
  return { restrictPipe: (path) => lists.restrictPipe(path, account) };
}

/**
 * Takes no more clients; resolves when those that are there have gone. Closing deletes whatever lies at `path` by then (libuv,
 * uv__pipe_close): a socket that another agent has put there since is out of the way for that moment, and stays. All of it
 * happens before this function returns.
 */
export function closeSocket(server: Server, path: string, inode: number | undefined): Promise<void> {
  const isAnothers = inode !== undefined && ![undefined, inode].includes(inodeAt(path));
  const aside = `${path}.aside`;
  if (isAnothers) renameSync(path, aside);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  if (isAnothers) renameSync(aside, path);
  return closed;
}

function inodeAt(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

/**
 * One start at a time. Binding alone is atomic, but asking "does anybody answer?" and then deleting is not: of two
 * agents that find a stale socket, the second would delete the first one's living socket.
 */
async function withStartLock(
  lockPath: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
  start: () => Promise<void>,
): Promise<void> {
  for (;;) {
    assertNotCancelled(signal, 'Starting the agent');
    if (tryLock(lockPath)) break;
    const madeAt = timeOfOurLock(lockPath) ?? clock.now();
    // In the future, too: the computer's clock was set back since. A little ahead is only the file system's rounding.
    if (Math.abs(clock.now() - madeAt) > STALE_LOCK_MS) rmSync(lockPath, { force: true });
    else await pause(clock, LOCK_POLL_MS, signal);
  }
  try {
    await start();
  } finally {
    if (isOurLock(statsOf(lockPath))) rmSync(lockPath, { force: true });
  }
}

/**
 * When the lock was made; undefined where there is none. Throws `AGENT_SOCKET_TAKEN` where something lies there that no start
 * has made (a lock is an empty plain file of the user's own): it is never deleted.
 */
function timeOfOurLock(lockPath: string): number | undefined {
  const stats = statsOf(lockPath);
  if (stats === undefined) return undefined;
  if (!isOurLock(stats)) throw taken(lockPath, 'the lock of a start, an empty file of your own,');
  return stats.mtimeMs;
}

function isOurLock(stats: Stats | undefined): boolean {
  const user = process.getuid?.();
  return stats?.isFile() === true && stats.size === 0 && (user === undefined || stats.uid === user);
}

/** Undefined where there is nothing, and where it cannot be seen. */
function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function tryLock(lockPath: string): boolean {
  try {
    closeSync(openSync(lockPath, 'wx', SOCKET_MODE));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw socketFailed(lockPath, error);
  }
}

function assertPathFits(path: string): void {
  const bytes = Buffer.byteLength(path) + 1;
  if (bytes <= SUN_PATH) return;
  throw new GlasskeyError({
    code: 'AGENT_SOCKET_PATH_TOO_LONG',
    message: `The agent's socket path takes ${bytes} bytes, and this system allows ${SUN_PATH}: ${path}`,
    remedy: 'Set GLASSKEY_HOME or XDG_RUNTIME_DIR to a folder with a shorter path.',
    detail: { path, bytes, limit: SUN_PATH },
  });
}

function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
    chmodSync(folder, FOLDER_MODE); // an odd umask may have taken more away than asked
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw socketFailed(folder, error);
  }
  assertFolderSafe(folder);
}

function assertFolderSafe(folder: string): void {
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw unsafeFolder(folder, stats.isSymbolicLink() ? 'a symbolic link' : 'no folder');
  const user = process.getuid?.();
  if (user !== undefined && stats.uid !== user) throw unsafeFolder(folder, `owned by user ${stats.uid}, not by you`);
  if ((stats.mode & 0o077) !== 0) {
    throw unsafeFolder(folder, `open to other users (mode ${(stats.mode & 0o777).toString(8)})`);
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      server.off('error', settle);
      server.off('listening', onListening);
      if (error) reject(error);
      else resolve();
    };
    const onListening = () => settle();
    server.once('error', settle);
    server.once('listening', onListening);
    server.listen(path);
  });
}

async function listenUnlessTaken(server: Server, path: string): Promise<boolean> {
  try {
    await listen(server, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return false;
    throw socketFailed(path, error);
  }
}

async function removeStaleSocket(path: string): Promise<void> {
  const stats = statsOf(path);
  if (stats === undefined) return; // its agent has just closed
  if (!stats.isSocket()) throw taken(path);
  if (await isAnswered(path)) throw alreadyRunning(path);
  rmSync(path, { force: true });
}

/** Whether somebody listens. Only a refused connection means that nobody does; any doubt counts as yes. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(codeOf(error))));
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function unsafeFolder(folder: string, why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_FOLDER_UNSAFE',
    message: `The agent does not put its socket into ${folder}, which is ${why}.`,
    remedy: `Check who made it; then remove it, or make it yours alone with: chmod 700 ${folder}`,
    detail: { folder },
  });
}

function pipeUnsafe(path: string, cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_PIPE_UNSAFE',
    message: `The pipe ${path} could not be given to your account alone, so nothing listens on it.`,
    remedy: 'Start Glasskey again; if it stays so, report it with glasskey.log of the data folder.',
    detail: { path, why: cause instanceof Error ? cause.message : String(cause) },
    cause,
  });
}

function alreadyRunning(path: string): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_ALREADY_RUNNING',
    message: `An agent already answers on ${path}.`,
    remedy: 'Use the one that runs, or stop it first.',
    detail: { path },
  });
}

function taken(path: string, wanted = 'a socket'): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_SOCKET_TAKEN',
    message: `Something else lies where the agent wants ${wanted} to be: ${path}`,
    remedy: 'Look at it, and move it away if it is not needed.',
    detail: { path },
  });
}

function socketFailed(path: string, cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_SOCKET_FAILED',
    message: `The agent cannot listen on ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'Check that its folder exists, is yours, and that its disk is not full.',
    detail: { path, errno: codeOf(cause) },
    cause,
  });
}
