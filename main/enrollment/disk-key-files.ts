/** The key files of an enrollment on disk: whole or not at all, never over an existing one unasked, the old ones kept. */
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { parseKeyFileHead } from '../openssh/key-file.ts';
import { parsePublicLine } from '../openssh/public-line.ts';
import { isSameSkKey } from '../openssh/sk-key.ts';
import { type FilePair, type FileSteps, filePairState, fileSteps, writeFilePair } from '../storage/whole-file.ts';
import type { KeyFileFolder } from './enroll.ts';
import type { KeyFilePair } from './key-files.ts';
import { ownerOnlySteps } from './owner-only-files.ts';

/** Of every command that writes key files: `recover` has a --file too, which takes that file in. */
const ELSEWHERE =
  'Choose another place with glasskey enroll --file PATH, or for all commands with glasskey settings set ssh.keyFile PATH.';

const systemSteps: FileSteps = process.platform === 'win32' ? ownerOnlySteps(fileSteps) : fileSteps;

/** `steps` are what touches the disk, replaceable so that tests can stop between any two. */
export function diskKeyFiles(clock: Clock, steps: FileSteps = systemSteps): KeyFileFolder {
  return {
    async foreign(keyFile, pair) {
      if (pair !== undefined && (await filePairState(filePair(keyFile, pair))) !== 'foreign') return [];
      return existing([keyFile, `${keyFile}.pub`]);
    },
    assertReplaceable: (keyFile) => withFileErrors(keyFile, () => assertFiles(keyFile)),
    async write(keyFile, pair, overwrite) {
      const files = filePair(keyFile, pair);
      return withFileErrors(keyFile, async () => {
        await makeFolder(dirname(keyFile));
        await removeLeftovers(files, steps);
        const isForeign = (await filePairState(files)) === 'foreign';
        const kept = overwrite && isForeign ? await keepOld(keyFile, clock.now(), steps) : [];
        try {
          await writeFilePair(files, steps);
        } catch (error) {
          await putBack(kept, steps);
          throw error;
        }
        return kept.map(({ old }) => old);
      });
    },
    move: (from, to, pair) => withFileErrors(to, () => moveFiles(from, to, pair, clock.now(), steps)),
    async setAside(keyFile) {
      return withFileErrors(keyFile, async () => {
        if ((await existing([keyFile, `${keyFile}.pub`])).length === 0) return [];
        return (await keepOld(keyFile, clock.now(), steps)).map(({ old }) => old);
      });
    },
  };
}

/**
 * The new names are there before the old ones go, and the public half before the private one: stopped anywhere, the pair is whole
 * under one of its names, and so is what lay at `to`.
 */
async function moveFiles(
  from: string,
  to: string,
  pair: KeyFilePair,
  now: number,
  steps: FileSteps,
): Promise<readonly string[]> {
  await assertFiles(to);
  const isThere = await isKeyOf(from, pair);
  if (!isThere && (await isKeyOf(to, pair))) {
    await removeIfOf(`${from}.pub`, pair, steps); // stopped between the last two
    return [];
  }
  const isBegun = isThere && (await isSameFile(`${from}.pub`, `${to}.pub`));
  const kept = isBegun ? [] : await keepOld(to, now, steps);
  try {
    if (isThere) await linkPair(from, to, steps);
    else await writeFilePair(filePair(to, pair), steps);
  } catch (error) {
    await putBack(kept, steps);
    throw error;
  }
  if (isThere) await steps.remove(from);
  await removeIfOf(`${from}.pub`, pair, steps);
  return kept.map(({ old }) => old);
}

async function linkPair(from: string, to: string, steps: FileSteps): Promise<void> {
  for (const half of ['.pub', '']) {
    if (!(await isSameFile(from + half, to + half))) await steps.link(from + half, to + half);
  }
  await steps.flushFolder(dirname(to));
}

/** Both halves are there, and are of that key, whatever its owner made of passphrase and comment. */
async function isKeyOf(keyFile: string, pair: KeyFilePair): Promise<boolean> {
  try {
    const { publicKey } = parsePublicLine(pair.publicLine);
    const head = parseKeyFileHead(await readFile(keyFile));
    const line = parsePublicLine(await readFile(`${keyFile}.pub`, 'utf8'));
    return isSameSkKey(head.publicKey, publicKey) && isSameSkKey(line.publicKey, publicKey);
  } catch {
    return false; // gone, or something else: it is neither moved nor removed
  }
}

