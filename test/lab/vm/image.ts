/**
 * The disk, kernel and initramfs of the lab's virtual machine: Debian's packages, its own kernel among them, and the project's
 * Node 24. Built once a machine, as root, in a minute or two, and kept under /var/tmp.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { findProgram, requireProgram, run } from '../fabric/programs.ts';

/** Raised with each change of what the image holds that the hashed parts of the recipe do not show. */
const EDITION = 1;
const CACHE_FOLDER = '/var/tmp';
const SUITE = 'bookworm';
const APT_HELPER = '/usr/lib/apt/apt-helper';
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';

const PACKAGES = [
  'linux-image-amd64',
  // systemd is there for its udev rules: who sits at the computer may open what carries the tag uaccess.
  ...['udev', 'systemd', 'kmod', 'mount', 'util-linux', 'passwd', 'iproute2'],
  ...['openssh-client', 'openssh-server', 'fido2-tools', 'libfido2-1'],
  // For the initramfs.
  'busybox-static',
  // What node and node-hid link.
  ...['libstdc++6', 'libusb-1.0-0', 'libudev1'],
];

/** Kernel modules that the machine can use; all others are left out of the image. */
const MODULES = ['virtio_pci', 'virtio_blk', 'virtio_console', 'virtio_rng', 'ext4', '9p', '9pnet_virtio'];
const HID_MODULES = ['uhid', 'hid', 'hid_generic'];
/** What the initramfs loads to reach the disk. */
const DISK_MODULES = ['virtio_pci', 'virtio_blk', 'ext4', 'crc32c_generic'];

/** Big, and of no use without hardware. */
const NOT_UNPACKED = [
  ...['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'],
  ...[
    'sound',
    'drivers/gpu',
    'drivers/media',
    'drivers/infiniband',
    'drivers/net/wireless',
    'drivers/net/ethernet',
  ].map((folder) => `/lib/modules/*/kernel/${folder}/*`),
];

/** The user who is not root. */
export const GUEST_USER = { name: 'engineer', uid: 1000 } as const;

/** The programs that build the image and run the machine, and Debian's packages that bring them. */
export const MACHINE_PROGRAMS: readonly { readonly program: string; readonly package: string }[] = [
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86' },
  { program: 'mmdebstrap', package: 'mmdebstrap' },
  { program: 'mke2fs', package: 'e2fsprogs' },
  { program: 'modprobe', package: 'kmod' },
  { program: 'cpio', package: 'cpio' },
];

/** Why there can be no machine here, and what to do; undefined when there can. Slow only where the image must be built first. */
export async function whyNoMachine(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'its image is of Debian packages for x86-64 Linux';
  if (process.getuid?.() !== 0) return 'building its image takes root: run the same command with sudo';
  const missing: string[] = [];
  for (const needed of MACHINE_PROGRAMS) {
    if ((await findProgram(needed.program)) === undefined) missing.push(needed.package);
  }
  if (missing.length > 0) return `it wants programs: sudo apt-get install ${missing.join(' ')}`;
  if (existsSync(await imageFolder())) return undefined;
  const mirror = await debianMirror();
  return (await canReach(mirror)) ? undefined : `its image is yet to be built, and ${mirror} cannot be reached`;
}

