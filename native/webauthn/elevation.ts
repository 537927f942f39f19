/** Whether this process may do what administrators may: Windows opens security keys (HID, usage page 0xF1D0) for such alone. */
import { kernel32, loadKoffi, loadSystemLibrary } from './system-library.ts';

// winnt.h.
const TOKEN_QUERY = 0x0008;
const TOKEN_ELEVATION = 20;
/** GetCurrentProcess(): a pseudo handle that needs no closing. */
const CURRENT_PROCESS = -1;

/** By the process's own token (TokenElevation). Throws where the system does not say. */
export async function isElevated(): Promise<boolean> {
  const koffi = await loadKoffi();
  const advapi32 = loadSystemLibrary(koffi, 'advapi32.dll');
  const { pointer, out } = koffi;
  const openProcessToken = advapi32.func('OpenProcessToken', 'int32_t', [
    'intptr_t',
    'uint32_t',
    out(pointer('intptr_t')),
  ]);
  const getTokenInformation = advapi32.func('GetTokenInformation', 'int32_t', [
    'intptr_t',
    'uint32_t',
    out(pointer('uint32_t')),
    'uint32_t',
    out(pointer('uint32_t')),
  ]);
  const closeHandle = kernel32(koffi).func('CloseHandle', 'int32_t', ['intptr_t']);
  const token: [number] = [0];
  if (openProcessToken(CURRENT_PROCESS, TOKEN_QUERY, token) === 0) throw new Error('OpenProcessToken failed');
  try {
    const elevated: [number] = [0];
    const length: [number] = [0];
    if (getTokenInformation(token[0], TOKEN_ELEVATION, elevated, Uint32Array.BYTES_PER_ELEMENT, length) === 0) {
      throw new Error('GetTokenInformation failed');
    }
    return elevated[0] !== 0;
  } finally {
    closeHandle(token[0]);
  }
}
