/** Starts the shell on the stand-in over services of the test's own (main.ts), with folders of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { findChromium } from '../../electron-standin/chromium/find-chromium.ts';
import { launchStandIn, type StandInApp, type StandInOptions } from '../../electron-standin/driver.ts';
import type { ShellApp } from './main.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

export const hasChromium = findChromium() !== undefined;
if (!hasChromium) console.warn('SKIPPED: the tests of the shell, because no Chromium is installed');

/** What a page's own script offers (documents/window/page.js). */
type Probe = Readonly<Record<string, (...args: unknown[]) => unknown>>;

export interface LaunchedShell extends AsyncDisposable {
  readonly app: StandInApp;
  readonly home: string;
  /** The window's page, when it is there. */
  window(): Promise<Page>;
  prompt(): Promise<Page>;
  /** Runs a function of the page's own script. */
  probe(name: string, ...args: unknown[]): Promise<unknown>;
  /** Runs in the main process with the test's services. */
  inside<Result, Argument>(run: (shell: ShellApp, argument: Argument) => Result, argument: Argument): Promise<Result>;
  journal(): Promise<readonly string[]>;
  log(): Promise<readonly Record<string, unknown>[]>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly passwordStore?: StandInOptions['passwordStore'];
  /** Kept between two runs of a test, which removes it. */
  readonly home?: string;
}

export async function launchShell(options: LaunchOptions = {}): Promise<LaunchedShell> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'gk-shell-')));
  const app = await launchStandIn({
    main: MAIN,
    args: options.args ?? [],
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      GLASSKEY_HOME: join(home, 'glasskey'),
      ...options.env,
    },
    userDataDir: join(home, 'user-data'),
    ...(options.passwordStore === undefined ? {} : { passwordStore: options.passwordStore }),
  });
  const window = () => app.page({ url: 'app://window/' });
  return {
    app,
    home,
    window,
    prompt: () => app.page({ url: 'app://prompt/' }),
    async probe(name, ...args) {
      return (await window()).evaluate(
        ([wanted, given]) =>
          (globalThis as unknown as { probe: Probe }).probe[wanted as string]?.(...(given as unknown[])),
        [name, args] as const,
      );
    },
    inside(run, argument) {
      return app.evaluate<never, { source: string; argument: unknown }>(
        (_electron, { source, argument: given }) => {
          const shell = (globalThis as unknown as { shellApp: unknown }).shellApp;
          return new Function(`return (${source})`)()(shell, given) as never;
        },
        { source: run.toString(), argument },
      );
    },
    journal() {
      return app.evaluate(() => (globalThis as unknown as { shellApp: ShellApp }).shellApp.journal);
    },
    async log() {
      const text = await readFile(join(home, 'glasskey', 'glasskey.log'), 'utf8').catch(() => '');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
    },
    async [Symbol.asyncDispose]() {
      await app.stop();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}
