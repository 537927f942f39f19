/**
 * Starts an Electron app on the stand-in and drives it from a test in another process.
 *
 *     await using app = await launchStandIn({ main: 'main/index.ts', args: ['--hidden'] });
 *     const page = await app.page({ title: /Glasskey/ });       // a Playwright Page: locators, clicks, screenshots
 *     await page.getByRole('button', { name: 'Enroll' }).click();
 *     await app.chooseFromTray(['Quit Glasskey']);
 *     expect(await app.exited).toBe(0);
 *
 * - `page(match)` connects playwright-core over the debugging port, which is open on 127.0.0.1 only, and only under a driver.
 *   Connected with `noDefaults`, so that Playwright changes neither focus, media nor downloads.
 * - `evaluate(fn, arg)` runs `fn(electron, arg)` in the main process, as Playwright's `electronApp.evaluate` does; argument and
 *   result cross by structured clone, and `fn` sees nothing of the test's scope.
 * - `until(test)` waits for a snapshot of the app that passes; every helper that waits is made of it.
 * - Dialogs wait for `answerDialog`; notifications, tray, menus, power, appearance, deep links have their helpers below. A second
 *   instance is real: `secondInstance(args)` starts one and waits until it has handed over and ended.
 * - `stop()` (and the end of the `await using` block) ends the app and Chromium at once and removes the user-data folder that
 *   `launchStandIn` made. An app whose test process dies ends by itself, and removes it.
 *
 * Safe to use many at once: nothing is shared, no fixed port, no fixed path.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Electron from 'electron';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { DialogAnswer, DialogState } from './api/dialog.ts';
import type { NotificationAct, NotificationState } from './api/notification.ts';
import type { PowerEvent } from './api/power-monitor.ts';
import type { SystemAppearance } from './api/registry.ts';
import {
  CONTROL_VARIABLE,
  type FromApp,
  type MenuChoice,
  type Method,
  type Requests,
  type Snapshot,
  type TrayButton,
  type WindowState,
} from './control/control-protocol.ts';
import { decode, encode } from './wire/structured-wire.ts';

export type { DialogState, NotificationState, Snapshot, WindowState };

const REGISTER = fileURLToPath(new URL('./register.ts', import.meta.url));

/** Generous, because it only matters when something is wrong: a start takes well under a second. */
const PATIENCE_MS = 20_000;

export interface StandInOptions {
  /** The main process's entry, TypeScript or JavaScript. */
  readonly main: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Kept when given; otherwise one is made and removed. */
  readonly userDataDir?: string;
  /** The keychain of the pretended machine, as Electron's `--password-store` names it; none by default. */
  readonly passwordStore?: 'gnome-libsecret' | 'kwallet5' | 'kwallet6';
  /** The Node that runs it; this one by default. */
  readonly node?: string;
}

export type WindowMatch =
  | { readonly id: number }
  | { readonly title: RegExp | string }
  | { readonly url: RegExp | string };

