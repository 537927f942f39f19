/**
 * `npm run test:hidraw`: runs the tests of this folder inside the lab's virtual machine, upon real /dev/hidrawN nodes. The last
 * line is `N passed, N failed`. Names of test files after `--` run those alone.
 *
 * Where there can be no machine (no qemu, not root), it says so and what to do, and counts one as skipped: exit 0. CI goes on
 * without it then.
 */
import { basename, join } from 'node:path';
import { machineImage, whyNoMachine } from '../lab/vm/image.ts';
import { runInMachine } from '../lab/vm/virtual-machine.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const SECONDS = 300;
const CLOSING_LINE = /^\d+ passed, \d+ failed.*$/m;

function jobFor(names: readonly string[]): string {
  const files =
    names.length === 0 ? 'test/hidraw/*.test.ts' : names.map((name) => `test/hidraw/${basename(name)}`).join(' ');
  const reporters = ['spec', './test/hidraw/closing-line.ts'].map(
    (reporter) => `--test-reporter=${reporter} --test-reporter-destination=stdout`,
  );
  // One process for all: starting Node and reading the sources takes an emulated computer many seconds.
  return `exec node --test --test-isolation=none ${reporters.join(' ')} ${files}`;
}

async function main(names: readonly string[]): Promise<number> {
  const reason = await whyNoMachine();
  if (reason !== undefined) {
    console.log(`SKIPPED: the tests upon real hidraw nodes, because there can be no virtual machine here (${reason}).`);
    console.log('0 passed, 0 failed, 1 skipped');
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  let printed = '';
  try {
    const image = await machineImage((line) => console.log(`vm: ${line}`));
    const { status } = await runInMachine(image, {
      script: jobFor(names),
      seconds: SECONDS,
      repository: REPOSITORY,
      signal: stop.signal,
      onOutput(text) {
        printed += text;
        process.stdout.write(text);
      },
    });
    if (CLOSING_LINE.test(printed)) return status;
    console.log(
      `The tests ended with ${status} before they were done${status === 124 ? `: ${SECONDS} s were up` : ''}.`,
    );
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
  }
  console.log('0 passed, 1 failed');
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
