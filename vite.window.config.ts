/**
 * Bundles the window (renderer/index.html) into dist/window. The document is held to a CSP without unsafe-*: no inline script,
 * no data: address, which is why nothing is inlined.
 */
import { fileURLToPath } from 'node:url';
import { tokens } from '@fluentui/react-components';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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
  plugins: [inlineTokens(), react()],
});

/**
 * Writes each `tokens.NAME` of Fluent as what it is, the name of a CSS variable: the bundle else carries a table of all 459 of
 * them, 8 kB. Lines stay where they are, and with them the source maps.
 */
function inlineTokens(): Plugin {
  return {
    name: 'glasskey:inline-tokens',
    enforce: 'pre',
    transform: {
      filter: { id: /\/renderer\/.*\.tsx?$|\/@fluentui\/.*\.styles\.js$/, code: 'tokens' },
      handler(code) {
        const written = code.replace(/\btokens\.(\w+)/g, (whole, name: keyof typeof tokens) => {
          const value = tokens[name];
          return value === undefined ? whole : `'${value}'`;
        });
        return { code: written, map: null };
      },
    },
  };
}
