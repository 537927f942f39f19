/** Makes the package for Fedora, RHEL and SUSE, with rpmbuild alone, of the same tree as the Debian package. */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MakerBase, type MakerOptions } from '@electron-forge/maker-base';
import { EXECUTABLE, SUMMARY } from '../identity.ts';
import { COMMAND, DESKTOP_ENTRY, layOutTree, SETUID_HELPER, UDEV_RULE } from './installed-tree.ts';
import { runProgram } from './run-program.ts';

/** RPM's names of processors. Throws for one that Electron is not made for. */
export function rpmArch(arch: string): string {
  const names: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
  const name = names[arch];
  if (name === undefined) throw new Error(`there is no Electron for Linux on ${arch}`);
  return name;
}

/** `1.2.3-dev-abc` is 1.2.3~dev.abc to RPM: older than 1.2.3, and without the hyphen that parts version from release. */
export function rpmVersion(version: string): string {
  return version.replace('-', '~').replaceAll('-', '.');
}

/** Fedora's and SUSE's names differ. OpenSSH 8.2 knows ed25519-sk and verify-required keys. */
const REQUIRES = [
  '(alsa-lib or libasound2)',
  '(at-spi2-core or libatspi0)',
  '(cups-libs or libcups2)',
  '(gtk3 or libgtk-3-0)',
  '(libstdc++ or libstdc++6)',
  // node-hid's binary names it, though Glasskey uses hidraw.
  '(libusb1 or libusbx or libusb-1_0-0)',
  '(libxkbcommon or libxkbcommon0)',
  '(mesa-libgbm or libgbm1)',
  '(nss or mozilla-nss)',
  'openssh-clients >= 8.2',
  '(systemd-libs or libudev1)',
  'xdg-utils',
];

/** The spec file. `root` holds the laid-out tree; scripts are the maintainer scripts' lines. */
export function rpmSpec(about: {
  readonly version: string;
  readonly root: string;
  readonly afterInstall: string;
  readonly afterRemove: string;
}): string {
  return `# What is packed is built already: no debug packages, no stripping, no look for libraries (they are named below).
%define debug_package %{nil}
%define __os_install_post %{nil}
%define _build_id_links none
AutoReqProv: no
Name: ${EXECUTABLE}
Version: ${rpmVersion(about.version)}
Release: 1
Summary: ${SUMMARY}
License: MIT
${REQUIRES.map((name) => `Requires: ${name}`).join('\n')}

%description
Glasskey enrolls a FIDO2 security key as an OpenSSH key for Azure Operator Nexus,
and logs in to devices with it when everything else has failed.

%install
mkdir -p %{buildroot}
cp -a ${about.root}/. %{buildroot}/

%files
%defattr(-,root,root,-)
${COMMAND}
/usr/lib/${EXECUTABLE}
%attr(4755, root, root) ${SETUID_HELPER}
${DESKTOP_ENTRY}
${UDEV_RULE}
/usr/share/icons/hicolor/*/apps/${EXECUTABLE}.*
/usr/share/doc/${EXECUTABLE}

%post
${about.afterInstall}
%postun
${about.afterRemove}`;
}

export class MakerRpm extends MakerBase<Record<string, never>> {
  override readonly name = 'rpm';
  override readonly defaultPlatforms = ['linux' as const];
  override readonly requiredExternalBinaries = ['rpmbuild'];

  override isSupportedOnCurrentPlatform(): boolean {
    return process.platform === 'linux';
  }

  override async make({ dir, makeDir, targetArch, packageJSON }: MakerOptions): Promise<string[]> {
    const version = String(packageJSON.version);
    const folder = await mkdtemp(join(tmpdir(), 'glasskey-rpm-'));
    try {
      const root = join(folder, 'root');
      await layOutTree(root, dir);
      const spec = join(folder, `${EXECUTABLE}.spec`);
      const [afterInstall, afterRemove] = await Promise.all(['after-install.sh', 'after-remove.sh'].map(linesOf));
      await writeFile(
        spec,
        rpmSpec({ version, root, afterInstall: afterInstall ?? '', afterRemove: afterRemove ?? '' }),
      );
      const arch = rpmArch(targetArch);
      await runProgram('rpmbuild', ['-bb', '--target', arch, '--define', `_topdir ${join(folder, 'rpm')}`, spec]);
      const made = (await readdir(join(folder, 'rpm', 'RPMS', arch))).filter((name) => name.endsWith('.rpm'));
      const out = join(makeDir, 'rpm', targetArch);
      await this.ensureDirectory(out);
      for (const name of made) await copyFile(join(folder, 'rpm', 'RPMS', arch, name), join(out, name));
      return made.map((name) => join(out, name));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function linesOf(file: string): Promise<string> {
  return readFile(join(import.meta.dirname, file), 'utf8');
}
