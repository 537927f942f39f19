/** The ssh.exe of the tests, compiled once and put where Windows has OpenSSH for Windows. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.ts';

/** `windows`: of `installWindows`. */
export async function installSshExe(windows: string): Promise<void> {
  const folder = join(windows, 'prefix', 'drive_c', 'windows', 'system32', 'OpenSSH');
  await mkdir(folder, { recursive: true });
  await compile('ssh-exe.c', join(folder, 'ssh.exe'), ['-municode', '-lws2_32']);
}
