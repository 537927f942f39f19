/** Bundles the prompt window (renderer/prompt/index.html) into dist/prompt: our own code only, no framework, nothing inlined. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('renderer/prompt', import.meta.url)),
  base: './',
  build: {
    outDir: fileURLToPath(new URL('dist/prompt', import.meta.url)),
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    // For packaging: whose code is in here (packaging/shipped-packages.ts).
    license: { fileName: 'licenses-prompt.json' },
  },
});
