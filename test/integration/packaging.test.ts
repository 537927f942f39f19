/**
 * The forge configuration itself, run: package and make, against a zip in place of Electron's (electron-distribution.ts says what
 * that is and is not), in a copy of the project that is tagged as a release. Then what came out is looked at, and started.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractAll, extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nativeBinaries } from '../../packaging/native-files.ts';
import { LICENSE_LISTS } from '../../packaging/shipped-packages.ts';
import { launchStandIn } from '../electron-standin/driver.ts';
import { type ElectronMirror, serveElectron } from './electron-distribution.ts';
import { copyProject, type ProjectCopy } from './project-copy.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FORGE = join(ROOT, 'node_modules', '@electron-forge', 'cli', 'dist', 'electron-forge.js');
const TARGET = { platform: 'linux', arch: process.arch };

const isLinux = process.platform === 'linux';
const has = (program: string) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const MAKERS = [...(has('dpkg-deb') ? ['deb'] : []), ...(has('rpmbuild') && has('tar') ? ['rpm'] : [])];
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const hasBrowser = BROWSERS.some(has);

const versionSchema = z.object({ version: z.string() });

let project: ProjectCopy;
let mirror: ElectronMirror;
let scratch = '';
let electronVersion = '';
/** The packaged app's folder. */
let app = '';
let archive = '';

