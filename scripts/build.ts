/**
 * `npm run build`: bundles the command line into dist/, dependencies included but for native modules, so that a command reads
 * a handful of files instead of hundreds. What starts every command is one file, what reads this computer's state another;
 * the rest is split so that a command loads what it needs. The licences of what was bundled are kept beside it.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type RolldownOutput } from 'rolldown';
import { thirdPartyLicenses } from './third-party-licenses.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Native modules find their binaries beside their own package.json. cbor-extract is cbor-x's optional accelerator. */
const NOT_BUNDLED = ['node-hid', 'cbor-extract'];

/**
 * What `status` reads and most other commands too: the database, the settings, the journal, and zod for all of them. Named one
 * by one: a module that loads node:crypto would cost every `status` 8 ms.
 */
const LOCAL_STATE = new RegExp(
  [
    '/main/storage/(data-folder|database|enrollment-store|load-sqlite|log-file|migrations|settings|target-store)\\.ts$',
    '/main/enrollment/(enrollment|readiness|stored-journal)\\.ts$',
    '/node_modules/zod/',
  ]
    .join('|')
    .replaceAll('/', '[\\\\/]'),
);

/** Bundles into `folder`. An earlier build there is replaced only by a whole one. */
export async function buildCommandLine(folder: string): Promise<void> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  const output = await bundle(fresh);
  await writeFile(`${fresh}/THIRD-PARTY-LICENSES.txt`, await thirdPartyLicenses(bundledModules(output)));
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}

function bundle(folder: string): Promise<RolldownOutput> {
  return build({
    cwd: root,
    input: { cli: 'main/cli/index.ts' },
    platform: 'node',
    // The entry may export more than its own names to the other files: so it needs no second file beside it.
    preserveEntrySignatures: 'allow-extension',
    external: NOT_BUNDLED,
    output: {
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      codeSplitting: {
        groups: [
          { name: 'cli', tags: ['$initial'], priority: 2 },
          { name: 'local-state', test: LOCAL_STATE, priority: 1 },
        ],
      },
      minify: true,
      sourcemap: true,
    },
    logLevel: 'warn',
  });
}

function bundledModules({ output }: RolldownOutput): readonly string[] {
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

if (import.meta.main) await buildCommandLine(`${root}dist`);
