/**
 * The process at the other end of a named pipe. The system tells it of the pipe's handle (GetNamedPipeClientProcessId), which Node shows
 * nowhere; but node.exe and Electron export libuv, which knows it: libuv keeps its handles in the order in which they were made
 * (uv__handle_init puts each at the end of its loop's queue), so that the pipe which was accepted just now is the last one.
 */
import type { LibraryHandle } from 'koffi';
import type { Koffi } from '../webauthn/structures.ts';
import { kernel32, loadKoffi } from '../webauthn/system-library.ts';
import { PIPE_CLIENT_FLAGS } from './pipe-client.ts';
import { descriptorReader, OWNER_SECURITY_INFORMATION, READ_CONTROL } from './security-descriptor.ts';

export interface PipePeers {
  /**
   * The process id at the other end of the pipe that this process made last: to be called at once, in the listener of `connection`. Undefined
   * where the system does not say. Only of the main thread's loop.
   */
  ofNewest(): number | undefined;
}

// uv.h, stable since libuv 1.0
const UV_NAMED_PIPE = 7;
// winbase.h
const PIPE_SERVER_END = 1;

/** Who serves a pipe. */
export interface PipeServer {
  readonly pid: number;
  /** 0: of the system's services, and of nobody who sits here. Undefined where the system does not say. */
  readonly session: number | undefined;
}

/** A connection to a pipe over which nothing is said. While it stands, its name stays with whoever its access list allows it to. */
export interface HeldPipe extends PipeServer {
  /**
   * Who owns it, as SDDL (`O:S-1-5-…`). The process alone does not say whose it is: its id may be another's by now, where it made the pipe
   * and has left it to a child. Undefined where the system does not tell.
   */
  readonly owner: string | undefined;
  release(): void;
}

const SYNCHRONIZE = 0x0010_0000;
const OPEN_EXISTING = 3;
const INVALID_HANDLE = -1;
// winerror.h
const ERROR_PIPE_BUSY = 231;
/** How long each instance of a pipe may be taken before it counts as served by nobody. libuv's clients wait longer; this one blocks. */
const BUSY_MS = 2000;

/** Asks for the server of a pipe by its name (`\\\\.\\pipe\\…`), which connects to it for a moment; undefined where nobody serves it. */
export async function loadPipeServerOf(): Promise<(path: string) => PipeServer | undefined> {
  const hold = await loadHold(SYNCHRONIZE);
  return (path) => {
    const held = hold(path);
    held?.release();
    return held && { pid: held.pid, session: held.session };
  };
}

/** The same, and stays connected; undefined also where it may not be asked for its owner. Throws where koffi cannot be loaded. */
export function loadPipeHold(): Promise<(path: string) => HeldPipe | undefined> {
  return loadHold(SYNCHRONIZE | READ_CONTROL);
}

