/**
 * `npm start [-- arguments of the app]`: the desktop app, on real Electron wherever it can be had, else on the stand-in.
 *
 * Electron's binary is no part of its npm package: it is there when it was downloaded once (or where
 * ELECTRON_OVERRIDE_DIST_PATH says), and Electron's own installer is asked for it otherwise, within a time limit. When that
 * fails, one line says so, and the app runs on test/electron-standin, headless, in an installed Chromium. `--standin` as the
 * first argument asks for the stand-in at once; ELECTRON_SKIP_BINARY_DOWNLOAD=1 (Electron's own) keeps from downloading.
 *
 * Under real Electron electron-forge builds and starts the app; the stand-in runs main/index.ts as it is.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolderPath } from '../main/storage/data-folder.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A download of about 110 MB; who waits longer than this has no connection worth the name. */
const DOWNLOAD_WITHIN_MS = 180_000;

/** Who has not ended by then has begun: another instance, or no browser, ends it earlier. */
const RUNS_AFTER_MS = 3_000;

export type Choice =
  | { readonly kind: 'electron'; readonly path: string }
  | { readonly kind: 'stand-in'; readonly because: string };

/** The binary that `require('electron')` would name, when it is there; never downloads. `packageFolder`: node_modules/electron. */
export function installedElectron(packageFolder: string, environment: NodeJS.ProcessEnv): string | undefined {
  const pathFile = join(packageFolder, 'path.txt');
  const executable = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : undefined;
  const { ELECTRON_OVERRIDE_DIST_PATH: override } = environment;
  const path =
    override === undefined || override === ''
      ? executable && join(packageFolder, 'dist', executable)
      : join(override, executable ?? 'electron');
  return path && existsSync(path) ? path : undefined;
}

/** Electron's own installer. Returns what went wrong, in a few words. */
function download(packageFolder: string): string | undefined {
  const { status, stderr, error } = spawnSync(process.execPath, [join(packageFolder, 'install.js')], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    timeout: DOWNLOAD_WITHIN_MS,
  });
  if (status === 0) return undefined;
  return (error?.message ?? stderr.trim().split('\n')[0] ?? '').slice(0, 200) || 'its installer failed';
}

export function chooseElectron(
  packageFolder: string,
  environment: NodeJS.ProcessEnv,
  tryDownload: (packageFolder: string) => string | undefined = download,
): Choice {
  const installed = installedElectron(packageFolder, environment);
  if (installed !== undefined) return { kind: 'electron', path: installed };
  if (!existsSync(join(packageFolder, 'install.js'))) {
    return { kind: 'stand-in', because: 'the npm package electron is not installed' };
  }
  const { ELECTRON_SKIP_BINARY_DOWNLOAD: skip } = environment;
  if (skip !== undefined && skip !== '') {
    return { kind: 'stand-in', because: 'Electron is not downloaded, and ELECTRON_SKIP_BINARY_DOWNLOAD is set' };
  }
  const wrong = tryDownload(packageFolder);
  const downloaded = installedElectron(packageFolder, environment);
  if (downloaded !== undefined) return { kind: 'electron', path: downloaded };
  return { kind: 'stand-in', because: `Electron could not be downloaded (${wrong ?? 'no binary came'})` };
}

function commandOf(choice: Choice, appArguments: readonly string[]): readonly string[] {
  if (choice.kind === 'electron') {
    return [join(ROOT, 'node_modules', '.bin', 'electron-forge'), 'start', '--', ...appArguments];
  }
  const register = join(ROOT, 'test', 'electron-standin', 'register.ts');
  return [process.execPath, '--import', register, join(ROOT, 'main', 'index.ts'), ...appArguments];
}

/** Nothing else is to be seen of an app without a window. */
function tellItRuns(): void {
  const dataFolder = dataFolderPath({ platform: process.platform, env: process.env, home: homedir() });
  console.error(`start: the app runs; Ctrl-C ends it. Its log: ${join(dataFolder, 'glasskey.log')}`);
}

function main(argv: readonly string[]): void {
  const asked = argv[0] === '--standin';
  const choice: Choice = asked
    ? { kind: 'stand-in', because: 'you asked for it' }
    : chooseElectron(join(ROOT, 'node_modules', 'electron'), process.env);
  if (choice.kind === 'stand-in') {
    console.error(
      `start: running on the Electron stand-in (headless Chromium; no window is shown): ${choice.because}.`,
    );
  }
  const [program = '', ...rest] = commandOf(choice, asked ? argv.slice(1) : argv);
  const child = spawn(program, rest, { stdio: 'inherit', cwd: ROOT });
  // A Ctrl+C in the terminal reaches the app by itself; a signal sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  const told = choice.kind === 'stand-in' ? setTimeout(tellItRuns, RUNS_AFTER_MS) : undefined;
  child.on('error', (error) => {
    clearTimeout(told);
    console.error(`start: ${program} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    clearTimeout(told);
    process.exitCode = code ?? (signal === null ? 1 : 130);
  });
}

if (import.meta.main) main(process.argv.slice(2));
