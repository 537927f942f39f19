/**
 * The desktop app on the lab's computer: real Electron where its binary is installed, else the stand-in. A test drives its
 * documents by Playwright, and asks for nothing that only one of the two can do, unless it asks `standIn` for it.
 *
 *     await using desktop = await startDesktop(lab);
 *     await desktop.window.getByRole('button', { name: 'Enroll a key' }).click();
 *     await desktop.typePin(lab.pin);
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron as electron, type Page } from 'playwright-core';
import { installedElectron } from '../../scripts/start.ts';
import { type ElectronMain, launchStandIn, type StandInApp } from '../electron-standin/driver.ts';
import { builtDocuments } from './built-documents.ts';
import { bundleForElectron } from './electron-bundle.ts';
import type { Lab } from './world.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = fileURLToPath(new URL('./desktop.ts', import.meta.url));
const WINDOW = /^app:\/\/window\//;
const PROMPT = /^app:\/\/prompt\//;

export interface DesktopOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Once the main process can be reached, in general before it has a window. */
  readonly whenReached?: (app: Pick<RunningApp, 'evaluate'>) => Promise<void>;
}

/** Either kind of app, as far as both go. */
export interface RunningApp {
  readonly standIn: StandInApp | undefined;
  /** Waits for it. */
  page(url: RegExp): Promise<Page>;
  evaluate<Result, Argument>(
    run: (electron: ElectronMain, argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>;
  /** What it wrote to its standard error. */
  errors(): string;
  /** Resolves when the process has ended; null where a signal ended it. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

export class LabDesktop {
  readonly #app: RunningApp;
  /** The main window's document. */
  readonly window: Page;

  constructor(app: RunningApp, window: Page) {
    this.#app = app;
    this.window = window;
  }

  /** Undefined on real Electron. */
  get standIn(): StandInApp | undefined {
    return this.#app.standIn;
  }

  /** The prompt window's document, whether it draws anything or not. */
  promptDocument(): Promise<Page> {
    return this.#app.page(PROMPT);
  }

  /** The prompt window's document, once it draws a prompt. */
  async prompt(): Promise<Page> {
    const page = await this.promptDocument();
    await page.locator('main').waitFor();
    return page;
  }

  /** Waits for the prompt that asks for a PIN, and types it into each of its fields. */
  async typePin(pin: string, by: 'mouse' | 'keyboard' = 'keyboard'): Promise<void> {
    const page = await this.prompt();
    const allow = page.locator('button[data-answer="once"]:enabled');
    await page.locator('input').first().waitFor();
    await allow.waitFor();
    const fields = await page.locator('input').all();
    for (const field of fields) {
      if (by === 'mouse') await field.click();
      await page.keyboard.type(pin);
      if (by === 'keyboard') await page.keyboard.press('Enter');
    }
    if (by === 'mouse') await allow.click();
  }

  /** Waits until nothing is asked or told any more. */
  async untilNoPrompt(): Promise<void> {
    const page = await this.#app.page(PROMPT);
    await page.locator('main').waitFor({ state: 'hidden' });
  }

  /** Runs a function in the main process; it sees nothing of the test's scope. */
  evaluate<Result, Argument = undefined>(
    run: (electron: ElectronMain, argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    return this.#app.evaluate(run, argument as Argument);
  }

  /** So long the computer was asleep. */
  sleep(ms: number): Promise<void> {
    return this.evaluate(({ powerMonitor }, asleepMs: number) => {
      powerMonitor.emit('suspend');
      (globalThis as unknown as { labClock: { turn(ms: number): void } }).labClock.turn(asleepMs);
      powerMonitor.emit('resume');
    }, ms);
  }

  get errors(): string {
    return this.#app.errors();
  }

  get exited(): Promise<number | null> {
    return this.#app.exited;
  }

  /** As a person would, by the menu's Quit; resolves with the exit code. */
  async quit(): Promise<number | null> {
    await this.#app.evaluate(({ app }) => app.quit(), undefined).catch(() => {});
    return this.#app.exited;
  }

  /** Ends everything at once and clears up. Never fails; safe to call twice. */
  stop(): Promise<void> {
    return this.#app.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Starts the app upon a lab, and waits for its window. */
export async function startDesktop(lab: Lab, options: DesktopOptions = {}): Promise<LabDesktop> {
  const app = await launch(lab, options);
  try {
    await options.whenReached?.(app);
    return new LabDesktop(app, await app.page(WINDOW));
  } catch (error) {
    await app.stop();
    throw error;
  }
}

/** Of the binary; undefined where the stand-in takes its place. */
export function electronBinary(): string | undefined {
  return installedElectron(join(ROOT, 'node_modules', 'electron'), process.env);
}

async function launch(lab: Lab, { args = [], environment = {} }: DesktopOptions): Promise<RunningApp> {
  const documents = await builtDocuments();
  const binary = electronBinary();
  const env = (folder: string) => ({ ...lab.environment, GLASSKEY_LAB_DOCUMENTS: folder, ...environment });
  if (binary === undefined) {
    return standInApp(await launchStandIn({ main: MAIN, args, env: env(documents) }));
  }
  const bundle = await bundleForElectron(documents);
  try {
    const userData = `--user-data-dir=${join(lab.folder, 'data', 'desktop')}`;
    const app = await electron.launch({
      executablePath: binary,
      args: [bundle.main, userData, ...args],
      env: env(bundle.documents),
    });
    return electronApp(app, bundle.remove);
  } catch (error) {
    await bundle.remove();
    throw error;
  }
}

function standInApp(app: StandInApp): RunningApp {
  return {
    standIn: app,
    page: (url) => app.page({ url }),
    evaluate: (run, argument) => app.evaluate(run, argument),
    errors: () => app.stderr,
    exited: app.exited,
    stop: () => app.stop(),
  };
}

type ElectronApplication = Awaited<ReturnType<typeof electron.launch>>;

function electronApp(app: ElectronApplication, removeBundle: () => Promise<void>): RunningApp {
  const child = app.process();
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const find = (url: RegExp) => app.windows().find((page) => url.test(page.url()));
  return {
    standIn: undefined,
    async page(url) {
      return find(url) ?? app.waitForEvent('window', { predicate: (page) => url.test(page.url()) });
    },
    evaluate: (run, argument) => app.evaluate(run as never, argument as never) as never,
    errors: () => errors,
    exited,
    async stop() {
      await app.close().catch(() => {});
      await removeBundle();
    },
  };
}
