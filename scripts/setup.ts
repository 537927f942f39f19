/**
 * `npm run setup`, and before every `npm test` and `npm run demo`: sees that the programs the lab runs are here.
 *
 * It says nothing when they are. What is missing it installs with apt-get, where it may (as root, or by a sudo that asks
 * no password); elsewhere it prints the command to run. Only what nothing works without (the OpenSSH client and server)
 * makes it exit 1; the rest is said, and the lab does with less.
 *
 * The OpenSSH server is wanted as a program, not as a service: Debian's package starts and enables one, which this
 * script prevents, so that a developer's machine listens on no more ports than before.
 *
 * `--for=hidraw` looks only for what builds and runs the lab's virtual machine, `--for=windows` only for what the tests under Wine
 * run, of which it also fetches what npm has.
 *
 * `--for=window` also looks for a browser, in which the desktop app runs where Electron is not installed. `--for=test` looks for that
 * too, and for what builds Linux packages.
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { MACHINE_PROGRAMS } from '../test/lab/vm/image.ts';

interface Need {
  /** Any one of these programs will do. */
  readonly programs: readonly string[];
  /** Shared libraries, all of them, by file name. */
  readonly libraries?: readonly string[];
  /** Files, all of them, by absolute path. */
  readonly files?: readonly string[];
  /** Debian's packages that bring it. */
  readonly packages: readonly string[];
  readonly hard: boolean;
  /** What does not work without it. */
  readonly without: string;
}

const OPENSSH_SERVER = 'openssh-server';

const NEEDS: readonly Need[] = [
  {
    programs: ['ssh'],
    packages: ['openssh-client'],
    hard: true,
    without: 'Glasskey logs in with the system’s ssh; there is nothing to show or test without it',
  },
  {
    programs: ['sshd'],
    packages: [OPENSSH_SERVER],
    hard: true,
    without: 'the lab’s jump host and device are real OpenSSH daemons',
  },
  {
    programs: ['ip'],
    packages: ['iproute2'],
    hard: false,
    without: 'the lab’s jump host and device run on loopback instead of in networks of their own',
  },
  {
    programs: ['unshare', 'nsenter', 'setpriv'],
    packages: ['util-linux'],
    hard: false,
    without: 'the lab’s jump host and device run on loopback instead of in networks of their own',
  },
  {
    programs: ['openssl'],
    packages: ['openssl'],
    hard: false,
    without: 'the lab gives no account a password, so the tests of shared accounts fail',
  },
];

/** node-hid's Linux binary links both, whichever driver is chosen. Tests list what is plugged in; the demo's key is software. */
const HID_LIBRARIES: Need = {
  programs: [],
  libraries: ['libusb-1.0.so.0', 'libudev.so.1'],
  packages: ['libusb-1.0-0', 'libudev1'],
  hard: false,
  without: 'security keys that are plugged into this computer cannot be reached',
};

const BROWSER: Need = {
  programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  packages: ['chromium', 'fonts-liberation'],
  hard: false,
  without: 'the tests that need a browser are skipped',
};

/** dpkg-deb is Debian's own; where it is missing, so is the deb. */
const PACKAGE_BUILDERS: readonly Need[] = [
  { programs: ['dpkg-deb'], packages: ['dpkg'], hard: false, without: 'the tests make and look at no deb package' },
  { programs: ['rpmbuild'], packages: ['rpm'], hard: false, without: 'the tests make and look at no rpm package' },
];

/** A user's login session of the lab (test/lab/user-session): systemd, its bus, and what the notification service is written in. */
const LOGIN_SESSION: Need = {
  programs: [],
  files: [
    '/usr/lib/systemd/systemd',
    '/usr/bin/systemd-analyze',
    '/usr/lib/systemd/user/dbus.socket',
    '/usr/lib/python3/dist-packages/dbus/__init__.py',
    '/usr/lib/python3/dist-packages/gi/__init__.py',
  ],
  packages: ['systemd', 'dbus-user-session', 'python3-dbus', 'python3-gi'],
  hard: false,
  without: 'the tests in which systemd starts the scheduled check are skipped',
};

/** The lab's virtual machine (test/lab/vm): the tests that take a real /dev/hidrawN. */
const VIRTUAL_MACHINE: readonly Need[] = MACHINE_PROGRAMS.map((needed) => ({
  programs: [needed.program],
  packages: [needed.package],
  hard: false,
  without: 'the tests upon real hidraw nodes, in a virtual machine, are skipped',
}));

