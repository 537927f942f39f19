#!/usr/bin/env node
// Starts the built command line. Plain JavaScript, because it must run on any Node to say which one is needed.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { keepCompiledCode } from './compile-cache.js';

const [major] = process.versions.node.split('.');
if (Number(major) >= 24) {
  if (!existsSync(new URL('../dist/cli.js', import.meta.url))) {
    process.stderr.write('glasskey has not been built here yet.\nRun npm ci in its folder; it builds it.\n');
    process.exit(1);
  }
  keepCompiledCode();
  const { runProcess, systemCliWorld } = await import('../dist/cli.js');
  await runProcess(process.argv.slice(2), systemCliWorld());
} else {
  await runOnNode24();
}

/** npm scripts and npx find the project's own Node 24; a bare call on an older one is passed on to it. */
async function runOnNode24() {
  const node24 = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(node24)) {
    process.stderr.write(
      `glasskey needs Node 24 or newer, and this is ${process.version}.\nRun npm ci in its folder, which brings Node 24, or install it from https://nodejs.org.\n`,
    );
    process.exit(1);
  }
  const { spawn } = await import('node:child_process');
  const child = spawn(node24, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both; this one waits for what the other has to clear away. What reaches only this one is passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node24} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (status, signal) => process.exit(signal === null ? status : 128 + constants.signals[signal]));
}
