import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['unit', 'integration', 'e2e', 'fuzz'].map((kind) => `test/${kind}/**/*.test.ts`),
    reporters: ['default', './test/closing-line.ts'],
    // Vitest leaves a core to itself, which on two would be every other: most tests wait for a browser or a daemon anyway.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A poll ends as soon as it sees what it waits for; a computer on which everything runs at once is slow.
    expect: { poll: { timeout: 15_000 } },
  },
});
