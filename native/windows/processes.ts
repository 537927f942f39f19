/** Whose a process of Windows is, and which program it runs; asked of the system, by the process's id. */
import type { LibraryHandle } from 'koffi';
import type { Koffi } from '../webauthn/structures.ts';
import { kernel32, loadKoffi, loadSystemLibrary } from '../webauthn/system-library.ts';

export interface Processes {
  /** The account that this process runs as: its SID, as `S-1-5-21-…`. Throws where the system does not say. */
  ownAccount(): string;
  /** The same of another process; undefined where it has gone, or may not be asked. */
  accountOf(pid: number): string | undefined;
  /** The executable file's path; undefined likewise. */
  programOf(pid: number): string | undefined;
}

// winnt.h
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const TOKEN_QUERY = 0x0008;
const TOKEN_USER = 1;
/** A TOKEN_USER: a pointer and attributes, then the SID, which takes at most 68 bytes (SECURITY_MAX_SID_SIZE). */
const TOKEN_USER_SIZE = 16 + 68;
const SID_AT = 16;
/** Longest path of Windows, in characters. */
const LONGEST_PATH = 32_768;

/** Throws where koffi or the libraries cannot be loaded. */
export async function loadProcesses(): Promise<Processes> {
  const koffi = await loadKoffi();
  const { openProcess, currentProcess, closeHandle, imageName, openToken, tokenInformation } = functionsOf(koffi);

  const accountOfHandle = (handle: number): string | undefined => {
    const token: [number] = [0];
    if (!openToken(handle, TOKEN_QUERY, token)) return undefined;
    try {
      const user = Buffer.alloc(TOKEN_USER_SIZE);
      const size: [number] = [0];
      if (!tokenInformation(token[0], TOKEN_USER, user, user.length, size)) return undefined;
      return sidText(user.subarray(SID_AT));
    } finally {
      closeHandle(token[0]);
    }
  };
  const ofProcess = <T>(pid: number, ask: (handle: number) => T | undefined): T | undefined => {
    const handle = openProcess(PROCESS_QUERY_LIMITED_INFORMATION, false, pid);
    if (handle === 0) return undefined;
    try {
      return ask(handle);
    } finally {
      closeHandle(handle);
    }
  };
  return {
    ownAccount() {
      const account = accountOfHandle(currentProcess());
      if (account === undefined) throw new Error('the account of this process cannot be read');
      return account;
    },
    accountOf: (pid) => ofProcess(pid, accountOfHandle),
    programOf: (pid) =>
      ofProcess(pid, (handle) => {
        const name = Buffer.alloc(2 * LONGEST_PATH);
        const length: [number] = [LONGEST_PATH];
        return imageName(handle, 0, name, length) ? name.toString('utf16le', 0, 2 * length[0]) : undefined;
      }),
  };
}

/** SID of winnt.h: revision, number of sub-authorities, authority (6 bytes, big-endian), sub-authorities (little-endian). */
export function sidText(sid: Buffer): string {
  const parts = Array.from({ length: sid.readUInt8(1) }, (_, at) => sid.readUInt32LE(8 + 4 * at));
  return ['S', sid.readUInt8(0), sid.readUIntBE(2, 6), ...parts].join('-');
}

interface Functions {
  readonly openProcess: (access: number, inherit: boolean, pid: number) => number;
  readonly currentProcess: () => number;
  readonly closeHandle: (handle: number) => boolean;
  readonly imageName: (process: number, flags: number, name: Buffer, length: [number]) => boolean;
  readonly openToken: (process: number, access: number, token: [number]) => boolean;
  readonly tokenInformation: (token: number, what: number, into: Buffer, size: number, needed: [number]) => boolean;
}

function functionsOf(koffi: Koffi): Functions {
  const kernel: LibraryHandle = kernel32(koffi);
  const advapi = loadSystemLibrary(koffi, 'advapi32.dll');
  return {
    openProcess: kernel.func('intptr_t __stdcall OpenProcess(uint32_t access, bool inherit, uint32_t pid)'),
    currentProcess: kernel.func('intptr_t __stdcall GetCurrentProcess()'),
    closeHandle: kernel.func('bool __stdcall CloseHandle(intptr_t handle)'),
    imageName: kernel.func(
      'bool __stdcall QueryFullProcessImageNameW(intptr_t process, uint32_t flags, _Out_ uint8_t *name, _Inout_ uint32_t *length)',
    ),
    openToken: advapi.func('bool __stdcall OpenProcessToken(intptr_t process, uint32_t access, _Out_ intptr_t *token)'),
    tokenInformation: advapi.func(
      'bool __stdcall GetTokenInformation(intptr_t token, int what, _Out_ uint8_t *into, uint32_t size, _Out_ uint32_t *needed)',
    ),
  };
}
