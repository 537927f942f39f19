/**
 * A Windows computer for tests: Wine, in a folder of its own, that runs Node programs. The folder is made once a test run
 * (wine-for-all.ts), and everything under it ends and is deleted with it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { hasWindowsPackages, NODE_EXE, WINDOWS_PACKAGES } from './windows-packages.ts';

const run = promisify(execFile);

/** Debian's wine64 puts them here; nothing of it is on the PATH. */
export const WINE = '/usr/lib/wine/wine64';
const WINESERVER = '/usr/lib/wine/wineserver64';
const AS_USER = join(import.meta.dirname, 'as-user.ts');
/** Making the folder takes 9 s on an idle computer. */
const BOOT_TIMEOUT_MS = 180_000;
const DEFAULT_SECONDS = 60;
/**
 * No Node under Wine has started by then. Where Wine itself ends so soon, with 1 and without a word, as was seen once in some hundred starts of
 * two at a time, nothing of the program has run.
 */
const NODE_STARTS_MS = 150;

/** Why there can be no Windows here, and what to do; undefined when there can. */
export async function whyNoWindows(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine runs it on x86-64 Linux alone';
  if (!existsSync(WINE) || !existsSync(WINESERVER)) return `${WINE} is missing: npm run setup -- --for=windows`;
  if (!(await hasWindowsPackages())) return 'Node for Windows is missing: npm run setup -- --for=windows';
  return undefined;
}

/** A path of this computer as Windows programs name it. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

export interface WindowsRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WindowsRunOptions {
  /** Of the program, beyond what its user has. Values in Windows's own spelling (`windowsPath`). */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it can read from its standard input. */
  readonly input?: string;
  /** After which it is ended: `status` is null then. */
  readonly seconds?: number;
  /** Of this computer's environment, for what Wine starts of its programs: `xdg-open` on a `PATH` is the browser. */
  readonly unix?: Readonly<Record<string, string>>;
  /** A library of the system's that this Windows is to lack, for this program: `webauthn`. */
  readonly withoutLibrary?: string;
}

/** A program that runs. */
export interface WindowsProgram {
  /** What it has written so far. */
  output(): Promise<string>;
  readonly ended: Promise<WindowsRun>;
  /** Ends it the hard way, as the task manager does. */
  kill(): void;
}

/** A folder for Wine, with Windows in it. `close` ends all that runs in it and deletes it. */
export async function installWindows(): Promise<{ readonly folder: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'gk-wine-'));
  const environment = wineEnvironment(folder);
  const options = { env: environment, timeout: BOOT_TIMEOUT_MS };
  const close = async () => {
    await run(WINESERVER, ['-k'], options).catch(() => {});
    await run(WINESERVER, ['-w'], options).catch(() => {});
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await mkdir(join(folder, 'home'), { recursive: true });
    await run(WINE, ['wineboot', '--init'], options);
    await run(WINE, ['winecfg', '-v', 'win10'], options);
    return { folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function wineEnvironment(folder: string, withoutLibrary = ''): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    // Wine links the user's folders into the home folder: not into that of whoever runs the tests.
    HOME: join(folder, 'home'),
    WINEPREFIX: join(folder, 'prefix'),
    WINESERVER,
    WINEDEBUG: '-all',
    // No menu entries, and no offers to fetch .NET or a browser engine.
    WINEDLLOVERRIDES: ['mscoree', 'mshtml', 'winemenubuilder.exe', withoutLibrary]
      .filter(Boolean)
      .join(',')
      .concat('='),
  };
}

/** One user of a Windows computer, with folders of their own. */
export class WindowsUser {
  /** `%USERPROFILE%`, as this computer names it. */
  readonly home: string;
  readonly #folder: string;
  readonly #runs: string;
  #count = 0;

  private constructor(folder: string, own: string) {
    this.#folder = folder;
    // As that of many an account.
    this.home = join(own, 'Ada Lovelace');
    this.#runs = join(own, 'runs');
  }

