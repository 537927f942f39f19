/**
 * electron.ts in a process that is an app: what register.ts resolves `electron` to. Importing it makes the process an app (it
 * lives until it quits, and SIGINT, SIGTERM and SIGHUP quit it); importing electron.ts alone, as unit tests do, does not.
 */
import { app } from './api/app.ts';

app._run();

export * from './electron.ts';
// `require('electron')` and the default import give the same object.
export { default, default as 'module.exports' } from './electron.ts';
