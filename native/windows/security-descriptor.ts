/** What the system says of who owns a kernel object and who may use it, as SDDL text ([MS-DTYP], 2.5.1). */
import type { Koffi } from '../webauthn/structures.ts';
import { kernel32, loadSystemLibrary } from '../webauthn/system-library.ts';

// winnt.h; a handle has to have READ_CONTROL for both.
export const READ_CONTROL = 0x0002_0000;
export const OWNER_SECURITY_INFORMATION = 1;
export const DACL_SECURITY_INFORMATION = 4;

export const SDDL_REVISION_1 = 1;
const MOST_BYTES = 64 * 1024;

/**
 * Reads those parts (`…_SECURITY_INFORMATION`) of what an open handle is of: `O:S-1-5-…` of the owner, `D:P(A;;FA;;;S-1-5-…)` of the access
 * list. That throws where the system refuses.
 */
export function descriptorReader(koffi: Koffi): (handle: number, parts: number) => string {
  const kernel = kernel32(koffi);
  const advapi = loadSystemLibrary(koffi, 'advapi32.dll');
  const lastError: () => number = kernel.func('uint32_t __stdcall GetLastError()');
  const free: (memory: unknown) => unknown = kernel.func('void *__stdcall LocalFree(void *memory)');
  const read: (handle: number, parts: number, into: Buffer, size: number, needed: [number]) => boolean = advapi.func(
    'bool __stdcall GetKernelObjectSecurity(intptr_t handle, uint32_t what, _Out_ uint8_t *into, uint32_t size, _Out_ uint32_t *needed)',
  );
  const toText: (descriptor: Buffer, revision: number, parts: number, text: [unknown], length: [number]) => boolean =
    advapi.func(
      'bool __stdcall ConvertSecurityDescriptorToStringSecurityDescriptorW(const uint8_t *descriptor, uint32_t revision, uint32_t what, _Out_ void **text, _Out_ uint32_t *length)',
    );
  return (handle, parts) => {
    const descriptor = Buffer.alloc(MOST_BYTES);
    if (!read(handle, parts, descriptor, descriptor.length, [0])) {
      throw systemFailure('GetKernelObjectSecurity', lastError());
    }
    const text: [unknown] = [null];
    const length: [number] = [0];
    if (!toText(descriptor, SDDL_REVISION_1, parts, text, length)) {
      throw systemFailure('ConvertSecurityDescriptorToStringSecurityDescriptorW', lastError());
    }
    try {
      return String(koffi.decode(text[0], 'char16', length[0])).replace(/\0.*$/s, '');
    } finally {
      free(text[0]);
    }
  };
}

/** Accounts that Windows writes by two letters in SDDL ([MS-DTYP], 2.5.1.1, "SID tokens"); of a user, by the end of its SID. */
const SHORT_NAMES: Readonly<Record<string, RegExp>> = {
  LA: /^S-1-5-21-.*-500$/,
  LG: /^S-1-5-21-.*-501$/,
  SY: /^S-1-5-18$/,
  LS: /^S-1-5-19$/,
  NS: /^S-1-5-20$/,
};

/** Whether what stands in SDDL is that account (an SID). */
export function isAccount(trustee: string, account: string): boolean {
  return trustee === account || SHORT_NAMES[trustee]?.test(account) === true;
}

/** Whether SDDL says that the account itself is the owner, or the administrators or the system, who own what their programs make. */
export function isOwnedBy(owner: string | undefined, account: string): boolean {
  const trustee = /^O:(S-[\d-]+|[A-Z]{2})/.exec(owner ?? '')?.[1];
  return trustee !== undefined && (isAccount(trustee, account) || trustee === 'BA' || trustee === 'SY');
}

export function systemFailure(what: string, code: number): Error {
  return new Error(`${what} failed with error ${code}`);
}