/** Asks apt itself, which knows of proxies. */
async function canReach(mirror: string): Promise<boolean> {
  const folder = await mkdtemp('/tmp/gk-vm-');
  try {
    await long(APT_HELPER, ['download-file', `${mirror}/dists/${SUITE}/InRelease`, join(folder, 'InRelease')]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface MachineImage {
  readonly kernel: string;
  readonly initramfs: string;
  readonly disk: string;
}

/** The image of this recipe: the one kept, or a new one. `say` hears what takes time. Ask `whyNoMachine` first. */
export async function machineImage(say: (line: string) => void): Promise<MachineImage> {
  const folder = await imageFolder();
  if (!existsSync(folder)) await build(folder, say);
  // Everybody may write in /var/tmp: an image that somebody else put there is not booted.
  if ((await lstat(folder)).uid !== process.getuid?.()) throw new Error(`${folder} is not of this user: remove it`);
  return imageIn(folder);
}

function imageIn(folder: string): MachineImage {
  return { kernel: join(folder, 'vmlinuz'), initramfs: join(folder, 'initramfs'), disk: join(folder, 'disk') };
}

const OWN_FILES = ['image.ts', 'guest-init.sh', 'initramfs-init.sh'].map((name) =>
  fileURLToPath(new URL(`./${name}`, import.meta.url)),
);
const [, GUEST_INIT = '', INITRAMFS_INIT = ''] = OWN_FILES;

async function imageFolder(): Promise<string> {
  const hash = createHash('sha256').update(`${EDITION} ${process.version}\n`);
  for (const path of OWN_FILES) hash.update(await readFile(path));
  return join(CACHE_FOLDER, `glasskey-vm-${hash.digest('hex').slice(0, 12)}`);
}

/** Builds beside the place and moves it there whole: a build that was stopped is never taken for an image. */
async function build(folder: string, say: (line: string) => void): Promise<void> {
  const since = Date.now();
  say('building the image of the virtual machine, once (about 100 MB of Debian packages, a minute or two)…');
  const work = await mkdtemp(`${folder}.building-`);
  try {
    const root = join(work, 'root');
    const out = join(work, 'image');
    await mkdir(out);
    await unpackPackages(root, say);
    const kernel = await keepModules(root);
    await copyFile(join(root, 'boot', `vmlinuz-${kernel}`), imageIn(out).kernel);
    await makeInitramfs(work, root, kernel, imageIn(out).initramfs);
    await furnish(root);
    await makeDisk(root, imageIn(out).disk);
    await chmod(out, 0o755);
    await rename(out, folder).catch((error: NodeJS.ErrnoException) => {
      // Another process built the same meanwhile.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  say(`built ${folder} in ${Math.round((Date.now() - since) / 1000)} s`);
}

async function unpackPackages(root: string, say: (line: string) => void): Promise<void> {
  const mirror = await debianMirror();
  say(`Debian ${SUITE} from ${mirror}`);
  // The kernel's package makes an initramfs of its own, slowly, which nobody would use.
  const noInitramfs =
    'mkdir -p "$1/etc/initramfs-tools" && echo update_initramfs=no > "$1/etc/initramfs-tools/update-initramfs.conf"';
  const [program = '', ...rest] = [...(await inMountsOfItsOwn()), await requireProgram('mmdebstrap')];
  await long(program, [
    ...rest,
    ...['--quiet', '--variant=apt', `--include=${PACKAGES.join(',')}`],
    ...NOT_UNPACKED.map((path) => `--dpkgopt=path-exclude=${path}`),
    ...['--dpkgopt=force-confold', '--dpkgopt=force-unsafe-io', `--setup-hook=${noInitramfs}`],
    ...[SUITE, root, mirror],
  ]);
}

/**
 * mmdebstrap mounts /proc and the like into the root: in a namespace of its own, so that nothing stays mounted however it ends.
 * Root of a container may not always make one, and mmdebstrap then does without the mounts.
 */
async function inMountsOfItsOwn(): Promise<readonly string[]> {
  const unshare = await requireProgram('unshare');
  try {
    await run(unshare, ['--mount', 'true']);
    return [unshare, '--mount'];
  } catch {
    return [];
  }
}

/** The mirror this computer uses itself, where it is a Debian; else Debian's own. */
async function debianMirror(): Promise<string> {
  const aptGet = await findProgram('apt-get');
  if (aptGet === undefined) return DEFAULT_MIRROR;
  const said = await run(aptGet, ['indextargets', '--format', '$(REPO_URI) $(ORIGIN) $(CODENAME) $(COMPONENT)']);
  const lines = said.split('\n').map((line) => line.split(' '));
  const main = lines.find(
    ([, origin, codename, component]) => origin === 'Debian' && component === 'main' && !codename?.includes('-'),
  );
  return main?.[0]?.replace(/\/$/, '') ?? DEFAULT_MIRROR;
}

/** Removes the kernel modules that the machine has no use for, and returns the kernel's version. */
async function keepModules(root: string): Promise<string> {
  const [kernel] = (await readdir(join(root, 'lib', 'modules'))).toSorted().reverse();
  if (kernel === undefined) throw new Error('the image has no kernel modules');
  const kept = new Set(await moduleFiles(root, kernel, [...MODULES, ...HID_MODULES, ...DISK_MODULES]));
  const folder = join(root, 'lib', 'modules', kernel);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.ko(\.\w+)?$/.test(entry.name) && !kept.has(await realpath(path))) await rm(path);
  }
  await run(await requireProgram('depmod'), ['-b', root, kernel]);
  return kernel;
}

/** The files of modules and of what they depend on, in the order of loading. */
async function moduleFiles(root: string, kernel: string, modules: readonly string[]): Promise<readonly string[]> {
  const modprobe = await requireProgram('modprobe');
  const files: string[] = [];
  for (const module of modules) {
    const said = await run(modprobe, ['-d', root, '-S', kernel, '--show-depends', module]);
    for (const [, path] of said.matchAll(/^insmod (\S+)/gm)) if (path !== undefined) files.push(await realpath(path));
  }
  return [...new Set(files)];
}

async function makeInitramfs(work: string, root: string, kernel: string, to: string): Promise<void> {
  const tree = join(work, 'initramfs');
  for (const folder of ['bin', 'dev', 'disk', 'modules']) await mkdir(join(tree, folder), { recursive: true });
  await copyFile(join(root, 'bin', 'busybox'), join(tree, 'bin', 'busybox'));
  await symlink('busybox', join(tree, 'bin', 'sh'));
  const modules = await moduleFiles(root, kernel, DISK_MODULES);
  for (const path of modules) await copyFile(path, join(tree, 'modules', basename(path)));
  await writeFile(join(tree, 'modules', 'order'), modules.map((path) => `${basename(path)}\n`).join(''));
  await copyFile(INITRAMFS_INIT, join(tree, 'init'));
  await chmod(join(tree, 'init'), 0o755);
  const names = ['.', ...(await readdir(tree, { recursive: true }))];
  const cpio = spawn(await requireProgram('cpio'), ['-o', '-H', 'newc', '--quiet'], {
    cwd: tree,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cpio.stdin.end(names.join('\n'));
  // Not compressed: there is nothing to inflate in a machine that is emulated.
  await pipeline(cpio.stdout, createWriteStream(to));
}

/** What the packages do not bring: Node, the first process, an account, the folders that are mounted. */
async function furnish(root: string): Promise<void> {
  await pipeline(createReadStream(process.execPath), createWriteStream(join(root, 'usr/bin/node'), { mode: 0o755 }));
  await copyFile(GUEST_INIT, join(root, 'sbin/lab-init'));
  await chmod(join(root, 'sbin/lab-init'), 0o755);
  for (const folder of ['repository', 'run-folder']) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'etc/hostname'), 'glasskey-lab\n');
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost glasskey-lab\n');
  await long('chroot', [root, 'useradd', '-m', '-s', '/bin/bash', '-u', String(GUEST_USER.uid), GUEST_USER.name]);
}

async function makeDisk(root: string, disk: string): Promise<void> {
  for (const leftover of ['var/cache/apt', 'var/lib/apt/lists', 'boot']) {
    await rm(join(root, leftover), { recursive: true, force: true });
  }
  const [used = '0'] = (await run(await requireProgram('du'), ['-sm', root])).split('\t');
  const size = Math.round(Number(used) * 1.2) + 128;
  await long('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal,^metadata_csum', '-d', root, disk, `${size}M`]);
}

/** Runs a program that may take minutes; what it said is in the error when it fails. */
async function long(program: string, args: readonly string[]): Promise<void> {
  const path = isAbsolute(program) ? program : await requireProgram(program);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0) resolve();
    else reject(new Error(`${program} ended with ${code}:\n${said.split('\n').slice(-30).join('\n')}`));
  });
  return promise;
}