  /** `folder`: of `installWindows`. */
  static async create(folder: string): Promise<WindowsUser> {
    const user = new WindowsUser(folder, await mkdtemp(join(folder, 'user-')));
    for (const part of ['AppData/Local', 'AppData/Roaming', 'Temp', '.ssh']) {
      await mkdir(join(user.home, part), { recursive: true });
    }
    await mkdir(user.#runs);
    return user;
  }

  /** Where a file of the system lies: `system32/webauthn.dll`. */
  systemFile(path: string): string {
    return join(this.#folder, 'prefix', 'drive_c', 'windows', path);
  }

  /** What this computer calls a path of that Windows. Throws for drives that it does not have. */
  pathHere(path: string): string {
    const [, drive, rest = ''] = /^([CZ]):\\(.*)$/i.exec(path) ?? [];
    if (drive === undefined) throw new Error(`${path} is no path of this Windows`);
    const root = drive.toUpperCase() === 'C' ? join(this.#folder, 'prefix', 'drive_c') : '/';
    return join(root, ...rest.split('\\'));
  }

  /** Runs a script of this repository (an absolute path; TypeScript too) with Node for Windows, to its end. */
  async run(script: string, args: readonly string[] = [], options: WindowsRunOptions = {}): Promise<WindowsRun> {
    const begun = performance.now();
    const ended = await (await this.start(script, args, options)).ended;
    const isSilent = ended.status === 1 && ended.stdout === '' && ended.stderr === '';
    if (!isSilent || performance.now() - begun > NODE_STARTS_MS) return ended;
    console.warn(`Wine ended at once, before Node could start: ${script} ${args.join(' ')} is started again`);
    return (await this.start(script, args, options)).ended;
  }

  /** The same without waiting for its end. */
  start(script: string, args: readonly string[] = [], options: WindowsRunOptions = {}): Promise<WindowsProgram> {
    const before = ['--disable-warning=ExperimentalWarning', '--import', asUrl(AS_USER)];
    return this.#start([NODE_EXE, ...before, windowsPath(script), ...args], options);
  }

  /** Runs any program for Windows (an absolute path of this computer), to its end. */
  async runProgram(
    program: string,
    args: readonly string[] = [],
    options: WindowsRunOptions = {},
  ): Promise<WindowsRun> {
    return (await this.#start([program, ...args], options)).ended;
  }

  async #start(
    command: readonly string[],
    { environment = {}, input = '', seconds = DEFAULT_SECONDS, unix = {}, withoutLibrary }: WindowsRunOptions,
  ): Promise<WindowsProgram> {
    this.#count += 1;
    const number = this.#count;
    const file = (name: string) => join(this.#runs, `${number}.${name}`);
    // Node under Wine can open files as its standard streams, no pipes.
    const streams = await Promise.all([
      open(file('in'), 'w+').then(async (handle) => {
        await handle.write(input, 0);
        await handle.close();
        return open(file('in'), 'r');
      }),
      open(file('out'), 'w'),
      open(file('err'), 'w'),
    ]);
    const child = spawn(WINE, [...command], {
      cwd: this.home,
      env: {
        ...wineEnvironment(this.#folder, withoutLibrary),
        ...unix,
        ...environment,
        NODE_SKIP_PLATFORM_CHECK: '1',
        // The same programs are started again and again.
        NODE_COMPILE_CACHE: windowsPath(join(this.#folder, 'compiled')),
        // Where require() looks for binaries that npm has not installed on this system.
        NODE_PATH: windowsPath(WINDOWS_PACKAGES),
        GLASSKEY_TEST_ENVIRONMENT: JSON.stringify({ ...this.#environment(), ...environment }),
      },
      stdio: streams.map(({ fd }) => fd),
      timeout: seconds * 1000,
      killSignal: 'SIGKILL',
    });
    const ended = endOf(child).then(async (status) => {
      const [stdout, stderr] = await Promise.all(['out', 'err'].map((name) => readFile(file(name), 'utf8')));
      return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
    });
    for (const stream of streams) await stream.close();
    return { output: () => readFile(file('out'), 'utf8'), ended, kill: () => void child.kill('SIGKILL') };
  }

  #environment(): Record<string, string> {
    const below = (path: string) => windowsPath(join(this.home, path));
    return {
      USERPROFILE: windowsPath(this.home),
      LOCALAPPDATA: below('AppData/Local'),
      APPDATA: below('AppData/Roaming'),
      TEMP: below('Temp'),
      TMP: below('Temp'),
    };
  }
}

function asUrl(path: string): string {
  return pathToFileURL(path).href.replace('file:///', 'file:///Z:/');
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status));
  });
}
