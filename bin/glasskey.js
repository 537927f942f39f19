#!/usr/bin/env node
// Starts the built command line. Plain JavaScript, because it must run on any Node to say which one is needed.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  // npm scripts and npx find the project's own Node 24; a bare call on an older one is passed on to it.
  const node24 = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(node24)) {
    process.stderr.write(`glasskey needs Node 24 or newer, and this is ${process.version}.\n`);
    process.exit(1);
  }
  const { spawnSync } = await import('node:child_process');
  const { status, signal } = spawnSync(node24, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(signal ? 130 : (status ?? 1));
}

// Compiled code is kept between runs: it halves the start of a command.
module.enableCompileCache?.();
const { runCli, systemCliWorld } = await import('../dist/cli.js');
process.exitCode = await runCli(process.argv.slice(2), systemCliWorld());
