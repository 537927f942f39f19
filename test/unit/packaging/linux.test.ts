import { readFile } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolderPath } from '../../../main/storage/data-folder.ts';
import {
  APP_USER_MODEL_ID,
  EXECUTABLE,
  LINK_SCHEME,
  PRODUCT_NAME,
  SQUIRREL_PACKAGE,
} from '../../../packaging/identity.ts';
import { APP_FOLDER } from '../../../packaging/linux/installed-tree.ts';
import { debianArch, debianControl } from '../../../packaging/linux/maker-deb.ts';
import { rpmArch, rpmSpec } from '../../../packaging/linux/maker-rpm.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LINUX = join(ROOT, 'packaging', 'linux');

describe('the desktop entry', () => {
  it('starts the installed program with a link, and says whose windows are its own', async () => {
    const lines = (await readFile(join(LINUX, 'glasskey.desktop'), 'utf8')).split('\n');
    expect(lines[0]).toBe('[Desktop Entry]');
    expect(lines).toContain(`Exec=${APP_FOLDER}/${EXECUTABLE} %u`);
    expect(lines).toContain(`MimeType=x-scheme-handler/${LINK_SCHEME};`);
    expect(lines).toContain(`StartupWMClass=${PRODUCT_NAME}`);
    expect(lines).toContain('Icon=glasskey');
  });
});

describe('the packages', () => {
  it('ask for the OpenSSH that knows security keys', () => {
    expect(debianControl('1.2.3', 'x64', 1)).toMatch(/^Depends: .*openssh-client \(>= 1:8\.2\)/m);
    expect(rpmSpec({ version: '1.2.3', root: '/r', afterInstall: '', afterRemove: '' })).toMatch(
      /^Requires: openssh-clients >= 8\.2$/m,
    );
  });

  it('are refused for a processor that Electron is not made for', () => {
    expect([debianArch('x64'), debianArch('arm64'), rpmArch('x64'), rpmArch('arm64')]).toEqual([
      'amd64',
      'arm64',
      'x86_64',
      'aarch64',
    ]);
    expect(() => debianArch('ia32')).toThrow(/ia32/);
    expect(() => rpmArch('armv7l')).toThrow(/armv7l/);
  });
});

describe('identity', () => {
  it('has the app user model id that Squirrel gives to shortcuts', async () => {
    expect(APP_USER_MODEL_ID).toBe('com.squirrel.GlasskeyApp.glasskey');
    expect(await readFile(join(ROOT, 'main', 'shell', 'run-app.ts'), 'utf8')).toContain(`'${APP_USER_MODEL_ID}'`);
  });

  it('has Squirrel install, and delete, another folder than the one with the data', () => {
    const localAppData = 'C:\\Users\\alice\\AppData\\Local';
    const data = dataFolderPath({ platform: 'win32', env: { LOCALAPPDATA: localAppData }, home: 'C:\\Users\\alice' });
    const installed = win32.join(localAppData, SQUIRREL_PACKAGE);
    // File systems of Windows know no case.
    expect(win32.relative(installed, data)).toMatch(/^\.\.\\/);
    expect(win32.relative(data, installed)).toMatch(/^\.\.\\/);
  });
});
