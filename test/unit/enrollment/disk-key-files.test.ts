import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskKeyFiles } from '../../../main/enrollment/disk-key-files.ts';
import type { KeyFilePair } from '../../../main/enrollment/key-files.ts';
import { type FileSteps, fileSteps } from '../../../main/storage/whole-file.ts';

const PAIR: KeyFilePair = {
  privateFile: new TextEncoder().encode('new private'),
  publicLine: 'new public\n',
  fingerprint: 'SHA256:x',
};
const clock = { now: () => Date.UTC(2026, 10, 23, 10, 15), after: () => () => {} };
let folder: string;
let keyFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-files-'));
  keyFile = join(folder, 'id_ed25519_sk');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function oldPair(): Promise<void> {
  await writeFile(keyFile, 'old private');
  await writeFile(`${keyFile}.pub`, 'old public');
}

/** Every file of the folder with its text. */
async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])),
  );
}

/** The real steps until the one numbered `count` (from 0), which fails. */
function stepsUntil(count: number, code = 'ENOSPC'): FileSteps {
  let left = count;
  const limited =
    <A extends unknown[]>(step: (...rest: A) => Promise<void>) =>
    (...rest: A) => {
      left -= 1;
      return left < 0 ? Promise.reject(Object.assign(new Error(`${code}: injected`), { code })) : step(...rest);
    };
  return {
    writeFlushed: limited(fileSteps.writeFlushed),
    link: limited(fileSteps.link),
    rename: limited(fileSteps.rename),
    remove: limited(fileSteps.remove),
    flushFolder: limited(fileSteps.flushFolder),
  };
}

const NEW = { id_ed25519_sk: 'new private', 'id_ed25519_sk.pub': 'new public\n' };
const OLD = 'id_ed25519_sk.old-20261123T101500Z';

