/**
 * The udev rule that lets the user at this computer open FIDO security keys (ctap.md section 21). Packages bring it
 * (packaging/linux/70-glasskey-fido.rules, which a test compares with this); where Glasskey was not installed by one, it is
 * installed on demand.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, lstat, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const FILE = '70-glasskey-fido.rules';
/** Where an administrator's rules lie, and where those of packages do. */
const ADMINISTRATORS = '/etc/udev/rules.d';
const PACKAGES = ['/usr/lib/udev/rules.d', '/lib/udev/rules.d'];

export interface UdevRule {
  /** Where it is installed. */
  readonly path: string;
  readonly text: string;
  /** Where it is already; undefined: nowhere, or with other content. */
  readonly installedAt: string | undefined;
  /** What lies at `path` with other content where it is not installed, as an administrator wrote it; undefined: nothing, or nothing that can be read. */
  readonly present: string | undefined;
  /** Where that is kept when this one takes its place; udev does not read it there. */
  readonly keptAs: string | undefined;
}

export interface UdevWorld {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Undefined: those of the system. */
  readonly folders?: { readonly administrators: string; readonly packages: readonly string[] };
}

/** Throws `UDEV_NOT_HERE` on systems that have no udev. */
export async function udevRule(world: UdevWorld): Promise<UdevRule> {
  if (world.platform !== 'linux') {
    throw new GlasskeyError({
      code: 'UDEV_NOT_HERE',
      message: 'Only Linux lets a udev rule say who may open a security key.',
      remedy: 'On macOS nothing is needed; on Windows run Glasskey as an administrator.',
    });
  }
  const { administrators, packages } = world.folders ?? { administrators: ADMINISTRATORS, packages: PACKAGES };
  let installedAt: string | undefined;
  for (const folder of [administrators, ...packages]) {
    const path = join(folder, FILE);
    if (installedAt === undefined && (await contentOf(path)) === UDEV_RULE) installedAt = path;
  }
  const path = join(administrators, FILE);
  const isOther = installedAt === undefined && (await isThere(path));
  return {
    path,
    text: UDEV_RULE,
    installedAt,
    present: isOther ? await contentOf(path) : undefined,
    keptAs: isOther ? await freeNameBeside(path) : undefined,
  };
}

/**
 * Whole or not at all; then udev reads its rules again, and the keys that are plugged in get their access at once. $0: the file. $1: where another of
 * that name is kept, which is the file itself, and no copy of it: a link to /dev/null is how administrators switch a rule off. */
const INSTALL = [
  'umask 022',
  'if [ -e "$0" ] || [ -L "$0" ]; then ln -P "$0" "$1"; fi',
  'cat > "$0.new"',
  'mv "$0.new" "$0"',
  'udevadm control --reload-rules',
  'udevadm trigger --subsystem-match=hidraw --action=change',
].join(' && ');

/**
 * Installs it as root, or by sudo, or by pkexec where there is no terminal for sudo; both ask for the password themselves. Where it
 * is installed already, nothing is done. Another file of its name is kept beside (`keptAs`). Throws `UDEV_NOT_INSTALLED`, `UDEV_NEEDS_ROOT`, `CANCELLED`.
 */
export async function installUdevRule(world: UdevWorld, signal: AbortSignal): Promise<UdevRule> {
  const rule = await udevRule(world);
  if (rule.installedAt !== undefined) return rule;
  assertNotCancelled(signal, WHAT);
  await run(
    [...(await asRoot(world)), 'sh', '-c', INSTALL, rule.path, rule.keptAs ?? `${rule.path}.old`],
    rule.text,
    world,
    signal,
  );
  const after = await udevRule(world);
  if (after.installedAt === undefined) throw notInstalled();
  return { ...after, keptAs: rule.keptAs };
}

const WHAT = 'The installation of the rule';

/** What a program is started by to run as root. */
async function asRoot({ isRoot, environment }: UdevWorld): Promise<readonly string[]> {
  if (isRoot) return [];
  for (const program of ['sudo', 'pkexec']) if (await isOnPath(program, environment.PATH)) return [program];
  throw new GlasskeyError({
    code: 'UDEV_NEEDS_ROOT',
    message: 'Installing the rule takes the rights of root, and neither sudo nor pkexec is here.',
    remedy: 'As root, run: glasskey keys --install-udev-rule',
  });
}

