#!/usr/bin/env node
// Starts the built command line. Plain JavaScript, because it must run on any Node to say which one is needed; CommonJS, because Node
// starts that sooner (docs/decisions/0035-the-bundle-is-commonjs.md).
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { keepCompiledCode } = require('./compile-cache.js');

const [major] = process.versions.node.split('.');
if (Number(major) >= 24) {
  if (!existsSync(join(__dirname, '..', 'dist', 'cli.cjs'))) {
    process.stderr.write('glasskey has not been built here yet.\nRun npm ci in its folder; it builds it.\n');
    process.exit(1);
  }
  keepCompiledCode();
  const words = process.argv.slice(2);
  // A login that a script repeats is on its way while the rest is loaded (docs/decisions/0037-a-repeated-login-has-a-head-start.md).
  const mayRepeat = words[0] === 'connect' && words.includes('--pin-stdin');
  const begunLogin = mayRepeat ? require('../dist/head-start.cjs').beginLogin(words) : undefined;
  const { runProcess, systemCliWorld } = require('../dist/cli.cjs');
  runProcess(words, { ...systemCliWorld(), begunLogin });
} else {
  runOnNode24();
}

/** npm scripts and npx find the project's own Node 24; a bare call on an older one is passed on to it. */
function runOnNode24() {
  const node24 = join(__dirname, '..', 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node24)) {
    process.stderr.write(
      `glasskey needs Node 24 or newer, and this is ${process.version}.\nRun npm ci in its folder, which brings Node 24, or install it from https://nodejs.org.\n`,
    );
    process.exit(1);
  }
  const { spawn } = require('node:child_process');
  const { constants } = require('node:os');
  const child = spawn(node24, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both; this one waits for what the other has to clear away. What reaches only this one is passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node24} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (status, signal) => process.exit(signal === null ? status : 128 + constants.signals[signal]));
}