describe('key files on disk', () => {
  it('are written into a folder that is made for them, for their owner alone', async () => {
    const path = join(folder, 'home', '.ssh', 'key');
    expect(await diskKeyFiles(clock).write(path, PAIR, false)).toEqual([]);
    expect((await stat(join(folder, 'home', '.ssh'))).mode & 0o777).toBe(0o700);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('written twice are left alone the second time', async () => {
    await diskKeyFiles(clock).write(keyFile, PAIR, true);
    const { ino } = await stat(keyFile);
    expect(await diskKeyFiles(clock).write(keyFile, PAIR, true)).toEqual([]);
    expect((await stat(keyFile)).ino).toBe(ino);
    expect(await contents()).toEqual(NEW);
  });

  it('never replace others unasked', async () => {
    await oldPair();
    await expect(diskKeyFiles(clock).write(keyFile, PAIR, false)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await contents()).toEqual({ id_ed25519_sk: 'old private', 'id_ed25519_sk.pub': 'old public' });
  });

  it('replace others when asked to, and keep them beside under one name', async () => {
    await oldPair();
    const kept = await diskKeyFiles(clock).write(keyFile, PAIR, true);
    expect(kept).toEqual([join(folder, OLD), join(folder, `${OLD}.pub`)]);
    expect(await contents()).toEqual({ ...NEW, [OLD]: 'old private', [`${OLD}.pub`]: 'old public' });
  });

  it('replaced twice within a second keep both old pairs', async () => {
    await oldPair();
    await diskKeyFiles(clock).write(keyFile, PAIR, true);
    const newer = { ...PAIR, privateFile: new TextEncoder().encode('newer private'), publicLine: 'newer public\n' };
    await diskKeyFiles(clock).write(keyFile, newer, true);
    expect(await contents()).toEqual({
      id_ed25519_sk: 'newer private',
      'id_ed25519_sk.pub': 'newer public\n',
      [OLD]: 'old private',
      [`${OLD}.pub`]: 'old public',
      [`${OLD}-2`]: 'new private',
      [`${OLD}-2.pub`]: 'new public\n',
    });
  });

  it.each(['id_ed25519_sk', 'id_ed25519_sk.pub'])('do not replace a folder, asked or not: %s', async (name) => {
    await mkdir(join(folder, name));
    await expect(diskKeyFiles(clock).write(keyFile, PAIR, true)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await readdir(folder)).toEqual([name]);
  });

  it('do not replace a link, nor write through it', async () => {
    await symlink(join(folder, 'elsewhere'), keyFile);
    expect(await diskKeyFiles(clock).foreign(keyFile, undefined)).toEqual([keyFile]);
    await expect(diskKeyFiles(clock).write(keyFile, PAIR, true)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await readdir(folder)).toEqual(['id_ed25519_sk']);
  });

  it('of which half was written count as ours, and are finished', async () => {
    await writeFile(`${keyFile}.pub`, PAIR.publicLine);
    expect(await diskKeyFiles(clock).foreign(keyFile, PAIR)).toEqual([]);
    expect(await diskKeyFiles(clock).foreign(keyFile, undefined)).toEqual([`${keyFile}.pub`]);
    await diskKeyFiles(clock).write(keyFile, PAIR, false);
    expect(await contents()).toEqual(NEW);
  });

  it('take away what a killed run left, and nothing that only looks like it', async () => {
    await writeFile(join(folder, '.id_ed25519_sk.0123456789ab.tmp'), 'new pri');
    await writeFile(join(folder, '.id_ed25519_sk.pub.0123456789ab.tmp'), 'new');
    await writeFile(join(folder, '.id_ed25519_sk.mine.tmp'), 'mine');
    await writeFile(join(folder, '.other.0123456789ab.tmp'), 'mine');
    await diskKeyFiles(clock).write(keyFile, PAIR, false);
    expect(await contents()).toEqual({ ...NEW, '.id_ed25519_sk.mine.tmp': 'mine', '.other.0123456789ab.tmp': 'mine' });
  });

  it('that fail at any step of a replacement leave the old pair usable, and the next try succeeds', async () => {
    for (let count = 0; ; count++) {
      await rm(folder, { recursive: true });
      await mkdir(folder);
      await oldPair();
      const failed = await diskKeyFiles(clock, stepsUntil(count))
        .write(keyFile, PAIR, true)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      const left = await contents();
      const usable = Object.keys(left).filter((name) => left[name] === 'old private');
      expect(usable, `step ${count}`).not.toEqual([]);
      expect(Object.values(left), `step ${count}`).toContain('old public');
      const pair = [left.id_ed25519_sk, left['id_ed25519_sk.pub']];
      expect([
        ['old private', 'old public'],
        ['old private', undefined],
        [undefined, undefined],
        [undefined, 'new public\n'],
        ['new private', 'new public\n'],
      ]).toContainEqual(pair);
      if (failed === undefined) {
        expect(count).toBeGreaterThan(10);
        break;
      }
      expect(failed).toMatchObject({ code: 'FILE_WRITE_FAILED' });
      await diskKeyFiles(clock).write(keyFile, PAIR, true);
      expect(await contents(), `step ${count}`).toEqual({ ...NEW, [OLD]: 'old private', [`${OLD}.pub`]: 'old public' });
    }
  });

  it('that cannot be written put the old ones back', async () => {
    await oldPair();
    const full: FileSteps = {
      ...fileSteps,
      writeFlushed: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    };
    await expect(diskKeyFiles(clock, full).write(keyFile, PAIR, true)).rejects.toMatchObject({
      code: 'FILE_WRITE_FAILED',
    });
    expect(await contents()).toEqual({ id_ed25519_sk: 'old private', 'id_ed25519_sk.pub': 'old public' });
  });

  it('whose folder cannot be made say so', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(diskKeyFiles(clock).write(join(folder, 'file', 'key'), PAIR, false)).rejects.toMatchObject({
      code: 'FILE_WRITE_FAILED',
      remedy: expect.stringMatching(/glasskey enroll --file PATH, .*glasskey settings set ssh\.keyFile/),
    });
  });

  it.each([
    ['a name that is too long', 'x'.repeat(300)],
    ['a name with a zero byte', 'a\u0000b'],
  ])('says that %s cannot be looked at', async (_, name) => {
    await expect(diskKeyFiles(clock).foreign(join(folder, name), undefined)).rejects.toMatchObject({
      code: 'FILE_READ_FAILED',
    });
  });
});
