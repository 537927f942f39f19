/** Whether ssh takes a configuration: `ssh -G`, which reads it and connects to nothing. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIMIT_MS = 10_000;

/**
 * Tries `text` as a whole configuration file, before it takes the place of another. `ssh` is the program's path. Undefined where it is
 * taken; else what ssh says of it, on one line. Files that it includes are read too.
 */
export async function configFault(ssh: string, text: string | Uint8Array): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'glasskey-config-'));
  try {
    const file = join(folder, 'config');
    await writeFile(file, text, { mode: 0o600 });
    return await new Promise((resolve) => {
      const words = ['-F', file, '-G', 'glasskey.invalid'];
      execFile(ssh, words, { timeout: LIMIT_MS, windowsHide: true }, (error, _stdout, stderr) => {
        if (error === null) return resolve(undefined);
        const said = stderr
          .trim()
          .replaceAll(`${file}: `, '')
          .replaceAll(/\s*\r?\n\s*/g, '; ');
        resolve(said === '' ? error.message : said);
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
