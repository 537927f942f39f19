/** Electron's entry: the desktop app over the machine's own world, and nothing else. */
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { systemClock } from '../time/clock.ts';
import { startDesktop } from './ipc/desktop.ts';
import { LINK_SCHEME } from './shell/deep-link.ts';
import { HIDDEN } from './shell/open-at-login.ts';
import { CHECK_REMINDERS } from './shell/reminder-check.ts';
import { runApp } from './shell/run-app.ts';
import { handledSquirrelStart, lastingProgram, runUpdate } from './shell/squirrel-start.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** On the stand-in this file runs as it is; else it is the bundle's, with the preload's bundle beside it. */
const isSource = import.meta.url.endsWith('.ts');
/** The project's folder, or the package's archive, which has the same files in the same places. */
const folder = app.getAppPath();

const program = lastingProgram(process.execPath);

/** Before Windows removes the app. */
async function forget(): Promise<void> {
  app.setLoginItemSettings({ openAtLogin: false, path: program, args: [HIDDEN] });
  app.removeAsDefaultProtocolClient(LINK_SCHEME, program, ['--']);
  const { forgetCheckSchedule } = await import('./glasskey-check-schedule.ts');
  await forgetCheckSchedule({
    platform: process.platform,
    environment: process.env,
    homeFolder: homedir(),
    check: [program, CHECK_REMINDERS],
  });
}

const { argv, platform, execPath: executable } = process;

// Not awaited: Electron is not ready before this module has been evaluated to its end.
if (!handledSquirrelStart({ argv, platform, executable, quit: () => app.quit(), forget, update: runUpdate }))
  void runApp({
    hid: async () => (await import('../native/hid/node-hid-bus.ts')).nodeHidBus(),
    windows:
      process.platform === 'win32'
        ? async (window) => (await import('../native/webauthn/windows-access.ts')).windowsAccess(systemClock, window)
        : undefined,
    clock: systemClock,
    environment: process.env,
    homeFolder: homedir(),
    owner: `${userInfo().username}@${hostname()}`,
    files: {
      preload: join(HERE, isSource ? 'preload.ts' : 'preload.cjs'),
      documents: join(folder, 'dist'),
      icons: join(folder, 'main', 'shell', 'icons'),
    },
    command: app.isPackaged ? [program] : [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
    startDesktop,
  });
