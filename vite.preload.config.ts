/** Bundles the preload (main/preload.ts) into .vite/build/preload.cjs: one CommonJS file, all that a sandboxed preload can be. */
import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'chrome140',
    sourcemap: false,
    license: { fileName: 'licenses-preload.json' },
  },
});
