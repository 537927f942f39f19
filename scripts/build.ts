/**
 * `npm run build`: everything into dist/: the command line (bundled, dependencies included but for native modules, so that a
 * command reads a handful of files instead of hundreds) and the two documents of the desktop app (dist/window, dist/prompt).
 *
 * Of the command line, what starts every command is one file, what reads this computer's state another; the rest is split so
 * that a command loads what it needs. The licences of what was bundled are kept beside it.
 */
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type RolldownOutput } from 'rolldown';
import { build as buildByVite } from 'vite';
import { thirdPartyLicenses } from './third-party-licenses.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Native modules find their binaries beside their own package.json. */
const NOT_BUNDLED = ['node-hid', '@lydell/node-pty', 'koffi'];

/** Those whose path matches one of these, in which a slash stands for the system's own. */
function pathsLike(...paths: readonly string[]): RegExp {
  return new RegExp(paths.join('|').replaceAll('/', '[\\\\/]'));
}

/**
 * What `status` reads and most other commands too: the database, the settings, the journal. Named one by one: a module that loads
 * node:crypto would cost every `status` 8 ms, and zod twice that (docs/decisions/0036-what-glasskey-stored-is-read-without-zod.md).
 */
const LOCAL_STATE = pathsLike(
  '/main/storage/(data-folder|database|drill-store|enrollment-store|load-sqlite|log-file|migrations|settings|target-store)\\.ts$',
  '/main/enrollment/(enrollment|readiness|stored-journal)\\.ts$',
  '/main/glasskey(|-enrolled-key|-last-proven|-open-world|-readiness|-status)\\.ts$',
  '/main/(cli/open-glasskey|cli/output|storage/agent-socket-path)\\.ts$',
  '/time/shown-times\\.ts$',
);

/**
 * What a login has read before ssh starts, where ssh finds its agent, and what its end means: in one file, because each file costs it a
 * millisecond. `status` loads none of it.
 */
const LOGIN_PLAN = pathsLike(
  '/main/cli/commands/connect\\.ts$',
  '/main/glasskey-(login|login-ways|connect|host-keys|target-ways|targets)\\.ts$',
  '/main/connect/(ssh-config-text|plan|plan-forwarded|connect-socket-name|start-ssh|host-spec|known-hosts|pinned-host-keys)\\.ts$',
  '/main/connect/(ssh-log|hop-watch|hop-trace|ssh-exit|ssh-processes|ssh-terminal|run-ssh|ssh-program|ssh-outcome)\\.ts$',
  '/main/agent/(agent-door|agent-socket)\\.ts$',
  '/main/openssh/(host-pattern|fingerprint)\\.ts$',
);

/** Who is at the terminal: what is said and asked there, the PIN among it. Whatever asks for a security key reads all of it. */
const TERMINAL = pathsLike(
  '/main/cli/(attestation-text|missing-consent|secret-line|secret-on-stdin)\\.ts$',
  '/main/cli/terminal-(input-queue|people|pins|prompts)\\.ts$',
  '/native/ctap2/pin\\.ts$',
  '/main/security-keys/tries-left\\.ts$',
  '/native/hid/which-key\\.ts$',
);

/** What reaches a security key and asks it for a signature; what manages one stays apart. */
const SECURITY_KEY = pathsLike(
  '/native/ctaphid/[a-z-]+\\.ts$',
  '/native/ctap2/(authenticator|authenticator-data|built-in-uv|cbor|client-pin|constants|cose-key|get-assertion|get-info)\\.ts$',
  '/native/ctap2/(make-credential|member-reader|pin-[a-z-]+|reset|selection|status|status-for-key)\\.ts$',
  '/node_modules/cbor-x/',
);

/** What signs for an ssh: a login loads it while its ssh is on the way. */
const SIGNING = pathsLike(
  '/main/agent/(?!agent-probe|other-agent|peer-credentials|asking-program|standard-pipe)[a-z-]+\\.ts$',
  '/main/(glasskey-(agent|agent-policy|enrolled-key)|storage/(agent-activity-store|key-policy-store))\\.ts$',
  '/main/(security-keys/pin-seen|connect/connect-sockets|glasskey-observing)\\.ts$',
);

/** What the app:// protocol serves: each from its own Vite configuration into a folder of its own. */
const DOCUMENTS = {
  window: { config: 'vite.window.config.ts', source: 'renderer/index.html' },
  prompt: { config: 'vite.prompt.config.ts', source: 'renderer/prompt/index.html' },
} as const;

export type DocumentName = keyof typeof DOCUMENTS;

/** Builds the command line and both documents into `folder`. An earlier build there is replaced only by a whole one. */
export function buildAll(folder: string): Promise<void> {
  return replacing(folder, async (fresh) => {
    const modules = [...(await bundleCommandLine(fresh)), ...(await bundleHeadStart(fresh))];
    for (const name of ['window', 'prompt'] as const) modules.push(...(await bundleDocument(name, join(fresh, name))));
    await writeLicenses(fresh, modules);
  });
}