/** The tests under Wine (test/windows). The compiler makes the webauthn.dll that stands in for the system's. */
const WINDOWS: readonly Need[] = [
  { programs: ['wine64'], packages: ['wine64'], hard: false, without: 'the tests under Wine are skipped' },
  {
    programs: ['x86_64-w64-mingw32-gcc'],
    packages: ['gcc-mingw-w64-x86-64'],
    hard: false,
    without: 'the tests under Wine are skipped',
  },
];

/** An ordinary user's PATH often lacks these, and sshd, ip and Debian's wine64 live there. */
const SEARCH_FOLDERS = [
  ...new Set([
    ...(process.env.PATH ?? '').split(delimiter),
    ...['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/usr/lib/wine'],
  ]),
].filter((folder) => folder !== '');

function findProgram(name: string): string | undefined {
  for (const folder of SEARCH_FOLDERS) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Where Debian and most others put libraries: one folder deep for each architecture, or right there. */
const LIBRARY_FOLDERS = ['/usr/lib', '/lib', '/usr/lib64'];

function hasLibrary(name: string): boolean {
  return LIBRARY_FOLDERS.some(
    (folder) =>
      existsSync(join(folder, name)) ||
      (existsSync(folder) && readdirSync(folder).some((below) => existsSync(join(folder, below, name)))),
  );
}

function isMet(need: Need): boolean {
  if (need.files !== undefined) return process.platform !== 'linux' || need.files.every((file) => existsSync(file));
  if (need.libraries !== undefined) return process.platform !== 'linux' || need.libraries.every(hasLibrary);
  const together = need.packages.includes('util-linux');
  return together
    ? need.programs.every((name) => findProgram(name) !== undefined)
    : need.programs.some((name) => findProgram(name) !== undefined);
}

function say(text: string): void {
  process.stderr.write(`setup: ${text}\n`);
}

/** How to become root without a question: as root nothing, else a sudo that needs no password; undefined when neither. */
function rootPrefix(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const sudo = findProgram('sudo');
  if (sudo === undefined) return undefined;
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n'] : undefined;
}

interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

function runAsRoot(prefix: readonly string[], command: readonly string[]): Ran {
  const [program, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
  if (program === undefined) return { ok: false, output: '' };
  const ran = spawnSync(program, rest, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { ok: ran.status === 0, output: `${ran.stdout ?? ''}${ran.stderr ?? ''}${ran.error?.message ?? ''}` };
}

function aptInstall(prefix: readonly string[], packages: readonly string[]): Ran {
  const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends'];
  const options = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0'];
  const first = runAsRoot(prefix, [...install, ...options, ...packages]);
  if (first.ok) return first;
  // The usual cause: package lists that are not there, or too old. Fetching them takes a while, so only now.
  const update = runAsRoot(prefix, ['apt-get', 'update', '-q', '-o', 'DPkg::Lock::Timeout=120']);
  if (!update.ok) return { ok: false, output: first.output + update.output };
  return runAsRoot(prefix, [...install, ...options, ...packages]);
}

/** invoke-rc.d asks this script whether a package may start its service; 101 is "no" (Debian policy 9.3.3). */
const POLICY_PATH = '/usr/sbin/policy-rc.d';
const POLICY =
  '#!/bin/sh\n# Glasskey’s scripts/setup.ts, while it installs openssh-server: no service is started.\nexit 101\n';

/** Runs `install` with services kept from starting; whatever policy the machine already has is left as it is. */
function withoutStartingServices(prefix: readonly string[], install: () => Ran): Ran {
  if (existsSync(POLICY_PATH) && readFileSync(POLICY_PATH, 'utf8') !== POLICY) return install();
  const folder = mkdtempSync(join(tmpdir(), 'glasskey-setup-'));
  try {
    const policy = join(folder, 'policy-rc.d');
    writeFileSync(policy, POLICY);
    runAsRoot(prefix, ['install', '-m', '755', policy, POLICY_PATH]);
    return install();
  } finally {
    runAsRoot(prefix, ['rm', '-f', POLICY_PATH]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether something listens on TCP port 22, from the kernel's own tables (state 0A is LISTEN, 0016 is 22). */
function somethingListensOn22(): boolean {
  return ['/proc/net/tcp', '/proc/net/tcp6'].some(
    (table) => existsSync(table) && /:0016 [0-9A-F]+:0000 0A /.test(readFileSync(table, 'utf8')),
  );
}

/** The package also enables its service for the next boot, and where policy-rc.d is not asked it has started it. */
function leaveNoServiceBehind(prefix: readonly string[], listenedBefore: boolean): void {
  // A server that was there before is somebody's way in.
  if (listenedBefore) return;
  if (findProgram('systemctl') !== undefined) {
    runAsRoot(prefix, ['systemctl', 'disable', '--now', 'ssh.service', 'ssh.socket']);
    // Without a running systemd `--now` fails before it disables; this does the links alone.
    runAsRoot(prefix, ['systemctl', 'disable', 'ssh.service', 'ssh.socket']);
  } else if (findProgram('update-rc.d') !== undefined) {
    runAsRoot(prefix, ['update-rc.d', 'ssh', 'disable']);
  }
  if (!somethingListensOn22()) return;
  if (findProgram('service') !== undefined) runAsRoot(prefix, ['service', 'ssh', 'stop']);
  if (somethingListensOn22()) {
    say(
      'openssh-server’s installation started a daemon on port 22 that could not be stopped; stop it if you do not want it.',
    );
  }
}

function install(prefix: readonly string[], packages: readonly string[]): Ran {
  if (!packages.includes(OPENSSH_SERVER)) return aptInstall(prefix, packages);
  const listenedBefore = somethingListensOn22();
  const ran = withoutStartingServices(prefix, () => aptInstall(prefix, packages));
  leaveNoServiceBehind(prefix, listenedBefore);
  return ran;
}

/** The command a person runs by hand, on Debian and elsewhere. */
function commandFor(packages: readonly string[]): string {
  if (findProgram('apt-get') !== undefined) return `sudo apt-get install ${packages.join(' ')}`;
  const elsewhere = packages
    .map((name) =>
      name
        .replace(/^openssh-client$/, 'openssh-clients')
        .replace(/^iproute2$/, 'iproute')
        .replace(/^rpm$/, 'rpm-build'),
    )
    .join(' ');
  if (findProgram('dnf') !== undefined) return `sudo dnf install ${elsewhere}`;
  return `install these with your package manager: ${packages.join(', ')}`;
}

function report(missing: readonly Need[]): void {
  for (const need of missing) {
    say(
      `${[...need.programs, ...(need.libraries ?? []), ...(need.files ?? [])].join(', ')} not found (${need.packages.join(', ')}): ${need.without}.`,
    );
  }
}

function needsFor(argv: readonly string[]): readonly Need[] {
  if (argv.includes('--for=hidraw')) return process.platform === 'linux' ? VIRTUAL_MACHINE : [];
  if (argv.includes('--for=windows')) return process.platform === 'linux' ? WINDOWS : [];
  if (argv.includes('--for=window')) return [...NEEDS, BROWSER];
  if (!argv.includes('--for=test')) return NEEDS;
  return [
    ...NEEDS,
    HID_LIBRARIES,
    BROWSER,
    ...(process.platform === 'linux' ? [...PACKAGE_BUILDERS, LOGIN_SESSION] : []),
  ];
}

function main(argv: readonly string[]): number {
  const needs = needsFor(argv);
  const missing = needs.filter((need) => !isMet(need));
  if (missing.length === 0) return 0;

  const packages = [...new Set(missing.flatMap((need) => need.packages))];
  const prefix = findProgram('apt-get') === undefined ? undefined : rootPrefix();
  if (prefix !== undefined) {
    say(`installing ${packages.join(', ')} with apt-get…`);
    const ran = install(prefix, packages);
    if (!ran.ok) {
      say(`apt-get failed:\n${ran.output.trimEnd().split('\n').slice(-15).join('\n')}`);
      // One package that cannot be had must not keep out those that nothing works without.
      const hard = [...new Set(missing.filter((need) => need.hard).flatMap((need) => need.packages))];
      if (hard.length > 0 && hard.length < packages.length) install(prefix, hard);
    }
  }

  const still = needs.filter((need) => !isMet(need));
  if (still.length === 0) return 0;
  report(still);
  say(`run: ${commandFor([...new Set(still.flatMap((need) => need.packages))])}`);
  return still.some((need) => need.hard) ? 1 : 0;
}

/** Node for Windows and the native modules' binaries, from npm. Where they cannot be had, the tests under Wine are skipped. */
async function fetchForWindows(): Promise<void> {
  const { fetchWindowsPackages, hasWindowsPackages } = await import('../test/windows/windows-packages.ts');
  if (await hasWindowsPackages()) return;
  say('fetching Node for Windows with npm…');
  try {
    await fetchWindowsPackages();
  } catch (error) {
    say(
      `it could not be fetched: the tests under Wine are skipped.\n${error instanceof Error ? error.message : error}`,
    );
  }
}

process.exitCode = main(process.argv.slice(2));
if (process.argv.includes('--for=windows') && process.platform === 'linux') await fetchForWindows();
