/**
 * app: the life of the stand-in app.
 *
 * - The browser starts when the app first asks for `ready` (whenReady or the event), after the code that asked has run to its
 *   end, so switches and paths set beside it count.
 * - quit() is Electron's: before-quit, every window's close, will-quit, quit; any of the first three may stop it. SIGINT, SIGTERM
 *   and SIGHUP quit, a second one ends at once. exit() asks nobody.
 * - The single-instance lock is real, between processes (single-instance.ts).
 * - setLoginItemSettings, setAsDefaultProtocolClient, setAppUserModelId, setBadgeCount, setAboutPanelOptions, setDesktopName are
 *   recorded for the driver; nothing of the machine is touched.
 *
 * Missing: everything of macOS (dock is undefined, as elsewhere in Electron), GPU facts, jump lists, recent documents, relaunch,
 * proxies, certificates.
 */

import { join } from 'node:path';
import { startBrowser } from '../chromium/browser.ts';
import { missing } from '../missing.ts';
import { prepareScripts } from '../page/page-scripts.ts';
import { decode, encode } from '../wire/structured-wire.ts';
import { AppPaths, readPackage } from './app-paths.ts';
import type { BrowserWindow } from './browser-window.ts';
import { commandLine } from './command-line.ts';
import { Menu } from './menu.ts';
import { registry } from './registry.ts';
import { session } from './session.ts';
import { type Handover, SingleInstance } from './single-instance.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter } from './standin-object.ts';
import type { WebContents } from './web-contents.ts';

const EVENTS = new Set([
  ...['will-finish-launching', 'ready', 'window-all-closed', 'before-quit', 'will-quit', 'quit', 'activate'],
  ...['second-instance', 'open-url', 'web-contents-created', 'browser-window-created', 'browser-window-focus'],
  ...['browser-window-blur', 'render-process-gone', 'child-process-gone'],
  // Never by themselves here: no request leaves this computer. A test emits them.
  ...['certificate-error', 'select-client-certificate', 'login'],
]);

interface LoginItemSettings {
  readonly openAtLogin?: boolean;
  readonly args?: readonly string[];
  readonly path?: string;
  readonly [option: string]: unknown;
}

interface ProtocolClient {
  readonly protocol: string;
  readonly path: string | undefined;
  readonly args: readonly string[] | undefined;
}

/** Long enough to outlive any test; cleared at the end. */
const FOREVER_MS = 2 ** 30;

export class App extends StandInEmitter {
  static override readonly _apiName = 'app';

  readonly commandLine = commandLine;
  readonly isPackaged = false;
  readonly dock = undefined;
  readonly runningUnderARM64Translation = false;
  private readonly _package = readPackage(process.argv[1] ?? '.');
  private readonly _paths = new AppPaths();
  private readonly _instance = new SingleInstance();
  private _life: NodeJS.Timeout | undefined;
  private _name = this._package.name;
  private _ready: Promise<void> | undefined;
  private _isReady = false;
  private _isQuitting = false;
  private _isEnding = false;
  private _loginItem: LoginItemSettings = {};
  private _protocolClients: ProtocolClient[] = [];
  private _userModelId = '';
  private _badge = 0;
  private _aboutPanel: object = {};

  constructor() {
    super();
    registry.app = this;
  }

