/**
 * Runs an Electron app on the stand-in, unchanged:
 *
 *     node --import ./test/electron-standin/register.ts main/index.ts [the app's arguments]
 *
 * `import … from 'electron'` (also 'electron/main' and 'electron/common', and `require`) then gives electron.ts of this
 * folder (by main-process.ts). `process.type` is 'browser' and `process.defaultApp` true, as under `electron .`; `process.versions.electron` stays undefined, because
 * this is no Electron; `process.versions.chrome` is the browser's, once ready.
 *
 * An exception that nobody catches ends the app with its stack (Electron shows a box and goes on): a test must not miss it.
 *
 * With ELECTRON_STANDIN_CONTROL in the environment (driver.ts sets it) the app can be driven; the variable is taken away
 * before the app sees it, so that programs the app starts do not inherit it.
 */
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { CONTROL_VARIABLE } from './control/control-protocol.ts';
import { unhandledRejections } from './control/unhandled-rejections.ts';

const ELECTRON = new URL('./main-process.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier === 'electron' || specifier === 'electron/main' || specifier === 'electron/common') {
      return { url: ELECTRON, format: 'module', shortCircuit: true };
    }
    return nextResolve(specifier, context);
  },
});

function beMainProcess(): void {
  Object.defineProperty(process, 'type', { value: 'browser', configurable: true, enumerable: true });
  Object.defineProperty(process, 'defaultApp', { value: true, configurable: true, enumerable: true });
  // As Electron sets it: a rejection that nobody handled is a warning. It is kept as well, for a test to ask after.
  process.on('unhandledRejection', (reason) => {
    const words = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    unhandledRejections.push(words);
    console.error(`UnhandledPromiseRejectionWarning: ${words}`);
  });
}

const control = process.env[CONTROL_VARIABLE];
delete process.env[CONTROL_VARIABLE];

// Worker threads and forked processes of the app inherit `--import`; they are no Electron main process.
if (isMainThread && process.send === undefined) {
  beMainProcess();
  if (control !== undefined) {
    const { connectToDriver } = await import('./control/control-client.ts');
    connectToDriver(control);
  }
}
