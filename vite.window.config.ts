/**
 * Bundles the window (renderer/index.html) into dist/window. The document is held to a CSP without unsafe-*: no inline script,
 * no data: address, which is why nothing is inlined.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('renderer', import.meta.url)),
  base: './',
  build: {
    outDir: fileURLToPath(new URL('dist/window', import.meta.url)),
    emptyOutDir: true,
    // Electron 45's own; nothing older ever draws it.
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    // For packaging: whose code is in here (packaging/shipped-packages.ts).
    license: { fileName: 'licenses-window.json' },
  },
  plugins: [react()],
});
