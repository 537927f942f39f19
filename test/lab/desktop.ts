/**
 * The desktop app as it is, with one difference: its HID bus is the lab authenticator's socket, named by GLASSKEY_LAB_KEY. The lab
 * plugs in from outside; the product knows nothing of it. A test turns its clock by `globalThis.labClock`. Its documents are those in
 * the folder that GLASSKEY_LAB_DOCUMENTS names. With GLASSKEY_LAB_WINDOWS_PIN it is an ordinary account's on Windows, into whose dialogs
 * that PIN is typed.
 */
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDesktop } from '../../main/ipc/desktop.ts';
import { runApp } from '../../main/shell/run-app.ts';
import { labHidBus } from './authenticator/socket-bus.ts';
import { turnableClock } from './turnable-clock.ts';

const { GLASSKEY_LAB_KEY: socket, GLASSKEY_LAB_DOCUMENTS: documents, GLASSKEY_LAB_WINDOWS_PIN: pin } = process.env;
if (socket === undefined) throw new Error('GLASSKEY_LAB_KEY must name the socket of a lab authenticator');
if (documents === undefined) throw new Error('GLASSKEY_LAB_DOCUMENTS must name the folder of the built documents');

/** From source (the stand-in), or bundled beside the preload (real Electron). */
const isSource = import.meta.url.endsWith('.ts');
const main = fileURLToPath(new URL('../../main', import.meta.url));

const clock = turnableClock();
(globalThis as { labClock?: typeof clock }).labClock = clock;

// Not awaited: Electron is not ready before this module has been evaluated to its end.
void runApp({
  hid: async () => labHidBus(socket),
  ...(pin === undefined
    ? {}
    : { windows: async () => (await import('./windows-dialog.ts')).labWindows(labHidBus(socket), pin) }),
  clock,
  environment: process.env,
  homeFolder: homedir(),
  owner: `${userInfo().username}@${hostname()}`,
  files: {
    preload: isSource ? join(main, 'preload.ts') : join(documents, 'preload.cjs'),
    documents,
    icons: isSource ? join(main, 'shell', 'icons') : join(documents, 'icons'),
  },
  command: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
  startDesktop,
});
