/**
 * Bundles the main process (main/index.ts) into .vite/build/index.js for packaging. Electron-forge's Vite plugin names the
 * entry; built as for a server, because what the plugin proposes (a CommonJS library for browsers) cannot hold a module with
 * top-level await, nor `require` of Node's own modules in a dependency.
 */
import { defineConfig } from 'vite';
import { NATIVE_PACKAGES } from './packaging/native-files.ts';

export default defineConfig({
  build: {
    lib: false,
    ssr: 'main/index.ts',
    // Electron 45 carries Node 24.
    target: 'node24',
    sourcemap: false,
    license: { fileName: 'licenses-main.json' },
    rolldownOptions: {
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
  ssr: {
    noExternal: true,
    // Native modules find their binaries beside their own package.json.
    external: ['electron', ...NATIVE_PACKAGES],
  },
});
