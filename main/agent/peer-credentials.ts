/**
 * Who is at the other end of a Unix socket, as the kernel noted it when it connected, or of a pipe of Windows. Node has no call for it, so
 * the system is asked through koffi. Where that cannot be loaded or answers otherwise, nothing is known, and nothing is made up.
 */
import type { Socket } from 'node:net';
import type { Log } from '../../diagnostics/log.ts';

export interface PeerCredentials {
  readonly pid: number;
  readonly uid: Uid;
}

/** Whose a process is: the user's number, on Windows the account's SID. */
export type Uid = number | string;

/** To be called as soon as the socket is there, in the listener of `connection` (native/windows/pipe-peer.ts). */
export type ReadPeer = (socket: Socket) => PeerCredentials | undefined;

type GetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: [number]) => number;

// include/uapi/asm-generic/socket.h; struct ucred of unix(7). Some architectures number them otherwise, none that Electron runs on.
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const UCRED_SIZE = 12;
// sys/un.h and sys/ucred.h of macOS.
const SOL_LOCAL = 0;
const LOCAL_PEERCRED = 1;
const LOCAL_PEERPID = 2;
const XUCRED_SIZE = 76;

const NOBODY_KNOWN: ReadPeer = () => undefined;

/** Loads what is needed, once. Never rejects: without it, nobody is known. */
export async function loadPeerReader(log: Log, platform: string = process.platform): Promise<ReadPeer> {
  if (platform !== 'linux' && platform !== 'darwin' && platform !== 'win32') return NOBODY_KNOWN;
  try {
    if (platform === 'win32') return await windowsReader();
    const { default: koffi } = await import('koffi');
    const getsockopt: GetSockOpt = koffi
      .load(null)
      .func('int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)');
    return platform === 'linux' ? linuxReader(getsockopt) : macReader(getsockopt);
  } catch (error) {
    log('warn', 'agent.peer.unknown', { message: error instanceof Error ? error.message : String(error) });
    return NOBODY_KNOWN;
  }
}

/** Whose this process is; undefined where the system does not say. Never rejects. */
export async function ownUid(platform: string = process.platform): Promise<Uid | undefined> {
  if (platform !== 'win32') return process.getuid?.();
  try {
    return (await (await import('../../native/windows/processes.ts')).loadProcesses()).ownAccount();
  } catch {
    return undefined;
  }
}

async function windowsReader(): Promise<ReadPeer> {
  const [{ loadPipePeers }, { loadProcesses }] = await Promise.all([
    import('../../native/windows/pipe-peer.ts'),
    import('../../native/windows/processes.ts'),
  ]);
  const [peers, processes] = await Promise.all([loadPipePeers(), loadProcesses()]);
  return () => {
    const pid = peers.ofNewest();
    const uid = pid === undefined ? undefined : processes.accountOf(pid);
    return pid === undefined || uid === undefined ? undefined : { pid, uid };
  };
}

function linuxReader(getsockopt: GetSockOpt): ReadPeer {
  return (socket) => {
    const ucred = option(getsockopt, socket, SOL_SOCKET, SO_PEERCRED, UCRED_SIZE);
    return ucred && { pid: ucred.readInt32LE(0), uid: ucred.readUInt32LE(4) };
  };
}

function macReader(getsockopt: GetSockOpt): ReadPeer {
  return (socket) => {
    const pid = option(getsockopt, socket, SOL_LOCAL, LOCAL_PEERPID, 4);
    const xucred = option(getsockopt, socket, SOL_LOCAL, LOCAL_PEERCRED, XUCRED_SIZE);
    return pid && xucred && { pid: pid.readInt32LE(0), uid: xucred.readUInt32LE(4) };
  };
}

function option(getsockopt: GetSockOpt, socket: Socket, level: number, name: number, size: number): Buffer | undefined {
  const fd = fdOf(socket);
  if (fd === undefined) return undefined;
  const value = Buffer.alloc(size);
  const length: [number] = [size];
  return getsockopt(fd, level, name, value, length) === 0 && length[0] === size ? value : undefined;
}

/** Node shows a socket's descriptor nowhere else than on its handle, which is no promised interface: taken as found. */
function fdOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null) return undefined;
  const fd: unknown = Reflect.get(handle, 'fd');
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 ? fd : undefined;
}