beforeAll(async () => {
  if (!isLinux) return;
  for (const maker of ['deb', 'rpm']) {
    if (!MAKERS.includes(maker))
      console.warn(`packaging: no ${maker} is made and looked at, its tools are not installed`);
  }
  const electron = await readFile(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8');
  electronVersion = versionSchema.parse(JSON.parse(electron)).version;
  scratch = await mkdtemp(join(tmpdir(), 'glasskey-packaged-'));
  mirror = await serveElectron(electronVersion, process.arch);
  project = await copyProject();
  const { code, output } = await forge(MAKERS.length > 0 ? ['make', `--targets=${MAKERS.join(',')}`] : ['package']);
  if (code !== 0) throw new Error(`electron-forge failed:\n${output}`);
  app = join(project.folder, 'out', `Glasskey-linux-${process.arch}`);
  archive = join(app, 'resources', 'app.asar');
}, 180_000);

afterAll(async () => {
  await mirror?.[Symbol.asyncDispose]();
  await project?.[Symbol.asyncDispose]();
  if (scratch !== '') await rm(scratch, { recursive: true, force: true });
});

async function forge(args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  // As from a terminal: vitest's NODE_ENV would keep Vite from setting its own.
  const { GLASSKEY_SIGN_IDENTITY: _, NODE_ENV: __, ...environment } = process.env;
  const child = spawn(process.execPath, [FORGE, ...args], {
    cwd: project.folder,
    env: {
      ...environment,
      NO_COLOR: '1',
      ELECTRON_MIRROR: mirror.url,
      XDG_CACHE_HOME: join(scratch, 'cache'),
      TMPDIR: scratch,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}

/** All of the archive, with what lies beside it, in a folder. */
async function extracted(): Promise<string> {
  const folder = join(scratch, 'extracted');
  if (!existsSync(folder)) extractAll(archive, folder);
  return folder;
}

describe.runIf(isLinux)('what forge packages', () => {
  it('is made of the Electron that package.json names, its checksum compared', () => {
    expect(mirror.asked).toContain(`/v${electronVersion}/SHASUMS256.txt`);
    const { stdout } = spawnSync(join(app, 'glasskey'), ['--version'], { encoding: 'utf8' });
    expect(stdout).toBe(`v${electronVersion}\n`);
  });

  it('has every fuse as the product wants it', async () => {
    const wire = await getCurrentFuseWire(join(app, 'glasskey'));
    expect(wire).toEqual({
      version: '1',
      [FuseV1Options.RunAsNode]: FuseState.DISABLE,
      [FuseV1Options.EnableCookieEncryption]: FuseState.ENABLE,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
      [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: FuseState.ENABLE,
      [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: FuseState.DISABLE,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
      [FuseV1Options.WasmTrapHandlers]: FuseState.ENABLE,
    });
  });

  it('says the version of the tag, and names that desktops show', () => {
    expect(JSON.parse(extractFile(archive, 'package.json').toString())).toEqual({
      name: 'glasskey',
      productName: 'Glasskey',
      version: project.version,
      description: expect.any(String),
      license: 'MIT',
      desktopName: 'glasskey.desktop',
      type: 'module',
      main: '.vite/build/index.js',
    });
  });

  it('is one archive of bundles and documents, without a test, a source or a map', async () => {
    const files = listPackage(archive, { isPack: false });
    expect(files).toEqual(
      expect.arrayContaining(['/.vite/build/index.js', '/.vite/build/preload.cjs', '/dist/window/index.html']),
    );
    expect(files.filter((path) => /\.(map|ts|tsx)$|\.test\.|\/test\//.test(path))).toEqual([]);
    expect(await readdir(join(app, 'resources'))).toEqual([
      'THIRD-PARTY-LICENSES.txt',
      'app.asar',
      'app.asar.unpacked',
    ]);
  });

  it('has native binaries of this platform beside the archive, nothing else, and they load', async () => {
    const unpacked = join(app, 'resources', 'app.asar.unpacked');
    const found = await readdir(unpacked, { recursive: true, withFileTypes: true });
    const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.toSorted()).toEqual(
      nativeBinaries(TARGET)
        .map((path) => join(unpacked, path))
        .toSorted(),
    );
    for (const file of files) {
      // A program of its own for each: a binary that crashes must not take the tests along.
      const { status, stderr } = spawnSync(process.execPath, ['-e', 'require(process.argv[1])', file], {
        encoding: 'utf8',
      });
      expect({ file, status, stderr }).toEqual({ file, status: 0, stderr: '' });
    }
  });

  it('has packages that find their binaries: a terminal runs, a foreign function answers, keys are listed', async () => {
    const script = `
      const pty = require('@lydell/node-pty').spawn('/bin/echo', ['in a terminal'], {});
      pty.onData((text) => process.stdout.write(text));
      const getpid = require('koffi').load(null).func('int getpid()');
      if (getpid() !== process.pid) throw new Error('koffi called something else');
      const hid = require('node-hid');
      hid.setDriverType('hidraw');
      if (!Array.isArray(hid.devices())) throw new Error('node-hid lists nothing');
    `;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
      cwd: await extracted(),
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'in a terminal\r\n', stderr: '' });
  });

  it('tells in the bill of materials every package that was bundled or copied, with its licence', async () => {
    const sbom = sbomSchema.parse(JSON.parse(await readFile(join(project.folder, 'dist', 'sbom.cdx.json'), 'utf8')));
    expect(sbom.metadata.component).toEqual({ type: 'application', name: 'glasskey', version: project.version });
    const named = sbom.components.map(({ name, version }) => `${name}@${version}`);
    const bundled = await Promise.all(
      LICENSE_LISTS.map(async (list) =>
        z.array(componentSchema).parse(JSON.parse(await readFile(join(project.folder, list), 'utf8'))),
      ),
    );
    expect(named).toEqual(expect.arrayContaining(bundled.flat().map(({ name, version }) => `${name}@${version}`)));
    expect(named).toContain(`electron@${electronVersion}`);
    expect(named.join()).toMatch(/node-hid@.*pkg-prebuilds@/);
    expect(named.join()).not.toMatch(/vitest|typescript|playwright|electron-forge|cbor-extract/);
    const texts = await readFile(join(app, 'resources', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const { name, version } of sbom.components) expect(texts).toContain(`\n${name} ${version}\nLicence: `);
  });

  it('brings no code of others into the preload, nor into the document that asks for a PIN', async () => {
    for (const list of ['.vite/build/licenses-preload.json', 'dist/prompt/licenses-prompt.json']) {
      expect(LICENSE_LISTS).toContain(list);
      expect(JSON.parse(await readFile(join(project.folder, list), 'utf8'))).toEqual([]);
    }
  });

  it.runIf(hasBrowser)(
    'opens its window, from what is in the archive',
    async () => {
      const home = join(scratch, 'home');
      await mkdir(home);
      const { ELECTRON_RUN_AS_NODE: _, ...environment } = process.env;
      await using running = await launchStandIn({
        main: join(await extracted(), '.vite', 'build', 'index.js'),
        env: { ...environment, HOME: home, GLASSKEY_HOME: join(home, 'glasskey'), XDG_RUNTIME_DIR: home },
      });
      const page = await running.page({ url: 'app://window' });
      // The document's script has run, and what it asked the main process for was answered: there is something to read.
      await expect.poll(() => page.locator('#root').textContent(), { timeout: 20_000 }).toMatch(/\S/);
      const { unhandledRejections, trays } = await running.snapshot();
      const drawings = join(await extracted(), 'main', 'shell', 'icons');
      expect(trays.map(({ image }) => image)).toEqual([
        { path: expect.stringContaining(drawings), width: expect.any(Number), height: expect.any(Number) },
      ]);
      expect(unhandledRejections).toEqual([]);
    },
    60_000,
  );
});

const componentSchema = z.object({ name: z.string(), version: z.string() });

/** The fields that CycloneDX 1.5 wants, and a licence and a package URL for each component. */
const sbomSchema = z.object({
  $schema: z.string(),
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/),
  metadata: z.object({ component: componentSchema.extend({ type: z.string() }) }),
  components: z.array(
    componentSchema.extend({
      type: z.literal('library'),
      scope: z.literal('required'),
      purl: z.string().startsWith('pkg:npm/'),
      hashes: z.array(z.object({ alg: z.literal('SHA-512'), content: z.string() })).min(1),
      licenses: z
        .array(
          z.union([
            z.object({ license: z.union([z.object({ id: z.string() }), z.object({ name: z.string() })]) }),
            z.object({ expression: z.string() }),
          ]),
        )
        .min(1),
    }),
  ),
});

/** What each package puts onto a computer, unpacked into a folder; links are kept as they are. */
async function installedBy(maker: string): Promise<string> {
  const made = join(project.folder, 'out', 'make', maker, process.arch);
  const [name] = await readdir(made);
  const file = join(made, name ?? '');
  const folder = join(scratch, maker);
  await mkdir(folder, { recursive: true });
  const [program, args] =
    maker === 'deb'
      ? ['dpkg-deb', ['--extract', file, folder]]
      : ['sh', ['-c', 'rpm2archive - <"$1" | tar -xzp -C "$2"', 'sh', file, folder]];
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return folder;
}

describe.runIf(isLinux).each(MAKERS)('the %s', (maker) => {
  it('installs the program, its entry for links, its icons and the rule for keys', async () => {
    const root = await installedBy(maker);
    const entry = await readFile(join(root, 'usr/share/applications/glasskey.desktop'), 'utf8');
    expect(entry).toContain('\nMimeType=x-scheme-handler/glasskey;\n');
    const [, program = ''] = /^Exec=(\S+) %u$/m.exec(entry) ?? [];
    expect((await stat(join(root, program))).mode & 0o777).toBe(0o755);
    const { stdout } = spawnSync(join(root, 'usr/bin/glasskey-desktop'), ['--version'], { encoding: 'utf8' });
    expect(stdout).toBe(`v${electronVersion}\n`);
    // Set-user-id, for Chromium's sandbox; tar and dpkg-deb keep it.
    expect((await stat(join(root, 'usr/lib/glasskey/chrome-sandbox'))).mode & 0o7777).toBe(0o4755);
    expect(await readFile(join(root, 'usr/lib/udev/rules.d/70-glasskey-fido.rules'), 'utf8')).toContain(
      'TAG+="uaccess"',
    );
    expect(await readdir(join(root, 'usr/share/icons/hicolor'))).toEqual(
      expect.arrayContaining(['16x16', '32x32', '48x48', '256x256', 'scalable']),
    );
    expect(await readFile(join(root, 'usr/lib/glasskey/resources/app.asar'))).toEqual(await readFile(archive));
  });
});

describe.runIf(isLinux)('the build', () => {
  it('fails when what came out is not as decided', async () => {
    const config = join(project.folder, 'forge.config.ts');
    const text = await readFile(config, 'utf8');
    await writeFile(
      config,
      text
        .replace('asar: { unpack: UNPACKED }', "asar: { unpack: '*.nothing' }")
        .replace('new FusesPlugin(FUSES),', ''),
    );
    const { code, output } = await forge(['package']);
    expect(code).not.toBe(0);
    expect(output).toContain('fuse RunAsNode is on, not off');
    expect(output).toContain('node-napi-v4.node is not unpacked');
  }, 180_000);
});