  /** From here on this process is the app: it ends by quitting, not by running out of work. Once is enough. */
  _run(): void {
    if (this._life !== undefined) return;
    this._life = setInterval(() => {}, FOREVER_MS);
    process.once('exit', () => {
      this._instance.release();
      registry.browser?.kill();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this._isQuitting || this._isEnding) this.exit(1);
        else this.quit();
      });
    }
  }

  protected override _events_(): ReadonlySet<string> {
    return EVENTS;
  }

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    super.on(event, listener);
    if (event === 'ready') void this.whenReady();
    return this;
  }

  override once(event: string | symbol, listener: (...args: never[]) => void): this {
    super.once(event, listener);
    if (event === 'ready') void this.whenReady();
    return this;
  }

  // Starting.

  whenReady(): Promise<void> {
    this._ready ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this._start().then(resolve, (error: unknown) => {
          console.error(error);
          reject(error);
          this.exit(1);
        });
      });
    });
    return this._ready;
  }

  isReady(): boolean {
    return this._isReady;
  }

  private async _start(): Promise<void> {
    if (this._isEnding) return;
    this.emit('will-finish-launching', createEvent());
    prepareScripts();
    const browser = await startBrowser({
      profileFolder: join(this.getPath('sessionData'), 'electron-standin', 'chromium'),
      debuggingPort: registry.hasDriver,
      language: this.getLocale(),
      switches: commandLine._switches(),
    });
    if (this._isEnding) {
      browser.kill();
      return;
    }
    registry.browser = browser;
    Object.defineProperty(process.versions, 'chrome', { value: browser.version, configurable: true, enumerable: true });
    void browser.ended.then(() => this._browserEnded());
    browser.onUninvited(({ type, url }) => {
      // A page's popup was told, and asked about, by the page that opened it.
      if (type === 'page') return;
      registry.blocked.push({ url: registry.schemes.toApp(url), resourceType: type, webContentsId: 0 });
      registry.changes.emit('change');
    });
    browser.session.on('Browser.downloadWillBegin', ({ frameId, url, suggestedFilename }) => {
      const contents = [...registry.contents.values()].find((each) => each.mainFrame._find(frameId) !== undefined);
      (contents?.session ?? session.defaultSession)._download(registry.schemes.toApp(url), suggestedFilename, contents);
    });
    this._isReady = true;
    this.emit('ready', createEvent(), {});
    registry.changes.emit('change');
  }

  private _browserEnded(): void {
    if (this._isEnding) return;
    console.error('electron stand-in: Chromium ended unasked');
    this.exit(1);
  }

  // Ending.

  quit(): void {
    if (this._isQuitting || this._isEnding) return;
    const event = createEvent();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this._isQuitting = true;
    void this._closeAll();
  }

  private async _closeAll(): Promise<void> {
    const closed = await Promise.all([...registry.windows.values()].map((window) => window._requestClose()));
    if (closed.includes(false)) this._isQuitting = false;
    else this._willQuit();
  }

  private _willQuit(): void {
    const event = createEvent();
    this.emit('will-quit', event);
    if (event.defaultPrevented) this._isQuitting = false;
    else this._end(0);
  }

  exit(exitCode = 0): void {
    for (const window of [...registry.windows.values()]) window.destroy();
    this._end(exitCode);
  }

  private _end(exitCode: number): void {
    if (this._isEnding) return;
    this._isEnding = true;
    this.emit('quit', createEvent(), exitCode);
    this._instance.release();
    clearInterval(this._life);
    void (registry.browser?.close() ?? Promise.resolve()).finally(() => process.exit(exitCode));
  }

  // Instances.

  requestSingleInstanceLock(additionalData?: object): boolean {
    const handover: Handover = {
      argv: process.argv,
      workingDirectory: process.cwd(),
      additionalData: encode(additionalData ?? null),
    };
    return this._instance.request(join(this.getPath('userData'), 'electron-standin'), handover, (received) => {
      const data = decode(String(received.additionalData));
      this.emit('second-instance', createEvent(), received.argv, received.workingDirectory, data);
      registry.changes.emit('change');
    });
  }

  hasSingleInstanceLock(): boolean {
    return this._instance.isHeld;
  }

  releaseSingleInstanceLock(): void {
    this._instance.release();
  }

  // Facts.

  getName(): string {
    return this._name;
  }

  setName(name: string): void {
    this._name = name;
  }

  get name(): string {
    return this._name;
  }

  set name(name: string) {
    this._name = name;
  }

  getVersion(): string {
    return this._package.version;
  }

  getAppPath(): string {
    return this._package.folder;
  }

  getPath(name: string): string {
    return this._paths.get(name, this._name);
  }

  setPath(name: string, path: string): void {
    if (this._ready !== undefined && this._isReady && (name === 'userData' || name === 'sessionData')) {
      throw missing(`app.setPath('${name}') after ready`, 'the browser has its profile there');
    }
    this._paths.set(name, path);
  }

  setAppLogsPath(path?: string): void {
    if (path !== undefined) this._paths.set('logs', path);
  }

  getLocale(): string {
    const given = commandLine.getSwitchValue('lang');
    return given === '' ? 'en-US' : given;
  }

  getSystemLocale(): string {
    return this.getLocale();
  }

  getPreferredSystemLanguages(): string[] {
    return [this.getLocale()];
  }

  getLocaleCountryCode(): string {
    return this.getLocale().split('-')[1] ?? '';
  }

  get applicationMenu(): Menu | null {
    return Menu.getApplicationMenu();
  }

  set applicationMenu(menu: Menu | null) {
    Menu.setApplicationMenu(menu);
  }

  // Before ready.

  /** Renderers are sandboxed here in any case (`sandbox: false` is refused). */
  enableSandbox(): void {
    if (this._isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  /** It is off here in any case. */
  disableHardwareAcceleration(): void {
    if (this._isReady) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
  }

  focus(_options?: object): void {
    [...registry.windows.values()].findLast((window) => window.isVisible())?.focus();
  }

  // Recorded.

  setLoginItemSettings(settings: LoginItemSettings): void {
    this._loginItem = { ...settings };
    registry.changes.emit('change');
  }

  getLoginItemSettings(_options?: object): object {
    const openAtLogin = this._loginItem.openAtLogin === true;
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    };
  }

  setAsDefaultProtocolClient(protocol: string, path?: string, args?: readonly string[]): boolean {
    this.removeAsDefaultProtocolClient(protocol);
    this._protocolClients.push({ protocol, path, args });
    return true;
  }

  removeAsDefaultProtocolClient(protocol: string): boolean {
    this._protocolClients = this._protocolClients.filter((client) => client.protocol !== protocol);
    return true;
  }

  isDefaultProtocolClient(protocol: string): boolean {
    return this._protocolClients.some((client) => client.protocol === protocol);
  }

  setAppUserModelId(id: string): void {
    this._userModelId = id;
  }

  setDesktopName(_name: string): void {}

  setAboutPanelOptions(options: object): void {
    this._aboutPanel = { ...options };
  }

  setBadgeCount(count = 0): boolean {
    this._badge = count;
    return true;
  }

  getBadgeCount(): number {
    return this._badge;
  }

  /** For the driver. */
  _recorded(): RecordedByApp {
    return {
      loginItem: { ...this._loginItem },
      protocolClients: [...this._protocolClients],
      userModelId: this._userModelId,
      badge: this._badge,
      aboutPanel: { ...this._aboutPanel },
      switches: commandLine._all(),
      isReady: this._isReady,
    };
  }

  // What the other modules tell.

  _windowCreated(window: BrowserWindow): void {
    this.emit('browser-window-created', createEvent(), window);
    registry.changes.emit('change');
  }

  _webContentsCreated(contents: WebContents): void {
    this.emit('web-contents-created', createEvent(), contents);
  }

  _windowFocused(window: BrowserWindow, isFocused: boolean): void {
    this.emit(isFocused ? 'browser-window-focus' : 'browser-window-blur', createEvent(), window);
  }

  _renderProcessGone(contents: WebContents, details: object): void {
    this.emit('render-process-gone', createEvent(), contents, details);
  }

  _windowClosed(): void {
    if (registry.windows.size > 0 || this._isQuitting || this._isEnding) return;
    // Electron's default, when nobody listens, is to quit.
    if (!this.emit('window-all-closed')) this.quit();
  }
}

export interface RecordedByApp {
  readonly loginItem: Readonly<Record<string, unknown>>;
  readonly protocolClients: readonly ProtocolClient[];
  readonly userModelId: string;
  readonly badge: number;
  readonly aboutPanel: object;
  readonly switches: Readonly<Record<string, string>>;
  readonly isReady: boolean;
}

export const app = new App();
