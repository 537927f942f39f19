/**
 * Access lists that name one account: for the agent's pipe, and for files that ssh wants to be their owner's alone. Windows has no
 * modes; a new pipe lets everybody read, and a new file inherits what its folder says.
 */
import { win32 } from 'node:path';
import type { Koffi } from '../webauthn/structures.ts';
import { kernel32, loadKoffi, loadSystemLibrary } from '../webauthn/system-library.ts';
import { PIPE_CLIENT_FLAGS } from './pipe-client.ts';

export interface AccessLists {
  /**
   * Gives the pipe with that name (`\\.\pipe\…`), and all its instances, to `account` (an SID) alone, on this computer alone; whoever
   * is connected stays so. Throws where the system refuses, or has another list afterwards.
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
const READ_CONTROL = 0x0002_0000;
const WRITE_DAC = 0x0004_0000;
const FILE_SHARE_ALL = 7;
const OPEN_EXISTING = 3;
/** Folders cannot be opened without it. */
const FILE_FLAG_BACKUP_SEMANTICS = 0x0200_0000;
const INVALID_HANDLE = -1;
const DACL_SECURITY_INFORMATION = 4;
const SDDL_REVISION_1 = 1;
const MOST_BYTES = 64 * 1024;

/** Throws where koffi or the libraries cannot be loaded. */
export async function loadAccessLists(): Promise<AccessLists> {
  const koffi = await loadKoffi();
  const functions = functionsOf(koffi);

  const withHandle = <T>(path: string, access: number, work: (handle: number) => T): T => {
    const isPipe = path.startsWith('\\\\.\\pipe\\');
    const flags = isPipe ? PIPE_CLIENT_FLAGS : FILE_FLAG_BACKUP_SEMANTICS;
    // Longer than 260 characters it has to begin with \\?\, as Node writes it too.
    const name = isPipe ? path : win32.toNamespacedPath(path);
    const handle = functions.createFile(name, access, FILE_SHARE_ALL, null, OPEN_EXISTING, flags, 0);
    if (handle === INVALID_HANDLE) throw failed('CreateFileW', functions.lastError());
    try {
      return work(handle);
    } finally {
      functions.closeHandle(handle);
    }
  };
  const readList = (handle: number): string => {
    const descriptor = Buffer.alloc(MOST_BYTES);
    if (!functions.getSecurity(handle, DACL_SECURITY_INFORMATION, descriptor, descriptor.length, [0])) {
      throw failed('GetKernelObjectSecurity', functions.lastError());
    }
    const text: [unknown] = [null];
    const length: [number] = [0];
    if (!functions.toText(descriptor, SDDL_REVISION_1, DACL_SECURITY_INFORMATION, text, length)) {
      throw failed('ConvertSecurityDescriptorToStringSecurityDescriptorW', functions.lastError());
    }
    try {
      return String(koffi.decode(text[0], 'char16', length[0])).replace(/\0.*$/s, '');
    } finally {
      functions.free(text[0]);
    }
  };
  const restrict = (path: string, list: string, isAsWanted: (now: string) => boolean): void =>
    withHandle(path, READ_CONTROL | WRITE_DAC, (handle) => {
      const descriptor: [unknown] = [null];
      if (!functions.fromText(list, SDDL_REVISION_1, descriptor, [0])) {
        throw failed('ConvertStringSecurityDescriptorToSecurityDescriptorW', functions.lastError());
      }
      try {
        if (!functions.setSecurity(handle, DACL_SECURITY_INFORMATION, descriptor[0])) {
          throw failed('SetKernelObjectSecurity', functions.lastError());
        }
      } finally {
        functions.free(descriptor[0]);
      }
      const now = readList(handle);
      if (!isAsWanted(now)) throw new Error(`the access list is ${now} after it was set`);
    });
  return {
    // NU: nobody over the network, not even the account itself. libuv does not reject remote clients (PIPE_REJECT_REMOTE_CLIENTS).
    restrictPipe: (path, account) => restrict(path, `D:P(D;;FA;;;NU)(A;;FA;;;${account})`, (now) => isOf(now, account)),
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

/** Accounts that Windows writes by two letters in SDDL ([MS-DTYP], 2.5.1.1, "SID tokens"); of a user, by the end of its SID. */
const SHORT_NAMES: Readonly<Record<string, RegExp>> = {
  LA: /^S-1-5-21-.*-500$/,
  LG: /^S-1-5-21-.*-501$/,
  SY: /^S-1-5-18$/,
  LS: /^S-1-5-19$/,
  NS: /^S-1-5-20$/,
};

function isAccount(trustee: string, account: string): boolean {
  return trustee === account || SHORT_NAMES[trustee]?.test(account) === true;
}

/** Those who are allowed anything. */
function allowedBy(list: string): readonly string[] {
  const entries = [...list.matchAll(/\(([^;)]*);[^;)]*;[^;)]*;[^;)]*;[^;)]*;([^;)]*)\)/g)];
  return entries.filter(([, kind]) => kind !== 'D').map(([, , trustee = '']) => trustee);
}

function failed(what: string, code: number): Error {
  return new Error(`${what} failed with error ${code}`);
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
  readonly getSecurity: (handle: number, what: number, into: Buffer, size: number, needed: [number]) => boolean;
  readonly setSecurity: (handle: number, what: number, descriptor: unknown) => boolean;
  readonly toText: (descriptor: Buffer, revision: number, what: number, text: [unknown], length: [number]) => boolean;
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
    getSecurity: advapi.func(
      'bool __stdcall GetKernelObjectSecurity(intptr_t handle, uint32_t what, _Out_ uint8_t *into, uint32_t size, _Out_ uint32_t *needed)',
    ),
    setSecurity: advapi.func(
      'bool __stdcall SetKernelObjectSecurity(intptr_t handle, uint32_t what, void *descriptor)',
    ),
    toText: advapi.func(
      'bool __stdcall ConvertSecurityDescriptorToStringSecurityDescriptorW(const uint8_t *descriptor, uint32_t revision, uint32_t what, _Out_ void **text, _Out_ uint32_t *length)',
    ),
    fromText: advapi.func(
      'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, _Out_ void **descriptor, _Out_ uint32_t *size)',
    ),
  };
}