/** The command line alone. An earlier build in `folder` is replaced only by a whole one. */
export function buildCommandLine(folder: string): Promise<void> {
  return replacing(folder, async (fresh) => {
    await writeLicenses(fresh, [...(await bundleCommandLine(fresh)), ...(await bundleHeadStart(fresh))]);
  });
}

/** One document alone. An earlier build in `folder` is replaced only by a whole one. */
export function buildDocument(name: DocumentName, folder: string): Promise<void> {
  return replacing(folder, async (fresh) => {
    await bundleDocument(name, fresh);
  });
}

/** Fills a new folder beside `folder`, then puts it in its place. Builds at the same time do not see each other's. */
async function replacing(folder: string, fill: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${folder}.new-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  try {
    await fill(fresh);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function bundleCommandLine(folder: string): Promise<readonly string[]> {
  const output = await build({
    cwd: root,
    input: { cli: 'main/cli/index.ts' },
    platform: 'node',
    // The entry may export more than its own names to the other files: so it needs no second file beside it.
    preserveEntrySignatures: 'allow-extension',
    external: NOT_BUNDLED,
    // What one command loads late is in a file that another has read already: that is what the groups are for.
    checks: { ineffectiveDynamicImport: false },
    output: {
      dir: folder,
      // CommonJS, which Node loads sooner (docs/decisions/0035-the-bundle-is-commonjs.md): native modules too, when they are asked for.
      format: 'cjs',
      dynamicImportInCjs: false,
      strict: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: {
        groups: [
          { name: 'cli', tags: ['$initial'], priority: 5 },
          { name: 'local-state', test: LOCAL_STATE, priority: 4 },
          // Files of their own, because others load them without a login.
          { name: 'whole-file', test: pathsLike('/main/storage/whole-file\\.ts$'), priority: 4 },
          { name: 'shell-word', test: pathsLike('/main/connect/shell-word\\.ts$'), priority: 4 },
          {
            name: 'observed',
            test: pathsLike('/main/(storage/observation-store|glasskey-host-subject)\\.ts$'),
            priority: 4,
          },
          { name: 'zod', test: pathsLike('/node_modules/zod/'), priority: 4 },
          { name: 'login-plan', test: LOGIN_PLAN, priority: 3 },
          { name: 'terminal', test: TERMINAL, priority: 2 },
          { name: 'security-key', test: SECURITY_KEY, priority: 1 },
          { name: 'signing', test: SIGNING },
        ],
      },
      minify: true,
      sourcemap: true,
    },
    logLevel: 'warn',
  });
  return bundledModules(output);
}

/** What starts a repeated login before the command line is loaded: one file, which shares none with the others. */
async function bundleHeadStart(folder: string): Promise<readonly string[]> {
  const output = await build({
    cwd: root,
    input: 'main/cli/head-start.ts',
    platform: 'node',
    output: { file: join(folder, 'head-start.cjs'), format: 'cjs', strict: true, minify: true, sourcemap: true },
    logLevel: 'warn',
  });
  return bundledModules(output);
}

async function bundleDocument(name: DocumentName, folder: string): Promise<readonly string[]> {
  const { config, source } = DOCUMENTS[name];
  if (!existsSync(join(root, source))) throw new Error(`${source} is missing: there is nothing to build for ${name}`);
  const built = await asProduction(() =>
    buildByVite({
      configFile: join(root, config),
      mode: 'production',
      build: { outDir: folder },
      logLevel: 'warn',
    }),
  );
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : [];
  return outputs.flatMap(bundledModules);
}

let building = 0;
let nodeEnvBefore: string | undefined;

/**
 * What Vite builds follows NODE_ENV, whatever mode is asked for: under a test runner, where it is `test`, it would bundle the
 * development React, which is larger and slower. What is tested and measured is what is shipped.
 */
async function asProduction<T>(work: () => Promise<T>): Promise<T> {
  if (building === 0) nodeEnvBefore = process.env.NODE_ENV;
  building += 1;
  process.env.NODE_ENV = 'production';
  try {
    return await work();
  } finally {
    building -= 1;
    if (building === 0) {
      if (nodeEnvBefore === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = nodeEnvBefore;
    }
  }
}

async function writeLicenses(folder: string, modules: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), await thirdPartyLicenses(modules));
}

function bundledModules({ output }: Pick<RolldownOutput, 'output'>): readonly string[] {
  // Modules that a bundler made up itself begin with a NUL and are in no package.
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds.filter((id) => !id.startsWith('\0')) : []));
}

if (import.meta.main) await buildAll(join(root, 'dist'));
