/**
 * How the app is packaged (electron-forge): `electron-forge package` and `electron-forge make`. What is decided here is read
 * back from what came out, and the build fails when it differs (the postPackage hook).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MakerDMG } from '@electron-forge/maker-dmg';
import { MakerSquirrel } from '@electron-forge/maker-squirrel';
import { MakerZIP } from '@electron-forge/maker-zip';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import { VitePlugin } from '@electron-forge/plugin-vite';
import type { ForgeConfig } from '@electron-forge/shared-types';
import manifest from './package.json' with { type: 'json' };
import { isLeftOut, wrongFiles } from './packaging/app-files.ts';
import { FUSES, wrongFuses } from './packaging/fuses.ts';
import {
  BUNDLE_ID,
  COMPANY,
  COPYRIGHT,
  EXECUTABLE,
  LINK_SCHEME,
  PRODUCT_NAME,
  SQUIRREL_PACKAGE,
  SUMMARY,
} from './packaging/identity.ts';
import { MakerDeb } from './packaging/linux/maker-deb.ts';
import { MakerRpm } from './packaging/linux/maker-rpm.ts';
import { macSigning } from './packaging/macos/signing.ts';
import { copyNativePackages, UNPACKED } from './packaging/native-files.ts';
import { packagedPaths } from './packaging/packaged-paths.ts';
import { npmSbom, shippedSbom } from './packaging/sbom.ts';
import { licenseTexts, shippedPackages } from './packaging/shipped-packages.ts';
import { gitIn, numericVersion, versionToPackage } from './packaging/version.ts';
import { buildDocument } from './scripts/build.ts';

const ROOT = import.meta.dirname;
const ICONS = join(ROOT, 'packaging', 'icons');
const VERSION = versionToPackage(gitIn(ROOT), manifest.version);

const config: ForgeConfig = {
  packagerConfig: {
    name: PRODUCT_NAME,
    executableName: EXECUTABLE,
    appVersion: VERSION,
    buildVersion: numericVersion(VERSION),
    appBundleId: BUNDLE_ID,
    appCategoryType: 'public.app-category.utilities',
    appCopyright: COPYRIGHT,
    // Without an extension: .ico on Windows, .icns on macOS; on Linux the packages bring PNGs.
    icon: join(ICONS, 'glasskey'),
    protocols: [{ name: PRODUCT_NAME, schemes: [LINK_SCHEME] }],
    win32metadata: { CompanyName: COMPANY, FileDescription: PRODUCT_NAME, ProductName: PRODUCT_NAME },
    asar: { unpack: UNPACKED },
    ignore: isLeftOut,
    // node_modules does not come along at all: what is needed of it is bundled, or copied below.
    prune: false,
    ...macSigning(process.env),
  },
  // Prebuilt Node-API binaries run on any Electron: nothing is compiled.
  rebuildConfig: { onlyModules: [] },
  plugins: [
    new VitePlugin({
      build: [
        { entry: 'main/index.ts', config: 'vite.main.config.ts', target: 'main' },
        { entry: 'main/preload.ts', config: 'vite.preload.config.ts', target: 'preload' },
      ],
      // The documents come from files by app://, never from a development server: generateAssets builds them.
      renderer: [],
    }),
    new FusesPlugin(FUSES),
  ],
  makers: [
    new MakerSquirrel({
      name: SQUIRREL_PACKAGE,
      authors: COMPANY,
      description: SUMMARY,
      setupIcon: join(ICONS, 'glasskey.ico'),
      setupExe: `${PRODUCT_NAME}-${VERSION}-Setup.exe`,
    }),
    new MakerDMG({ icon: join(ICONS, 'glasskey.icns'), format: 'ULFO' }, ['darwin']),
    new MakerZIP({}, ['darwin']),
    new MakerDeb({}, ['linux']),
    new MakerRpm({}, ['linux']),
  ],
  hooks: {
    /** Before `start` and `package`: the documents as they are now. */
    generateAssets: async () => {
      for (const name of ['window', 'prompt'] as const) await buildDocument(name, join(ROOT, 'dist', name));
    },
    /** For makers, and for the package.json inside: version of the tag, names that the operating system shows. */
    readPackageJson: async (_config, packageJson) => ({
      name: EXECUTABLE,
      productName: PRODUCT_NAME,
      version: VERSION,
      description: SUMMARY,
      license: packageJson.license,
      // Wayland's app id, by which a desktop finds the entry and its icon.
      desktopName: `${EXECUTABLE}.desktop`,
      type: packageJson.type,
      main: packageJson.main,
      // Forge reads Electron's version here; packager takes it out of the copy.
      devDependencies: packageJson.devDependencies,
    }),
    packageAfterCopy: async (_config, appFolder, _electron, platform, arch) => {
      const target = { platform, arch };
      await copyNativePackages(ROOT, appFolder, target);
      const shipped = await shippedPackages(ROOT, target);
      await writeFile(join(appFolder, '..', 'THIRD-PARTY-LICENSES.txt'), licenseTexts(shipped));
      const sbom = shippedSbom(npmSbom(ROOT), shipped, VERSION);
      await mkdir(join(ROOT, 'dist'), { recursive: true });
      await writeFile(join(ROOT, 'dist', 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
    },
    postPackage: async (_config, { outputPaths, platform, arch }) => {
      for (const folder of outputPaths) {
        const { program, archive } = packagedPaths(folder, platform);
        const wrong = [...(await wrongFuses(program)), ...wrongFiles(archive, { platform, arch })];
        if (wrong.length > 0) throw new Error(`what was packaged in ${folder} is not right:\n${wrong.join('\n')}`);
      }
    },
  },
};

export default config;