async function removeIfOf(publicFile: string, pair: KeyFilePair, steps: FileSteps): Promise<void> {
  try {
    const { publicKey } = parsePublicLine(await readFile(publicFile, 'utf8'));
    if (!isSameSkKey(publicKey, parsePublicLine(pair.publicLine).publicKey)) return;
  } catch {
    return; // gone, or something else
  }
  await steps.remove(publicFile);
}

function filePair(keyFile: string, { privateFile, publicLine }: KeyFilePair): FilePair {
  return {
    privatePath: keyFile,
    privateBytes: privateFile,
    publicPath: `${keyFile}.pub`,
    publicBytes: new TextEncoder().encode(publicLine),
  };
}

interface Kept {
  readonly path: string;
  readonly old: string;
}

/**
 * `id_ed25519_sk` becomes `id_ed25519_sk.old-20261123T101500Z`. Both files have their second name before either loses its
 * first, and the private one loses it last (ssh needs no other): stopped anywhere, the old key can still log in, and no
 * pair is ever mixed.
 */
async function keepOld(keyFile: string, now: number, steps: FileSteps): Promise<readonly Kept[]> {
  await assertFiles(keyFile);
  const base = await nameForOld(keyFile, now);
  const kept: Kept[] = [];
  for (const path of await existing([keyFile, `${keyFile}.pub`])) {
    const old = base + path.slice(keyFile.length);
    if (!(await isSameFile(path, old))) await steps.link(path, old);
    kept.push({ path, old });
  }
  await steps.flushFolder(dirname(keyFile));
  for (const { path } of kept.toReversed()) await steps.remove(path);
  return kept;
}

/** The name that a run which was stopped has already given the private file; else one that is free for both. */
async function nameForOld(keyFile: string, now: number): Promise<string> {
  const folder = dirname(keyFile);
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${basename(keyFile)}.old-`));
  for (const name of names) if (await isSameFile(join(folder, name), keyFile)) return join(folder, name);
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let count = 1; ; count++) {
    const name = `${basename(keyFile)}.old-${stamp}${count === 1 ? '' : `-${count}`}`;
    if (!names.includes(name) && !names.includes(`${name}.pub`)) return join(folder, name);
  }
}

/** The new files could not be written: the old ones are there again as they were, unless somebody took their place. */
async function putBack(kept: readonly Kept[], steps: FileSteps): Promise<void> {
  for (const { path, old } of kept) {
    await steps.link(old, path).then(
      () => steps.remove(old).catch(() => {}),
      () => {},
    );
  }
}

/** Half-written files of a run that was killed (whole-file.ts names them): nothing else is called so. */
async function removeLeftovers({ privatePath, publicPath }: FilePair, steps: FileSteps): Promise<void> {
  const folder = dirname(privatePath);
  const ours = [privatePath, publicPath].map((path) => `.${basename(path)}.`);
  for (const name of await readdir(folder)) {
    const isLeftover = ours.some(
      (start) => name.startsWith(start) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(start.length)),
    );
    if (isLeftover) await steps.remove(join(folder, name));
  }
}

/** Those that are there; a link that leads nowhere is in the way too. */
async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) if ((await identity(path)) !== undefined) found.push(path);
  return found;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = [await identity(a), await identity(b)];
  return one !== undefined && one === other;
}

async function assertFiles(keyFile: string): Promise<void> {
  for (const path of await existing([keyFile, `${keyFile}.pub`])) {
    if (!(await lstat(path)).isFile()) throw notAFile(path);
  }
}

/** Two names of one file have the same. */
async function identity(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await lstat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    // No permission, a name that is too long, a file in the place of a folder.
    throw new GlasskeyError({
      code: 'FILE_READ_FAILED',
      message: `${path} cannot be looked at.`,
      remedy: ELSEWHERE,
      detail: { path },
      cause,
    });
  }
}

/** `~/.ssh` is made as ssh wants it: 0700. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new GlasskeyError({
      code: 'FILE_WRITE_FAILED',
      message: `The folder ${folder} could not be made.`,
      remedy: ELSEWHERE,
      detail: { path: folder },
      cause,
    });
  }
}

function notAFile(path: string): GlasskeyError {
  return new GlasskeyError({
    code: 'FILE_EXISTS',
    message: `${path} exists already, and is a folder or a link: Glasskey replaces only files.`,
    remedy: ELSEWHERE,
    detail: { path },
  });
}

async function withFileErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof GlasskeyError) throw cause;
    throw new GlasskeyError({
      code: 'FILE_WRITE_FAILED',
      message: `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      remedy: 'Check that its folder is yours and that the disk is not full, then repeat the command.',
      detail: { path },
      cause,
    });
  }
}
