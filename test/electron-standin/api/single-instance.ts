/**
 * The single-instance lock: a lock file and a Unix socket in the user-data folder, as Chromium has its SingletonLock.
 *
 * Asking is synchronous in Electron, and the second instance may exit in its very next line, so the handing over must be
 * done before the answer: a short child process connects, delivers and waits for the receipt, while this one blocks. It runs
 * only when a lock file is there; the first instance pays nothing.
 *
 * A lock whose owner is gone (killed) is taken over. Two that find the same stale lock cannot both have it: the old file is
 * renamed away first, which only one of them can do.
 */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

export interface Handover {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  readonly additionalData: unknown;
}

/** Linux's limit for a socket's path, with its closing NUL. */
const SOCKET_PATH_LIMIT = 107;

const DELIVERED = 0;
const NOBODY_THERE = 3;

/** Runs in the child: standard input to the socket, exit 0 when the other side has acknowledged. */
const DELIVER = `
const path = process.argv[1];
let text = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('end', () => {
  let tries = 0;
  const attempt = () => {
    const socket = require('node:net').connect(path);
    socket.on('connect', () => socket.write(text + '\\n'));
    socket.on('data', () => process.exit(${DELIVERED}));
    socket.on('error', () => { if (++tries < 10) setTimeout(attempt, 30); else process.exit(${NOBODY_THERE}); });
  };
  attempt();
  setTimeout(() => process.exit(${NOBODY_THERE}), 5000);
});`;

interface Held {
  readonly server: Server;
  readonly lockPath: string;
  readonly socketPath: string;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

function ownerOf(lockPath: string): number | undefined {
  try {
    return Number(readFileSync(lockPath, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether this process made the lock file. Whole or not at all: written aside, then linked into place. */
function makeLockFile(lockPath: string): boolean {
  const aside = `${lockPath}.${process.pid}`;
  writeFileSync(aside, String(process.pid));
  try {
    linkSync(aside, lockPath);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

function deliver(socketPath: string, handover: Handover): boolean {
  const { status } = spawnSync(process.execPath, ['-e', DELIVER, socketPath], {
    input: JSON.stringify(handover),
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  return status === DELIVERED;
}

function receiveFrom(socket: Socket, onHandover: (handover: Handover) => void): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (!text.endsWith('\n')) return;
    socket.end('ok');
    onHandover(JSON.parse(text) as Handover);
  });
}

export class SingleInstance {
  private held: Held | undefined;

  get isHeld(): boolean {
    return this.held !== undefined;
  }

  /** True when this process is the first; false when another was, which has been told by then. */
  request(folder: string, handover: Handover, onHandover: (handover: Handover) => void): boolean {
    if (this.held !== undefined) return true;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lockPath = join(folder, 'instance.lock');
    const socketPath = join(folder, 'instance.sock');
    if (Buffer.byteLength(socketPath) > SOCKET_PATH_LIMIT) {
      throw new Error(`the stand-in cannot listen at ${socketPath}: the path is longer than a Unix socket's may be`);
    }
    while (!makeLockFile(lockPath)) {
      if (deliver(socketPath, handover)) return false;
      const owner = ownerOf(lockPath);
      if (owner !== undefined && isAlive(owner) && owner !== process.pid) {
        throw new Error(`process ${owner} holds ${lockPath} and does not answer`);
      }
      const stale = `${lockPath}.stale.${process.pid}`;
      try {
        renameSync(lockPath, stale);
        rmSync(stale);
      } catch {
        // Another process was quicker: it has the lock now, or soon.
      }
    }
    rmSync(socketPath, { force: true });
    const server = createServer((socket) => receiveFrom(socket, onHandover));
    server.listen(socketPath);
    server.unref();
    this.held = { server, lockPath, socketPath };
    return true;
  }

  release(): void {
    if (this.held === undefined) return;
    const { server, lockPath, socketPath } = this.held;
    this.held = undefined;
    server.close();
    rmSync(socketPath, { force: true });
    rmSync(lockPath, { force: true });
  }
}
