import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPackageWithOptions } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLeftOut, wrongFiles } from '../../../packaging/app-files.ts';
import { nativeBinaries, nativePackages, UNPACKED } from '../../../packaging/native-files.ts';

const TARGET = { platform: 'linux', arch: 'x64' };

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasskey-app-files-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const RIGHT = [
  'package.json',
  '.vite/build/index.js',
  '.vite/build/sign-in-B1x_2.js',
  '.vite/build/preload.cjs',
  'dist/window/index.html',
  'dist/window/assets/index-abc.js',
  'dist/prompt/index.html',
  ...nativePackages(TARGET).flatMap(({ name, paths }) => paths.map((path) => `node_modules/${name}/${path}`)),
];

async function archiveOf(files: readonly string[], unpack = UNPACKED): Promise<string> {
  count += 1;
  const app = join(folder, `app-${count}`);
  for (const file of files) {
    await mkdir(dirname(join(app, file)), { recursive: true });
    await writeFile(join(app, file), 'x');
  }
  const archive = join(folder, `app-${count}.asar`);
  await createPackageWithOptions(app, archive, { unpack });
  return archive;
}

describe('wrongFiles', () => {
  it('finds nothing in an archive with what is needed', async () => {
    expect(wrongFiles(await archiveOf(RIGHT), TARGET)).toEqual([]);
  });

  it.each([
    '.vite/build/index.js.map',
    'dist/window/assets/index.js.map',
    'main/index.ts',
    'node_modules/koffi/index.d.ts',
    'dist/window/enroll.test.js',
  ])('finds %s, which is for developers', async (planted) => {
    expect(wrongFiles(await archiveOf([...RIGHT, planted]), TARGET)).toEqual([`/${planted} is for developers`]);
  });

  it.each([
    'node_modules/koffi/README.md',
    'node_modules/react/index.js',
    'node_modules/cbor-extract/index.js',
    '.vite/build/licenses-main.json',
    '.env',
    'dist/cli.cjs',
  ])('finds %s, which is not needed', async (planted) => {
    expect(wrongFiles(await archiveOf([...RIGHT, planted]), TARGET)).toEqual([`/${planted} is not needed`]);
  });

  it('finds another platform’s binary', async () => {
    const planted = 'node_modules/node-hid/prebuilds/HID-win32-x64/node-napi-v4.node';
    expect(wrongFiles(await archiveOf([...RIGHT, planted]), TARGET)).toEqual([`/${planted} is not needed`]);
  });

  it.each(['.vite/build/index.js', '.vite/build/preload.cjs', 'dist/window/index.html', 'dist/prompt/index.html'])(
    'finds %s missing',
    async (missing) => {
      const archive = await archiveOf(RIGHT.filter((file) => file !== missing));
      expect(wrongFiles(archive, TARGET)).toEqual([`/${missing} is missing`]);
    },
  );

  it('finds each native binary missing, and each inside the archive', async () => {
    for (const binary of nativeBinaries(TARGET)) {
      const without = await archiveOf(RIGHT.filter((file) => file !== binary));
      expect(wrongFiles(without, TARGET)).toEqual([`/${binary} is missing`]);
    }
    expect(wrongFiles(await archiveOf(RIGHT, '*.nothing'), TARGET)).toEqual(
      expect.arrayContaining(nativeBinaries(TARGET).map((binary) => `/${binary} is not unpacked`)),
    );
  });

  it('finds code beside the archive, where its integrity is not checked', async () => {
    expect(wrongFiles(await archiveOf(RIGHT, '**/{*.node,nodehid.js}'), TARGET)).toEqual([
      '/node_modules/node-hid/nodehid.js is unpacked',
    ]);
  });
});

describe('isLeftOut', () => {
  it('lets in bundles and documents alone', () => {
    for (const path of ['', '/package.json', '/.vite', '/.vite/build/index.js', '/dist', '/dist/window/assets/a.js']) {
      expect([path, isLeftOut(path)]).toEqual([path, false]);
    }
    for (const path of [
      '/node_modules',
      '/main/index.ts',
      '/main/shell/app-tray.ts',
      '/main/shell/icons/draw.ts',
      '/main/agent',
      '/dist/cli.cjs',
      '/dist/window/index.js.map',
      '/.vite/build/licenses-main.json',
      '/.viteother',
      '/out',
      '/test',
    ]) {
      expect([path, isLeftOut(path)]).toEqual([path, true]);
    }
  });
});

describe('nativePackages', () => {
  it('names spawn-helper on macOS alone, and it is unpacked', () => {
    const mac = nativeBinaries({ platform: 'darwin', arch: 'arm64' });
    expect(mac).toContain('node_modules/@lydell/node-pty-darwin-arm64/spawn-helper');
    expect(nativeBinaries(TARGET).join()).not.toContain('spawn-helper');
  });

  it('names one platform’s binaries', () => {
    expect(nativeBinaries({ platform: 'win32', arch: 'x64' })).toEqual([
      'node_modules/node-hid/prebuilds/HID-win32-x64/node-napi-v4.node',
      'node_modules/@lydell/node-pty-win32-x64/conpty.node',
      'node_modules/@lydell/node-pty-win32-x64/conpty_console_list.node',
      'node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node',
    ]);
  });
});