async function run(
  [program = '', ...words]: readonly string[],
  input: string,
  { environment }: UdevWorld,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(program, words, { env: { ...environment }, stdio: ['pipe', 'inherit', 'inherit'], signal });
  // It may end without having read its input: its exit code says so.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const [exitCode] = await once(child, 'close');
    if (exitCode !== 0) throw notInstalled();
  } catch (error) {
    if (error instanceof GlasskeyError) throw error;
    throw signal.aborted ? cancelled(WHAT, error) : notInstalled(error);
  }
}

async function isOnPath(program: string, path: string | undefined): Promise<boolean> {
  for (const folder of (path ?? '').split(delimiter)) {
    const found =
      folder !== '' &&
      (await access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ));
    if (found) return true;
  }
  return false;
}

async function freeNameBeside(path: string): Promise<string> {
  for (let count = 1; ; count++) {
    const name = `${path}.old${count === 1 ? '' : `-${count}`}`;
    if (!(await isThere(name))) return name;
  }
}

/** A link that leads nowhere is there too. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function notInstalled(cause?: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'UDEV_NOT_INSTALLED',
    message: 'The rule was not installed.',
    remedy: 'See what sudo or pkexec said; or have an administrator install what glasskey keys --udev-rule prints.',
    cause,
  });
}

export const UDEV_RULE = `# The user at this computer may open FIDO security keys: TAG uaccess, which 73-seat-late.rules turns into an entry in the
# device's access list. Installed by Glasskey; many systems have such rules already, and then this one changes nothing.

ACTION=="remove", GOTO="glasskey_fido_end"
SUBSYSTEM!="hidraw", GOTO="glasskey_fido_end"
KERNEL!="hidraw*", GOTO="glasskey_fido_end"

# systemd 244 and newer have asked every hidraw device for the FIDO usage page (60-fido-id.rules): no list of makers is needed.
ENV{ID_FIDO_TOKEN}=="1", TAG+="uaccess", GOTO="glasskey_fido_end"
ENV{ID_SECURITY_TOKEN}=="1", TAG+="uaccess", GOTO="glasskey_fido_end"
TEST=="/usr/lib/udev/fido_id", GOTO="glasskey_fido_end"
TEST=="/lib/udev/fido_id", GOTO="glasskey_fido_end"

# Older systems: makers of FIDO2 keys by USB vendor id, and of their devices only interfaces that are no keyboard and no mouse
# (interface protocol 0), so that nobody's typing can be read.
SUBSYSTEMS=="usb", ATTRS{bInterfaceClass}=="03", ATTRS{bInterfaceProtocol}=="00", ENV{GLASSKEY_PLAIN_HID}="1"
ENV{GLASSKEY_PLAIN_HID}!="1", GOTO="glasskey_fido_end"
# Yubico
ATTRS{idVendor}=="1050", TAG+="uaccess"
# Feitian, also under other names
ATTRS{idVendor}=="096e", TAG+="uaccess"
# Nitrokey
ATTRS{idVendor}=="20a0", ATTRS{idProduct}=="4287|42b1|42b2", TAG+="uaccess"
# SoloKeys and Somu
ATTRS{idVendor}=="0483", ATTRS{idProduct}=="a2ca", TAG+="uaccess"
ATTRS{idVendor}=="1209", ATTRS{idProduct}=="5070|50b0|beee", TAG+="uaccess"
# Google Titan
ATTRS{idVendor}=="18d1", ATTRS{idProduct}=="5026|9470", TAG+="uaccess"
# Token2
ATTRS{idVendor}=="349e", TAG+="uaccess"
# Kensington VeriMark
ATTRS{idVendor}=="047d", ATTRS{idProduct}=="8055", TAG+="uaccess"
# Swissbit iShield
ATTRS{idVendor}=="1370", ATTRS{idProduct}=="0911", TAG+="uaccess"

LABEL="glasskey_fido_end"
`;
