/**
 * Access lists that name one account: for the agent's pipe, and for files that ssh wants to be their owner's alone. Windows has no
 * modes; a new pipe lets everybody read, and a new file inherits what its folder says.
 */
import { win32 } from 'node:path';
import type { Koffi } from '../webauthn/structures.ts';
import { kernel32, loadKoffi, loadSystemLibrary } from '../webauthn/system-library.ts';
import { PIPE_CLIENT_FLAGS } from './pipe-client.ts';
import {
  DACL_SECURITY_INFORMATION,
  descriptorReader,
  isAccount,
  OWNER_SECURITY_INFORMATION,
  READ_CONTROL,
  SDDL_REVISION_1,
  systemFailure,
} from './security-descriptor.ts';

export interface AccessLists {
  /**
   * Gives the pipe with that name (`\\.\pipe\…`), and all its instances, to `account` (an SID) alone, on this computer alone, and makes it
   * their owner; whoever is connected stays so. Throws where the system refuses, or has another list afterwards.
   */
  restrictPipe(path: string, account: string): void;
  /** Gives a file to `account` alone, whatever its folder would hand down. Throws likewise. */
  restrictFile(path: string, account: string): void;
  /** The same for a folder, and for what will be made in it. */
  restrictFolder(path: string, account: string): void;
  /** The access list as SDDL text, as `D:P(A;;FA;;;S-1-5-…)`. Throws where it cannot be read. */
  read(path: string): string;
}

// winnt.h and winbase.h
const WRITE_DAC = 0x0004_0000;
const WRITE_OWNER = 0x0008_0000;
const FILE_SHARE_ALL = 7;
const OPEN_EXISTING = 3;
/** Folders cannot be opened without it. */
const FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;
const INVALID_HANDLE = -1;

/** Throws where koffi or the libraries cannot be loaded. */
export async function loadAccessLists(): Promise<AccessLists> {
  const koffi = await loadKoffi();
  const functions = functionsOf(koffi);
  const readDescriptor = descriptorReader(koffi);

  const withHandle = <T>(path: string, access: number, work: (handle: number) => T): T => {
    const isPipe = path.startsWith('\\\\.\\pipe\\');
    const flags = isPipe ? PIPE_CLIENT_FLAGS : FILE_FLAG_BACKUP_SEMANTICS;
    // Longer than 260 characters it has to begin with \\?\, as Node writes it too.
    const name = isPipe ? path : win32.toNamespacedPath(path);
    const handle = functions.createFile(name, access, FILE_SHARE_ALL, null, OPEN_EXISTING, flags, 0);
    if (handle === INVALID_HANDLE) throw systemFailure('CreateFileW', functions.lastError());
    try {
      return work(handle);
    } finally {
      functions.closeHandle(handle);
    }
  };
  const readList = (handle: number): string => readDescriptor(handle, DACL_SECURITY_INFORMATION);
  const write = (handle: number, part: number, text: string): void => {
    const descriptor: [unknown] = [null];
    if (!functions.fromText(text, SDDL_REVISION_1, descriptor, [0])) {
      throw systemFailure('ConvertStringSecurityDescriptorToSecurityDescriptorW', functions.lastError());
    }
    try {
      if (!functions.setSecurity(handle, part, descriptor[0])) {
        throw systemFailure('SetKernelObjectSecurity', functions.lastError());
      }
    } finally {
      functions.free(descriptor[0]);
    }
  };
  const restrict = (path: string, list: string, isAsWanted: (now: string) => boolean): void =>
    withHandle(path, READ_CONTROL | WRITE_DAC, (handle) => {
      write(handle, DACL_SECURITY_INFORMATION, list);
      const now = readList(handle);
      if (!isAsWanted(now)) throw new Error(`the access list is ${now} after it was set`);
    });
  return {
    // NU: nobody over the network, not even the account itself. libuv does not reject remote clients (PIPE_REJECT_REMOTE_CLIENTS).
    restrictPipe(path, account) {
      // What a program of an administrator makes is else the administrators', whoever started it. The list goes last: Wine unprotects it again.
      withHandle(path, WRITE_OWNER, (handle) => write(handle, OWNER_SECURITY_INFORMATION, `O:${account}`));
      restrict(path, `D:P(D;;FA;;;NU)(A;;FA;;;${account})`, (now) => isOf(now, account));
    },
    restrictFile: (path, account) => restrict(path, `D:P(A;;FA;;;${account})`, (now) => isPrivate(now, account)),
    restrictFolder: (path, account) => restrict(path, `D:P(A;OICI;FA;;;${account})`, (now) => isPrivate(now, account)),
    read: (path) => withHandle(path, READ_CONTROL, readList),
  };
}

/** Whether a list (SDDL) allows something to that account, nothing to any other, and takes nothing from the folder above. */
export function isOf(list: string, account: string): boolean {
  const allowed = allowedBy(list);
  return /^D:P/.test(list) && allowed.length > 0 && allowed.every((trustee) => isAccount(trustee, account));
}

/**
 * Whether OpenSSH for Windows takes a file with that list for a private one: nobody has access but the account, the system and the
 * administrators (contrib/win32/win32compat/w32-sshfileperm.c). File systems that know owners and modes only, as Wine's, add the system.
 */
export function isPrivate(list: string, account: string): boolean {
  const allowed = allowedBy(list);
  const isOurs = (trustee: string) => isAccount(trustee, account);
  return allowed.some(isOurs) && allowed.every((trustee) => isOurs(trustee) || trustee === 'SY' || trustee === 'BA');
}

/** Those who are allowed anything. */
function allowedBy(list: string): readonly string[] {
  const entries = [...list.matchAll(/\(([^;)]*);[^;)]*;[^;)]*;[^;)]*;[^;)]*;([^;)]*)\)/g)];
  return entries.filter(([, kind]) => kind !== 'D').map(([, , trustee = '']) => trustee);
}

interface Functions {
  readonly createFile: (
    path: string,
    access: number,
    share: number,
    security: null,
    creation: number,
    flags: number,
    template: number,
  ) => number;
  readonly closeHandle: (handle: number) => boolean;
  readonly lastError: () => number;
  readonly free: (memory: unknown) => unknown;
  readonly setSecurity: (handle: number, what: number, descriptor: unknown) => boolean;
  readonly fromText: (text: string, revision: number, descriptor: [unknown], size: [number]) => boolean;
}

function functionsOf(koffi: Koffi): Functions {
  const kernel = kernel32(koffi);
  const advapi = loadSystemLibrary(koffi, 'advapi32.dll');
  return {
    createFile: kernel.func(
      'intptr_t __stdcall CreateFileW(str16 path, uint32_t access, uint32_t share, void *security, uint32_t creation, uint32_t flags, intptr_t template)',
    ),
    closeHandle: kernel.func('bool __stdcall CloseHandle(intptr_t handle)'),
    lastError: kernel.func('uint32_t __stdcall GetLastError()'),
    free: kernel.func('void *__stdcall LocalFree(void *memory)'),
    setSecurity: advapi.func(
      'bool __stdcall SetKernelObjectSecurity(intptr_t handle, uint32_t what, void *descriptor)',
    ),
    fromText: advapi.func(
      'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, _Out_ void **descriptor, _Out_ uint32_t *size)',
    ),
  };
}
