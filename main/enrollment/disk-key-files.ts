/** The key files of an enrollment on disk: whole or not at all, never over an existing one unasked, the old ones kept. */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { type FilePair, filePairState, writeFilePair } from '../storage/whole-file.ts';
import type { KeyFileFolder } from './enroll.ts';
import type { KeyFilePair } from './key-files.ts';

export function diskKeyFiles(clock: Clock): KeyFileFolder {
  return {
    async foreign(keyFile, pair) {
      if (pair !== undefined && (await filePairState(filePair(keyFile, pair))) !== 'foreign') return [];
      return [keyFile, `${keyFile}.pub`].filter((path) => existsSync(path));
    },
    async write(keyFile, pair, overwrite) {
      await makeFolder(dirname(keyFile));
      const files = filePair(keyFile, pair);
      const kept = overwrite && (await filePairState(files)) === 'foreign' ? await keepOld(keyFile, clock.now()) : [];
      await writeFilePair(files);
      return kept;
    },
  };
}

function filePair(keyFile: string, { privateFile, publicLine }: KeyFilePair): FilePair {
  return {
    privatePath: keyFile,
    privateBytes: privateFile,
    publicPath: `${keyFile}.pub`,
    publicBytes: new TextEncoder().encode(publicLine),
  };
}

/** `id_ed25519_sk` becomes `id_ed25519_sk.old-20261123T101500Z`: the private file first, so that no pair is ever mixed. */
async function keepOld(keyFile: string, now: number): Promise<readonly string[]> {
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const kept: string[] = [];
  for (const ending of ['', '.pub']) {
    const path = `${keyFile}${ending}`;
    if (!existsSync(path)) continue;
    const old = `${keyFile}.old-${stamp}${ending}`;
    await rename(path, old);
    kept.push(old);
  }
  return kept;
}

/** `~/.ssh` is made as ssh wants it: 0700. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new GlasskeyError({
      code: 'FILE_WRITE_FAILED',
      message: `The folder ${folder} could not be made.`,
      remedy: 'Choose another place with --file PATH.',
      detail: { path: folder },
      cause,
    });
  }
}
