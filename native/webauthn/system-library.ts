/**
 * Windows's own libraries, by their absolute path in the system's folder: never by the search path, on which a file of the same name
 * may lie.
 */
import { win32 } from 'node:path';
import type { LibraryHandle } from 'koffi';
import type { Koffi } from './structures.ts';

/** Characters of the longest path that GetSystemDirectoryW is given room for. */
const MAX_PATH = 260;

/** koffi, loaded on first use: a native module, which nothing but Windows needs for security keys. */
export async function loadKoffi(): Promise<Koffi> {
  return (await import('koffi')).default;
}

/** kernel32 is in every process from its start, so this looks for no file. */
export function kernel32(koffi: Koffi): LibraryHandle {
  return koffi.load('kernel32.dll');
}

/** Throws what koffi throws where there is no such library. `name`: as `webauthn.dll`. */
export function loadSystemLibrary(koffi: Koffi, name: string): LibraryHandle {
  return koffi.load(win32.join(systemFolder(koffi), name));
}

/** `C:\Windows\System32`, from the system itself: no environment variable is asked. */
export function systemFolder(koffi: Koffi): string {
  const getSystemDirectory = kernel32(koffi).func('GetSystemDirectoryW', 'uint32_t', [
    koffi.pointer('uint8_t'),
    'uint32_t',
  ]);
  const path = Buffer.alloc(2 * MAX_PATH);
  const length: unknown = getSystemDirectory(path, MAX_PATH);
  if (typeof length !== 'number' || length === 0 || length >= MAX_PATH) {
    throw new Error('GetSystemDirectoryW gave no path');
  }
  return path.toString('utf16le', 0, 2 * length);
}
