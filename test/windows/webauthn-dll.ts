/** The webauthn.dll of the tests, compiled once and put where Windows has its own. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.ts';

/** `windows`: of `installWindows`. */
export async function installWebauthnDll(windows: string): Promise<void> {
  const library = join(windows, 'webauthn.dll');
  await compile('webauthn-dll.c', library, ['-shared', '-lws2_32', '-luser32']);
  await copyFile(library, join(windows, 'prefix', 'drive_c', 'windows', 'system32', 'webauthn.dll'));
}
