import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints, last of all, the plain line that CI reads: `N passed, N failed`, with the skipped where there are any. What such a line
 * in GLASSKEY_TESTED_BEFORE counts is added: tests that were run elsewhere (.ci/run).
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      // A file that fails to load has no tests to count, and still must not read as a pass.
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    count.failed += unhandledErrors.length;
    for (const state of ['passed', 'failed', 'skipped'] as const) {
      const [, before = '0'] = new RegExp(`(\\d+) ${state}`).exec(process.env.GLASSKEY_TESTED_BEFORE ?? '') ?? [];
      count[state] += Number(before);
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.on('exit', () => process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`));
  }
}
