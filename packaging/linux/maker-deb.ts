/**
 * Makes the Debian package, with dpkg-deb alone. Forge's own maker (electron-installer-debian) cannot install a udev rule:
 * it would have to be copied by a script, and then belong to no package.
 */
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MakerBase, type MakerOptions } from '@electron-forge/maker-base';
import { COMPANY, EXECUTABLE, SUMMARY } from '../identity.ts';
import { layOutTree, writeScript } from './installed-tree.ts';
import { runProgram } from './run-program.ts';

/** Debian's names of processors. Throws for one that Electron is not made for. */
export function debianArch(arch: string): string {
  const names: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
  const name = names[arch];
  if (name === undefined) throw new Error(`there is no Electron for Linux on ${arch}`);
  return name;
}

/** `1.2.3-dev-abc` is 1.2.3~dev-abc to Debian: older than 1.2.3. */
export function debianVersion(version: string): string {
  return version.replace('-', '~').replaceAll('-', '.');
}

/** What Electron's program links (the t64 names are Debian 13's and Ubuntu 24.04's), what the app starts, and no more. */
const DEPENDS = [
  'libasound2t64 | libasound2',
  'libatk-bridge2.0-0t64 | libatk-bridge2.0-0',
  'libatspi2.0-0t64 | libatspi2.0-0',
  'libc6 (>= 2.28)',
  'libcups2t64 | libcups2',
  'libgbm1',
  'libgtk-3-0t64 | libgtk-3-0',
  'libnss3',
  'libstdc++6',
  'libudev1',
  // node-hid's binary names it, though Glasskey uses hidraw.
  'libusb-1.0-0',
  'libxkbcommon0',
  // ed25519-sk and verify-required keys.
  'openssh-client (>= 1:8.2)',
  'xdg-utils',
];

/** The keychain (Electron safeStorage). */
const RECOMMENDS = ['libsecret-1-0', 'gnome-keyring | kwalletmanager'];

export function debianControl(version: string, arch: string, kilobytes: number): string {
  return [
    `Package: ${EXECUTABLE}`,
    `Version: ${debianVersion(version)}`,
    `Architecture: ${debianArch(arch)}`,
    `Maintainer: ${COMPANY} <noreply@glasskey.invalid>`,
    `Installed-Size: ${kilobytes}`,
    `Depends: ${DEPENDS.join(', ')}`,
    `Recommends: ${RECOMMENDS.join(', ')}`,
    'Section: net',
    'Priority: optional',
    `Description: ${SUMMARY}`,
    ' Glasskey enrolls a FIDO2 security key as an OpenSSH key for Azure Operator Nexus,',
    ' and logs in to devices with it when everything else has failed.',
    '',
  ].join('\n');
}

export class MakerDeb extends MakerBase<Record<string, never>> {
  override readonly name = 'deb';
  override readonly defaultPlatforms = ['linux' as const];
  override readonly requiredExternalBinaries = ['dpkg-deb'];

  override isSupportedOnCurrentPlatform(): boolean {
    return process.platform === 'linux';
  }

  override async make({ dir, makeDir, targetArch, packageJSON }: MakerOptions): Promise<string[]> {
    const version = String(packageJSON.version);
    const folder = await mkdtemp(join(tmpdir(), 'glasskey-deb-'));
    try {
      const root = join(folder, 'root');
      await layOutTree(root, dir);
      await mkdir(join(root, 'DEBIAN'));
      await writeFile(join(root, 'DEBIAN', 'control'), debianControl(version, targetArch, await kilobytesIn(root)));
      await writeScript(join(root, 'DEBIAN', 'postinst'), await scriptOf('after-install.sh'));
      await writeScript(join(root, 'DEBIAN', 'postrm'), await scriptOf('after-remove.sh'));
      const file = join(
        makeDir,
        'deb',
        targetArch,
        `${EXECUTABLE}_${debianVersion(version)}_${debianArch(targetArch)}.deb`,
      );
      await this.ensureFile(file);
      await runProgram('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, file]);
      return [file];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function scriptOf(file: string): Promise<string> {
  return `#!/bin/sh\nset -e\n${await readFile(join(import.meta.dirname, file), 'utf8')}exit 0\n`;
}

async function kilobytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await lstat(join(entry.parentPath, entry.name))).size),
  );
  return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
