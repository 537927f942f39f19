import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { autostartEntry, autostartFile, setOpenAtLogin } from '../../../main/shell/open-at-login.ts';

describe('opening at login', () => {
  it('is set in the list of Windows and macOS, once and with the program’s own arguments', async () => {
    for (const platform of ['win32', 'darwin'] as const) {
      let isSet = false;
      const calls: unknown[] = [];
      const app = {
        getLoginItemSettings: () => ({ openAtLogin: isSet }),
        setLoginItemSettings(settings: { openAtLogin?: boolean }) {
          calls.push(settings);
          isSet = settings.openAtLogin === true;
        },
      };
      const world = { platform, environment: {}, homeFolder: '/home/me', command: ['/app/glasskey'], app } as const;
      for (const wanted of [true, true, false, false]) await setOpenAtLogin(wanted, world);
      const item = { path: '/app/glasskey', args: ['--hidden'] };
      expect(calls).toEqual([
        { openAtLogin: true, ...item },
        { openAtLogin: false, ...item },
      ]);
    }
  });

  it('on Linux is a file of the autostart folder that the environment names, if it is absolute', () => {
    const homeFolder = '/home/me';
    expect(autostartFile({ homeFolder, environment: {} })).toBe('/home/me/.config/autostart/glasskey.desktop');
    expect(autostartFile({ homeFolder, environment: { XDG_CONFIG_HOME: '/c' } })).toBe('/c/autostart/glasskey.desktop');
    expect(autostartFile({ homeFolder, environment: { XDG_CONFIG_HOME: 'c' } })).toContain('/home/me/.config/');
  });

  it('on Linux removes its own file, and leaves one that somebody wrote by hand', async () => {
    const homeFolder = await mkdtemp(join(tmpdir(), 'gk-autostart-'));
    const app = { getLoginItemSettings: () => ({ openAtLogin: false }), setLoginItemSettings: () => {} };
    const world = { platform: 'linux', environment: {}, homeFolder, command: ['/app/glasskey'], app } as const;
    try {
      await setOpenAtLogin(false, world);
      await setOpenAtLogin(true, world);
      const file = autostartFile(world);
      expect(await readFile(file, 'utf8')).toContain('Exec="/app/glasskey" "--hidden"');
      await setOpenAtLogin(false, world);
      await expect(readFile(file)).rejects.toThrow(/ENOENT/);
      await writeFile(join(dirname(file), 'glasskey.desktop'), '[Desktop Entry]\nExec=my-own-script\n');
      await setOpenAtLogin(false, world);
      expect(await readFile(file, 'utf8')).toContain('my-own-script');
    } finally {
      await rm(homeFolder, { recursive: true, force: true });
    }
  });

  it('quotes what the program’s path may hold', () => {
    const line = autostartEntry(['/opt/a b/$HOME`x`\\"%'])
      .split('\n')
      .find((each) => each.startsWith('Exec='));
    expect(line).toBe('Exec="/opt/a b/\\\\$HOME\\\\`x\\\\`\\\\\\\\\\\\"%%"');
  });

  it('lets no path begin a key of its own', () => {
    const entry = autostartEntry(['/opt/a\nExec=evil\r/glasskey']);
    expect(entry.split(/[\r\n]/).filter((line) => line.startsWith('Exec='))).toEqual([
      'Exec="/opt/a\\nExec=evil\\r/glasskey"',
    ]);
  });
});
