/**
 * The packages that are shipped as they are, because they hold native code, and of each the files that a program on one platform
 * needs: no sources, no other platform's binaries. All of them are Node-API binaries that their authors prebuilt, so nothing is
 * compiled for Electron.
 */
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Never bundled: imported by these names from node_modules of the package. */
export const NATIVE_PACKAGES: readonly string[] = ['node-hid', '@lydell/node-pty', 'koffi'];

export interface Target {
  /** As process.platform and process.arch name them. */
  readonly platform: string;
  readonly arch: string;
}

export interface NativePackage {
  readonly name: string;
  /** Files and folders below the package's folder. */
  readonly paths: readonly string[];
}

/**
 * What is shipped for a target. On Linux node-hid uses hidraw alone (native/hid/node-hid-bus.ts), and binaries for glibc are
 * enough: Electron itself needs glibc.
 */
export function nativePackages({ platform, arch }: Target): readonly NativePackage[] {
  const hid = `HID${platform === 'linux' ? '_hidraw' : ''}-${platform}-${arch}`;
  const pty = `@lydell/node-pty-${platform}-${arch}`;
  return [
    {
      name: 'node-hid',
      paths: [
        'package.json',
        'LICENSE-bsd.txt',
        'nodehid.js',
        'binding-options.js',
        `prebuilds/${hid}/node-napi-v4.node`,
      ],
    },
    { name: 'pkg-prebuilds', paths: ['package.json', 'LICENSE', 'bindings.js', 'lib/prebuild.js'] },
    { name: '@lydell/node-pty', paths: ['package.json', 'LICENSE', ...PTY_SCRIPTS] },
    { name: pty, paths: ptyBinaries(platform) },
    { name: 'koffi', paths: ['package.json', 'LICENSE.txt', ...KOFFI_SCRIPTS] },
    {
      name: `@koromix/koffi-${platform}-${arch}`,
      paths: ['package.json', 'index.js', `${platform}_${arch}/koffi.node`],
    },
  ];
}

const KOFFI_SCRIPTS: readonly string[] = ['js', 'cjs'].flatMap((kind) => [
  `index.${kind}`,
  `src/koffi/index.${kind}`,
  `src/koffi/src/static.${kind}`,
]);

const PTY_SCRIPTS: readonly string[] = [
  'index.js',
  'requireBinary.js',
  'terminal.js',
  'unixTerminal.js',
  'windowsTerminal.js',
  'windowsPtyAgent.js',
  'windowsConoutConnection.js',
  'conpty_console_list_agent.js',
  'eventEmitter2.js',
  'utils.js',
  'shared',
  'worker',
];

/** macOS starts a terminal's program through spawn-helper. */
function ptyBinaries(platform: string): readonly string[] {
  if (platform === 'win32') return ['package.json', 'conpty.node', 'conpty_console_list.node'];
  return platform === 'darwin' ? ['package.json', 'pty.node', 'spawn-helper'] : ['package.json', 'pty.node'];
}

/**
 * The files of nativePackages that lie beside the archive, in app.asar.unpacked, because the operating system cannot load or
 * start what is inside it. Paths below the app's folder, with slashes.
 */
export function nativeBinaries(target: Target): readonly string[] {
  return nativePackages(target).flatMap(({ name, paths }) =>
    paths.filter((path) => /\.node$|^spawn-helper$/.test(path)).map((path) => `node_modules/${name}/${path}`),
  );
}

/** nativeBinaries of every target, as a pattern of asar's `unpack`. */
export const UNPACKED = '**/{*.node,spawn-helper}';

/** Which files are programs: npm keeps that, some archives on the way do not. */
const PROGRAMS = /^spawn-helper$/;

/**
 * Copies nativePackages from node_modules of `root` into `app`/node_modules. Throws, naming the package, when one is not
 * installed: npm installs binaries of the computer's own platform only.
 */
export async function copyNativePackages(root: string, app: string, target: Target): Promise<void> {
  for (const { name, paths } of nativePackages(target)) {
    const from = join(root, 'node_modules', name);
    const to = join(app, 'node_modules', name);
    for (const path of paths) {
      if (!existsSync(join(from, path))) {
        throw new Error(
          `${name}/${path} is not in node_modules: package for ${target.platform}-${target.arch} on such a computer, or install it with npm install --os=${target.platform} --cpu=${target.arch}`,
        );
      }
      await mkdir(dirname(join(to, path)), { recursive: true });
      await cp(join(from, path), join(to, path), { recursive: true });
      if (PROGRAMS.test(path)) await chmod(join(to, path), 0o755);
    }
  }
}
