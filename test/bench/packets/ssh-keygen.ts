/** The peer: this machine's own ssh-keygen and libfido2, doing the same to a lab key as Glasskey does. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemSshKeygen } from '../../lab/authenticator/system-ssh-keygen.ts';

export interface SshKeygenOver {
  /** The character device that the key answers at. */
  readonly devicePath: string;
  readonly folder: string;
  readonly pin: string;
}

const KEY_FILE = 'id';
const LAST_CANCEL_MS = 500;

/** Makes what Glasskey makes: resident, verify-required. */
export async function enrollWithSshKeygen(over: SshKeygenOver): Promise<void> {
  const kind = ['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required', '-O', `device=${over.devicePath}`];
  await mustRun([...kind, '-N', '', '-f', KEY_FILE], over);
}

/** Signs a file with that key. `preloaded` is what `buildOnlyDevice` gave. */
export async function signWithSshKeygen(over: SshKeygenOver, preloaded: string): Promise<void> {
  await writeFile(join(over.folder, 'message'), 'message');
  await mustRun(['-Y', 'sign', '-n', 'bench', '-f', KEY_FILE, 'message'], over, {
    LD_PRELOAD: preloaded,
    GLASSKEY_BENCH_DEVICE: over.devicePath,
  });
}

/** Compiles only-device.c into `folder` and returns the library's path; undefined where there is no C compiler. */
export async function buildOnlyDevice(folder: string): Promise<string | undefined> {
  const library = join(folder, 'only-device.so');
  const source = fileURLToPath(new URL('./only-device.c', import.meta.url));
  try {
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-o', library, source]);
    return library;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function mustRun(
  args: readonly string[],
  { folder, pin }: SshKeygenOver,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, said } = await systemSshKeygen(args, { folder, pin, environment });
  if (code !== 0) throw new Error(`ssh-keygen ${args.join(' ')} ended with ${code}:\n${said}`);
  // libfido2 sends a last CANCEL as it closes the key: on a busy machine it arrives after ssh-keygen has ended.
  await setTimeout(LAST_CANCEL_MS);
}
