import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyNativePackages, nativePackages, type Target } from '../../../packaging/native-files.ts';
import { packagedPaths } from '../../../packaging/packaged-paths.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasskey-native-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A project with the packages of `target`, and beside each wanted file one that is not. */
async function projectFor(target: Target): Promise<string> {
  const root = join(folder, target.platform);
  for (const { name, paths } of nativePackages(target)) {
    for (const path of [...paths, 'README.md', 'prebuilds/other/node-napi-v4.node']) {
      const file = join(root, 'node_modules', name, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, 'x');
      await chmod(file, 0o644);
    }
  }
  return root;
}

describe('copyNativePackages', () => {
  const MAC = { platform: 'darwin', arch: 'arm64' };

  it('copies what is named and no more, and makes the helper a program', async () => {
    const app = join(folder, 'app');
    await copyNativePackages(await projectFor(MAC), app, MAC);
    const helper = join(app, 'node_modules/@lydell/node-pty-darwin-arm64/spawn-helper');
    expect((await stat(helper)).mode & 0o111).toBe(0o111);
    await expect(stat(join(app, 'node_modules/node-hid/nodehid.js'))).resolves.toBeDefined();
    await expect(stat(join(app, 'node_modules/node-hid/README.md'))).rejects.toThrow(/ENOENT/);
    await expect(stat(join(app, 'node_modules/node-hid/prebuilds/other'))).rejects.toThrow(/ENOENT/);
  });

  it('refuses to package for a platform whose binaries are not installed, and says how to get them', async () => {
    const windows = { platform: 'win32', arch: 'x64' };
    await expect(copyNativePackages(await projectFor(MAC), join(folder, 'none'), windows)).rejects.toThrow(
      /not in node_modules.*--os=win32 --cpu=x64/,
    );
  });
});

describe('packagedPaths', () => {
  it('finds program and archive on each platform', () => {
    expect(packagedPaths('/out', 'linux')).toEqual({ program: '/out/glasskey', archive: '/out/resources/app.asar' });
    expect(packagedPaths('/out', 'win32')).toMatchObject({ program: '/out/glasskey.exe' });
    expect(packagedPaths('/out', 'darwin')).toEqual({
      program: '/out/Glasskey.app',
      archive: '/out/Glasskey.app/Contents/Resources/app.asar',
    });
  });
});
