import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The tests under Wine (`npm run test:windows`). */
export default defineConfig({
  test: {
    include: ['test/windows/**/*.test.ts'],
    globalSetup: ['test/windows/wine-for-all.ts'],
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 150_000,
    hookTimeout: 240_000,
    // As in vitest.config.ts: on two cores it would be one file at a time, while Wine's programs wait for one another.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    expect: { poll: { timeout: 30_000 } },
  },
});
