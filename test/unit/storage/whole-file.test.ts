import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FilePair,
  type FileSteps,
  filePairState,
  fileSteps,
  patientSteps,
  writeFilePair,
  writeWholeFile,
} from '../../../main/storage/whole-file.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const NEW = { mode: 0o600, overwrite: false } as const;
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const failure = (code: string) => Object.assign(new Error(`${code}: injected`), { code });

/** The real steps, with one that fails. */
function failing(step: keyof FileSteps, code = 'ENOSPC'): FileSteps {
  return { ...fileSteps, [step]: async () => Promise.reject(failure(code)) };
}

describe('a whole file', () => {
  it('is written with its mode, whatever the umask, and nothing beside it', async () => {
    await writeWholeFile(path, bytes('hello'), { mode: 0o666, overwrite: false });
    expect(await readFile(path, 'utf8')).toBe('hello');
    expect((await stat(path)).mode & 0o777).toBe(0o666);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('never replaces an existing one unasked, nor follows a link', async () => {
    await writeFile(path, 'old');
    await symlink(join(folder, 'nowhere'), join(folder, 'link'));
    await expect(writeWholeFile(path, bytes('new'), NEW)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    await expect(writeWholeFile(join(folder, 'link'), bytes('new'), NEW)).rejects.toMatchObject({
      code: 'FILE_EXISTS',
    });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect((await readdir(folder)).sort()).toEqual(['file', 'link']);
  });

  it('replaces one when asked to, with the new mode', async () => {
    await writeFile(path, 'old');
    await chmod(path, 0o644);
    await writeWholeFile(path, bytes('new'), { mode: 0o600, overwrite: true });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('written by twenty at once without overwriting comes from exactly one of them, whole', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    const outcomes = await Promise.allSettled(texts.map((text) => writeWholeFile(path, bytes(text), NEW)));
    const winners = texts.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toEqual([await readFile(path, 'utf8')]);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('appears by somebody else between our look and our write, and stays theirs', async () => {
    const racing: FileSteps = {
      ...fileSteps,
      async link(from, to) {
        await writeFile(to, 'theirs');
        await fileSteps.link(from, to);
      },
    };
    await expect(writeWholeFile(path, bytes('ours'), NEW, racing)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(await readFile(path, 'utf8')).toBe('theirs');
  });

  it.each(['writeFlushed', 'link', 'flushFolder'] as const)(
    'on a full disk, found out by %s, leaves nothing',
    async (step) => {
      await expect(writeWholeFile(path, bytes('x'), NEW, failing(step))).rejects.toMatchObject({
        code: 'FILE_WRITE_FAILED',
        detail: { errno: 'ENOSPC' },
      });
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it.each(['writeFlushed', 'rename'] as const)(
    'that was to be replaced stays as it was when %s fails',
    async (step) => {
      await writeFile(path, 'old');
      const replacing = { mode: 0o600, overwrite: true };
      await expect(writeWholeFile(path, bytes('x'), replacing, failing(step))).rejects.toMatchObject({
        code: 'FILE_WRITE_FAILED',
      });
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(folder)).toEqual(['file']);
    },
  );

  it('in a folder that is not there is refused with a typed error', async () => {
    await expect(writeWholeFile(join(folder, 'no', 'file'), bytes('x'), NEW)).rejects.toMatchObject({
      code: 'FILE_WRITE_FAILED',
    });
  });
});

describe('a pair of files', () => {
  let pair: FilePair;
  beforeEach(() => {
    pair = {
      privatePath: join(folder, 'id'),
      privateBytes: bytes('private'),
      publicPath: join(folder, 'id.pub'),
      publicBytes: bytes('public'),
    };
  });
  const mode = async (name: string) => (await stat(join(folder, name))).mode & 0o777;

  it('is written, the private one 0600, and writing it again changes nothing', async () => {
    expect(await filePairState(pair)).toBe('absent');
    await writeFilePair(pair);
    expect(await filePairState(pair)).toBe('complete');
    expect([await mode('id'), await mode('id.pub')]).toEqual([0o600, 0o644]);
    await writeFilePair(pair);
    expect((await readdir(folder)).sort()).toEqual(['id', 'id.pub']);
  });

  it('of which a crash left the first half is known again and finished', async () => {
    const crash = new Error('killed here');
    const crashing: FileSteps = {
      ...fileSteps,
      link: async (from, to) => (to === pair.privatePath ? Promise.reject(crash) : fileSteps.link(from, to)),
      remove: async (file) => (file === pair.publicPath ? undefined : fileSteps.remove(file)), // a dead process tidies nothing
    };
    await expect(writeFilePair(pair, crashing)).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED' });
    expect(await filePairState(pair)).toBe('half-written');
    await writeFilePair(pair);
    expect(await filePairState(pair)).toBe('complete');
  });

  it('of which the second file cannot be written leaves nothing', async () => {
    const full: FileSteps = {
      ...fileSteps,
      link: async (from, to) =>
        to === pair.privatePath ? Promise.reject(failure('ENOSPC')) : fileSteps.link(from, to),
    };
    await expect(writeFilePair(pair, full)).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED' });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['id', 'id.pub'])("is not written over somebody's %s, and the other file is not made", async (name) => {
    await writeFile(join(folder, name), 'theirs');
    expect(await filePairState(pair)).toBe('foreign');
    await expect(writeFilePair(pair)).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      detail: { path: join(folder, name) },
    });
    expect(await readdir(folder)).toEqual([name]);
    expect(await readFile(join(folder, name), 'utf8')).toBe('theirs');
  });
});

describe('a file that another program has open for a moment, as virus scanners of Windows do', () => {
  /** The real steps, of which one fails so many times; and how long was waited in all. */
  function held(step: 'rename' | 'link' | 'remove', times: number, code = 'EPERM') {
    let left = times;
    let waited = 0;
    const real = fileSteps[step] as (...paths: string[]) => Promise<void>;
    const steps: FileSteps = {
      ...fileSteps,
      [step]: (...paths: string[]) => (left-- > 0 ? Promise.reject(failure(code)) : real(...paths)),
    };
    const clock = {
      now: () => 0,
      after(ms: number, run: () => void) {
        waited += ms;
        queueMicrotask(run);
        return () => {};
      },
    };
    return { steps: patientSteps(steps, clock), waited: () => waited };
  }

  it.each(['EPERM', 'EBUSY', 'EACCES'])('is waited for: %s', async (code) => {
    const { steps, waited } = held('rename', 5, code);
    await writeFile(path, 'old');
    await writeWholeFile(path, bytes('new'), { mode: 0o600, overwrite: true }, steps);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(waited()).toBe(10 + 20 + 40 + 80 + 160);
  });

  it('is waited for no longer than two seconds, and then told', async () => {
    const { steps, waited } = held('rename', 1_000);
    await writeFile(path, 'old');
    const written = writeWholeFile(path, bytes('new'), { mode: 0o600, overwrite: true }, steps);
    await expect(written).rejects.toMatchObject({ code: 'FILE_WRITE_FAILED', detail: { errno: 'EPERM' } });
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
    expect(waited()).toBeLessThan(2_000);
  });

  it('is no reason to wait where something else is wrong', async () => {
    const { steps, waited } = held('link', 1, 'EEXIST');
    await expect(writeWholeFile(path, bytes('new'), NEW, steps)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(waited()).toBe(0);
  });
});