function isMatch(window: WindowState, match: WindowMatch): boolean {
  if ('id' in match) return window.id === match.id;
  const [text, wanted] = 'title' in match ? [window.title, match.title] : [window.url, match.url];
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

/** The Electron module as `evaluate` hands it to a function. */
export type ElectronMain = typeof Electron;

class AppHasEnded extends Error {
  override readonly name = 'AppHasEnded';
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The socket the app (and every second instance) connects to. */
class ControlServer {
  readonly path: string;
  readonly changes = new EventEmitter();
  private readonly server: Server;
  private readonly waiting = new Map<number, Waiting>();
  private app: Socket | undefined;
  private lastId = 0;

  private constructor(path: string, server: Server) {
    this.path = path;
    this.server = server;
    this.changes.setMaxListeners(0);
  }

  static async listen(path: string): Promise<ControlServer> {
    const server = createServer();
    const control = new ControlServer(path, server);
    server.on('connection', (socket) => control.accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return control;
  }

  private accept(socket: Socket): void {
    socket.on('error', () => {});
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.receive(socket, JSON.parse(line) as FromApp);
    });
    socket.on('close', () => {
      if (this.app !== socket) return;
      this.app = undefined;
      for (const waiting of this.waiting.values()) waiting.reject(new AppHasEnded('the app has ended'));
      this.waiting.clear();
      this.changes.emit('change');
    });
  }

  private receive(socket: Socket, message: FromApp): void {
    if ('hello' in message) {
      // The first is the app; a later one is a second instance, which only has to have somebody to talk to.
      this.app ??= socket;
      this.changes.emit('hello');
      return;
    }
    if ('changed' in message) {
      if (socket === this.app) this.changes.emit('change');
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  }

  get isConnected(): boolean {
    return this.app !== undefined;
  }

  ask<M extends Method>(method: M, params: Requests[M]['asked']): Promise<Requests[M]['answer']> {
    const { app } = this;
    if (app === undefined) return Promise.reject(new AppHasEnded('the app has ended'));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: (result) => resolve(result as Requests[M]['answer']), reject });
      app.write(`${JSON.stringify({ id, method, params: params ?? null })}\n`);
    });
  }

  close(): void {
    this.app?.destroy();
    this.server.close();
  }
}

export class StandInApp {
  readonly process: ChildProcess;
  readonly userDataDir: string;
  /** The exit code; null when it was killed. */
  readonly exited: Promise<number | null>;

  private readonly control: ControlServer;
  private readonly folder: string;
  private readonly options: StandInOptions;
  private output = '';
  private errors = '';
  private connected: Promise<Browser> | undefined;

