/** Bundles the command line into dist/: one entry, a chunk for each command, dependencies included but for native modules. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(`${root}/dist`, { recursive: true, force: true });
await build({
  cwd: root,
  input: { cli: 'main/cli/index.ts' },
  platform: 'node',
  // Native modules find their binaries beside their own package.json. cbor-extract is cbor-x's optional accelerator.
  external: ['node-hid', 'cbor-extract'],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    minify: true,
    sourcemap: true,
  },
  logLevel: 'warn',
});
