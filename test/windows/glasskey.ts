/** Runs under Wine: the built command line as it is, on the system's own world; nothing is replaced. */
import { createRequire } from 'node:module';
import { BUILT_CLI } from './windows-packages.ts';

const built: typeof import('../../main/cli/index.ts') = createRequire(import.meta.url)(BUILT_CLI);

await built.runProcess(process.argv.slice(2), built.systemCliWorld());