  private constructor(options: StandInOptions, folder: string, control: ControlServer) {
    this.options = options;
    this.folder = folder;
    this.control = control;
    this.userDataDir = options.userDataDir ?? join(folder, 'user-data');
    this.process = this.spawn(options.args ?? []);
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString('utf8');
    });
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString('utf8');
    });
    this.exited = new Promise((resolve) => this.process.once('close', (code) => resolve(code)));
  }

  static async launch(options: StandInOptions): Promise<StandInApp> {
    const folder = await mkdtemp(join(tmpdir(), 'standin-'));
    const control = await ControlServer.listen(join(folder, 'control.sock'));
    const app = new StandInApp(options, folder, control);
    try {
      await app.whenConnected();
      await app.until((snapshot) => snapshot.app.isReady, 'the app to be ready');
      return app;
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  private spawn(args: readonly string[]): ChildProcess {
    const { main, env, cwd, passwordStore, node } = this.options;
    const switches = [
      `--user-data-dir=${this.userDataDir}`,
      ...(passwordStore === undefined ? [] : [`--password-store=${passwordStore}`]),
    ];
    return spawn(node ?? process.execPath, ['--import', REGISTER, main, ...switches, ...args], {
      env: { ...(env ?? process.env), [CONTROL_VARIABLE]: this.control.path },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
  }

  private async whenConnected(): Promise<void> {
    if (this.control.isConnected) return;
    const hello = new Promise<void>((resolve) => this.control.changes.once('hello', () => resolve()));
    const early = this.exited.then((code) => {
      throw new Error(`the app ended with ${code} before it was ready:\n${this.errors}`);
    });
    early.catch(() => {});
    await Promise.race([hello, early]);
  }

  /** An app that has ended says why, in the error of whoever asked next. */
  private async ask<M extends Method>(method: M, params: Requests[M]['asked']): Promise<Requests[M]['answer']> {
    try {
      return await this.control.ask(method, params);
    } catch (error) {
      if (!(error instanceof AppHasEnded)) throw error;
      const code = await this.exited;
      throw new AppHasEnded(`the app has ended (${code ?? this.process.signalCode}) at '${method}':\n${this.errors}`);
    }
  }

  /** What the app wrote to its standard output and error so far. */
  get stdout(): string {
    return this.output;
  }

  get stderr(): string {
    return this.errors;
  }

  snapshot(): Promise<Snapshot> {
    return this.ask('snapshot', undefined);
  }

  /** Waits for a snapshot that passes: looks at once, and whenever something changed. `what` is for the error. */
  async until(test: (snapshot: Snapshot) => boolean, what: string, patienceMs = PATIENCE_MS): Promise<Snapshot> {
    const deadline = AbortSignal.timeout(patienceMs);
    for (;;) {
      // Before the look, so that no change falls between the two.
      const changed = this.nextChange(deadline);
      const snapshot = await this.snapshot().catch((error: unknown) => {
        throw new Error(`waited for ${what}: ${error instanceof Error ? error.message : String(error)}`);
      });
      if (test(snapshot)) return snapshot;
      if (deadline.aborted) {
        const windows = snapshot.windows.map(({ title, url }) => `${title} ${url}`).join('; ');
        throw new Error(`waited ${patienceMs} ms for ${what}. Windows: ${windows || 'none'}\n${this.errors}`);
      }
      await changed;
    }
  }

  private nextChange(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.control.changes.off('change', done);
        deadline.removeEventListener('abort', done);
        resolve();
      };
      this.control.changes.on('change', done);
      deadline.addEventListener('abort', done);
    });
  }

  /** Runs a function in the main process; it gets the electron module and the argument, and sees nothing else of the test. */
  async evaluate<Result, Argument = undefined>(
    run: (electron: ElectronMain, argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> {
    const text = await this.ask('evaluate', { source: run.toString(), argument: encode(argument) });
    return decode(text) as Result;
  }

  // Windows and pages.

  async windows(): Promise<readonly WindowState[]> {
    return (await this.snapshot()).windows;
  }

  /** Waits for a window that matches. */
  async window(match: WindowMatch): Promise<WindowState> {
    const found = (snapshot: Snapshot): WindowState | undefined =>
      snapshot.windows.find((window) => isMatch(window, match) && window.targetId !== undefined);
    const snapshot = await this.until(
      (each) => found(each) !== undefined,
      `a window ${JSON.stringify(describe(match))}`,
    );
    return found(snapshot) as WindowState;
  }

  /** Playwright's connection to the app's Chromium. */
  playwright(): Promise<Browser> {
    this.connected ??= this.snapshot().then(({ endpoint }) => {
      if (endpoint === undefined) throw new Error('the app has no debugging port');
      return chromium.connectOverCDP(endpoint, { noDefaults: true, isLocal: true });
    });
    return this.connected;
  }

  /** Playwright's page of the window that matches; waits for both. */
  async page(match: WindowMatch): Promise<Page> {
    const { targetId, title } = await this.window(match);
    const browser = await this.playwright();
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      for (const page of browser.contexts().flatMap((context) => context.pages())) {
        if ((await targetOf(page)) === targetId) return page;
      }
      if (Date.now() > deadline) throw new Error(`Playwright does not see the page of the window '${title}'`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A PNG of the window's page, also into a file when a path is given. Needs no Playwright. */
  async screenshot(match: WindowMatch, path?: string): Promise<Buffer> {
    const { id } = await this.window(match);
    const png = Buffer.from(await this.ask('screenshot', { windowId: id }), 'base64');
    if (path !== undefined) await writeFile(path, png);
    return png;
  }

  /** Kills the window's renderer. */
  async crash(match: WindowMatch): Promise<void> {
    await this.ask('crash', { windowId: (await this.window(match)).id });
  }

  // Menus and tray.

  /** By the path of labels (`['File', 'Quit']`) or by the item's id. */
  async chooseFromMenu(choice: MenuChoice): Promise<void> {
    await this.ask('chooseMenu', { of: 'application', choice });
  }

  /** From the context menu that is open. */
  async chooseFromPopup(choice: MenuChoice): Promise<void> {
    await this.until((snapshot) => snapshot.popup !== undefined, 'a context menu');
    await this.ask('chooseMenu', { of: 'popup', choice });
  }

  async chooseFromTray(choice: MenuChoice): Promise<void> {
    await this.ask('chooseMenu', { of: { tray: await this.trayId() }, choice });
  }

  async clickTray(button: TrayButton = 'click'): Promise<void> {
    await this.ask('clickTray', { id: await this.trayId(), button });
  }

  private async trayId(): Promise<number> {
    const { trays } = await this.until((snapshot) => snapshot.trays.length > 0, 'a tray icon');
    return trays[0]?.id ?? 0;
  }

  // Notifications and dialogs.

  /** Waits for a notification whose title or body matches. */
  async notification(text: RegExp | string): Promise<NotificationState> {
    const found = (snapshot: Snapshot): NotificationState | undefined =>
      snapshot.notifications.findLast(({ isShown, title, body }) => isShown && contains(`${title}\n${body}`, text));
    return found(await this.until((each) => found(each) !== undefined, `a notification ${text}`)) as NotificationState;
  }

  async actOnNotification(text: RegExp | string, act: NotificationAct): Promise<void> {
    const { number } = await this.notification(text);
    await this.ask('actOnNotification', { number, act });
  }

  /** Waits for a dialog to be open, and answers the oldest. */
  async answerDialog(answer: DialogAnswer): Promise<DialogState> {
    const { dialogs } = await this.until((snapshot) => snapshot.dialogs.length > 0, 'a dialog');
    const dialog = dialogs[0] as DialogState;
    await this.ask('answerDialog', { number: dialog.number, answer });
    return dialog;
  }

  // The machine.

  /** Returns whether the app held up a shutdown. */
  power(event: PowerEvent): Promise<boolean> {
    return this.ask('power', { event });
  }

  async idle(seconds: number): Promise<void> {
    await this.ask('idle', { seconds });
  }

  async appearance(changes: Partial<SystemAppearance>): Promise<void> {
    await this.ask('appearance', changes);
  }

  /** From now on shell.openExternal and openPath fail for this reason; `undefined`: they work again. */
  async refuseToOpen(reason: string | undefined): Promise<void> {
    await this.ask('refuseToOpen', { reason });
  }

  /** macOS's way of a deep link (the event open-url); elsewhere a second instance carries it. */
  async openUrl(url: string): Promise<void> {
    await this.ask('openUrl', { url });
  }

  /** macOS: the dock icon was clicked. */
  async activate(): Promise<void> {
    await this.ask('activate', undefined);
  }

  /** Starts the app once more upon the same user data, with these arguments, and waits for that one to end. */
  async secondInstance(
    args: readonly string[],
  ): Promise<{ readonly exitCode: number | null; readonly stderr: string }> {
    const second = this.spawn(args);
    let stderr = '';
    second.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    second.stdout?.resume();
    const timer = setTimeout(() => second.kill('SIGKILL'), PATIENCE_MS);
    const exitCode = await new Promise<number | null>((resolve) => second.once('close', (code) => resolve(code)));
    clearTimeout(timer);
    return { exitCode, stderr };
  }

  /** Forgets the console lines, blocked requests and unhandled rejections so far. */
  async clearRecords(): Promise<void> {
    await this.ask('clearRecords', undefined);
  }

  // Ending.

  /** app.quit(), as a person would; the app may refuse. */
  async quit(): Promise<void> {
    await this.ask('quit', undefined);
  }

  /** Ends everything at once and clears up. Never fails. */
  async stop(): Promise<void> {
    await this.connected?.then((browser) => browser.close()).catch(() => {});
    if (this.process.exitCode === null && this.process.signalCode === null) {
      await this.ask('exit', undefined).catch(() => {});
      const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
      await this.exited;
      clearTimeout(timer);
    }
    this.control.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function describe(match: WindowMatch): object {
  return Object.fromEntries(Object.entries(match).map(([key, value]) => [key, String(value)]));
}

function contains(text: string, wanted: RegExp | string): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

async function targetOf(page: Page): Promise<string | undefined> {
  try {
    const session = await page.context().newCDPSession(page);
    const { targetInfo } = await session.send('Target.getTargetInfo');
    await session.detach();
    return targetInfo.targetId;
  } catch {
    // It closed while we looked.
    return undefined;
  }
}

/** Starts the app and waits until it is ready. */
export function launchStandIn(options: StandInOptions): Promise<StandInApp> {
  return StandInApp.launch(options);
}
