/** Runs under Wine: the built command line as it is, on the system's own world; nothing is replaced. */
import { pathToFileURL } from 'node:url';
import { BUILT_CLI } from './windows-packages.ts';

const { runProcess, systemCliWorld }: typeof import('../../main/cli/index.ts') = await import(
  pathToFileURL(BUILT_CLI).href
);

await runProcess(process.argv.slice(2), systemCliWorld());
