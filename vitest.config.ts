import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['unit', 'integration', 'e2e', 'fuzz'].map((kind) => `test/${kind}/**/*.test.ts`),
    reporters: ['default', './test/closing-line.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A poll ends as soon as it sees what it waits for; a computer on which everything runs at once is slow.
    expect: { poll: { timeout: 15_000 } },
  },
});
