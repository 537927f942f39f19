/** What bin/glasskey.js starts, and what the lab starts with another HID bus. */
export { systemCliWorld } from './cli-world.ts';
export { runCli } from './main.ts';
export { runProcess } from './run-process.ts';
