import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolderPath, ensureDataFolder } from '../../../main/storage/data-folder.ts';

describe("the data folder's path", () => {
  const home = '/home/alice';
  it.each([
    ['linux', {}, '/home/alice/.local/share/glasskey'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/glasskey'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/alice/.local/share/glasskey'],
    ['linux', { XDG_DATA_HOME: '/data', GLASSKEY_HOME: '/own/' }, '/own/'],
    ['darwin', { XDG_DATA_HOME: '/data' }, '/home/alice/Library/Application Support/Glasskey'],
  ] as const)('on %s with %j is %s', (platform, env, expected) => {
    expect(dataFolderPath({ platform, env, home })).toBe(expected);
  });

  it('on Windows lies in the local application data', () => {
    const world = { platform: 'win32', home: 'C:\\Users\\alice' } as const;
    const expected = 'C:\\Users\\alice\\AppData\\Local\\Glasskey';
    expect(dataFolderPath({ ...world, env: { LOCALAPPDATA: 'C:\\Users\\alice\\AppData\\Local' } })).toBe(expected);
    expect(dataFolderPath({ ...world, env: {} })).toBe(expected);
  });

  it('is refused where GLASSKEY_HOME is relative', () => {
    expect(() => dataFolderPath({ platform: 'linux', env: { GLASSKEY_HOME: 'here' }, home })).toThrow(
      expect.objectContaining({ code: 'DATA_FOLDER_RELATIVE' }),
    );
  });
});

describe('the data folder', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'gk-'));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  it('is made 0700 with its parents, and made 0700 again where others got in', async () => {
    const folder = join(base, 'a', 'b');
    ensureDataFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await chmod(folder, 0o755);
    ensureDataFolder(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('is refused where a file, a symbolic link or an unwritable parent is in the way', async () => {
    await writeFile(join(base, 'file'), '');
    await mkdir(join(base, 'real'));
    await symlink(join(base, 'real'), join(base, 'link'));
    for (const folder of [join(base, 'file'), join(base, 'link'), '/proc/glasskey']) {
      expect(() => ensureDataFolder(folder), folder).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }));
    }
  });
});
