/**
 * `npm run test:windows`: the tests of this folder, under Wine. The last line is `N passed, N failed`. Names of test files after
 * `--` run those alone.
 *
 * Where there can be no Wine, it says so and what to do, and counts one as skipped: exit 0. CI goes on without it then.
 */
import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import { whyNoWindows } from './wine.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

async function main(names: readonly string[]): Promise<void> {
  const reason = await whyNoWindows();
  if (reason === undefined) {
    const vitest = await startVitest('test', [...names], {
      root: REPOSITORY,
      config: join(REPOSITORY, 'vitest.windows.config.ts'),
      run: true,
    });
    await vitest.close();
    return;
  }
  console.log(`SKIPPED: the tests under Wine, because there can be no Windows here (${reason}).`);
  const before = /^\d+ passed, \d+ failed/.exec(process.env.GLASSKEY_TESTED_BEFORE ?? '')?.[0] ?? '0 passed, 0 failed';
  const [, skipped = '0'] = /(\d+) skipped/.exec(process.env.GLASSKEY_TESTED_BEFORE ?? '') ?? [];
  console.log(`${before}, ${Number(skipped) + 1} skipped`);
}

await main(process.argv.slice(2));