async function loadHold(access: number): Promise<(path: string) => HeldPipe | undefined> {
  const koffi = await loadKoffi();
  const kernel = kernel32(koffi);
  const readDescriptor = descriptorReader(koffi);
  const open: (
    path: string,
    access: number,
    share: number,
    security: null,
    creation: number,
    flags: number,
    template: number,
  ) => number = kernel.func(
    'intptr_t __stdcall CreateFileW(str16 path, uint32_t access, uint32_t share, void *security, uint32_t creation, uint32_t flags, intptr_t template)',
  );
  const lastError: () => number = kernel.func('uint32_t __stdcall GetLastError()');
  const waitFor: (path: string, ms: number) => boolean = kernel.func(
    'bool __stdcall WaitNamedPipeW(str16 path, uint32_t ms)',
  );
  const close: (handle: number) => boolean = kernel.func('bool __stdcall CloseHandle(intptr_t handle)');
  const serverProcess: (handle: number, pid: [number]) => boolean = kernel.func(
    'bool __stdcall GetNamedPipeServerProcessId(intptr_t pipe, _Out_ uint32_t *pid)',
  );
  const sessionOf: (pid: number, session: [number]) => boolean = kernel.func(
    'bool __stdcall ProcessIdToSessionId(uint32_t pid, _Out_ uint32_t *session)',
  );
  const ownerOf = (handle: number): string | undefined => {
    try {
      return readDescriptor(handle, OWNER_SECURITY_INFORMATION);
    } catch {
      return undefined;
    }
  };
  /** Undefined where nobody serves it, or does not let us. */
  const connect = (path: string): number | undefined => {
    for (;;) {
      const handle = open(path, access, 0, null, OPEN_EXISTING, PIPE_CLIENT_FLAGS, 0);
      if (handle !== INVALID_HANDLE) return handle;
      // Each instance has its client; once one is free, somebody else may have been faster.
      if (lastError() !== ERROR_PIPE_BUSY || !waitFor(path, BUSY_MS)) return undefined;
    }
  };
  return (path) => {
    const handle = connect(path);
    if (handle === undefined) return undefined;
    const release = () => void close(handle);
    const pid: [number] = [0];
    if (!serverProcess(handle, pid)) {
      release();
      return undefined;
    }
    const session: [number] = [0];
    return {
      pid: pid[0],
      session: sessionOf(pid[0], session) ? session[0] : undefined,
      owner: (access & READ_CONTROL) === 0 ? undefined : ownerOf(handle),
      release,
    };
  };
}

/** Throws where koffi cannot be loaded, or this program exports no libuv. */
export async function loadPipePeers(): Promise<PipePeers> {
  const koffi = await loadKoffi();
  const newest = newestPipe(koffi, 'intptr_t');
  const kernel = kernel32(koffi);
  const pipeInfo: (handle: number, flags: [number], out: null, into: null, most: null) => boolean = kernel.func(
    'bool __stdcall GetNamedPipeInfo(intptr_t pipe, _Out_ uint32_t *flags, void *out, void *into, void *most)',
  );
  const clientProcess: (handle: number, pid: [number]) => boolean = kernel.func(
    'bool __stdcall GetNamedPipeClientProcessId(intptr_t pipe, _Out_ uint32_t *pid)',
  );
  return {
    ofNewest() {
      const handle = newest();
      if (handle === undefined) return undefined;
      const flags: [number] = [0];
      if (!pipeInfo(handle, flags, null, null, null) || (flags[0] & PIPE_SERVER_END) === 0) return undefined;
      const pid: [number] = [0];
      return clientProcess(handle, pid) && pid[0] !== 0 ? pid[0] : undefined;
    },
  };
}

/**
 * What the system calls the pipe that this process made last: its handle on Windows, its file descriptor elsewhere (`type`: how C writes
 * uv_os_fd_t there). Throws where this program exports no libuv.
 */
export function newestPipe(koffi: Koffi, type: 'intptr_t' | 'int'): () => number | undefined {
  const program: LibraryHandle = koffi.load(null);
  const loop: unknown = program.func('void *uv_default_loop()')();
  const visit = koffi.pointer(koffi.proto('void', ['void *', 'void *']));
  const walk: (loop: unknown, visit: (handle: unknown) => void, argument: null) => void = program.func(
    'uv_walk',
    'void',
    ['void *', visit, 'void *'],
  );
  const typeOf: (handle: unknown) => number = program.func('int uv_handle_get_type(void *handle)');
  const fileno: (handle: unknown, into: [number]) => number = program.func(
    `int uv_fileno(void *handle, _Out_ ${type} *into)`,
  );
  return () => {
    let last: unknown;
    walk(
      loop,
      (handle) => {
        if (typeOf(handle) === UV_NAMED_PIPE) last = handle;
      },
      null,
    );
    const into: [number] = [0];
    return last !== undefined && fileno(last, into) === 0 ? into[0] : undefined;
  };
}
