/**
 * webContents: one page and the preload in it.
 *
 * Has: id, session, mainFrame, navigationHistory (canGoBack, canGoForward), loadURL (the app's scheme, data:, about:blank),
 * reload, reloadIgnoringCache, stop, getURL, getTitle, isLoading, isLoadingMainFrame, isDestroyed, isCrashed, isFocused,
 * focus, close, send, setWindowOpenHandler ('deny' only: 'allow' is missing and says so), executeJavaScript, insertText,
 * copy, cut, paste, undo, redo, selectAll, delete, setZoomFactor/Level and their getters, capturePage, getProcessId,
 * setWebRTCIPHandlingPolicy ('disable_non_proxied_udp' only: Chromium is started with it), getOSProcessId is missing, getUserAgent, getType, forcefullyCrashRenderer, setBackgroundThrottling, setIgnoreMenuShortcuts.
 *
 * Events: see EVENTS. `will-navigate` and `will-frame-navigate` hold the navigation until the app has said nothing against
 * it; a page that is let go elsewhere than to the app's scheme still stays, is counted in the driver's `blockedRequests`, and
 * `did-fail-load` says ERR_BLOCKED_BY_CLIENT. `unresponsive`, `responsive` and `will-attach-webview` never happen by
 * themselves here (a webviewTag is refused): a test emits them.
 */
import { randomUUID } from 'node:crypto';
import type { Browser } from '../chromium/browser.ts';
import { missing } from '../missing.ts';
import {
  type ConsoleFacts,
  type FrameFacts,
  type Metrics,
  PageDriver,
  type PageListener,
  type PopupFacts,
} from '../page/page-driver.ts';
import type { BlockedRequest, SchemeHandler } from '../page/request-gate.ts';
import type { ToRenderer } from '../renderer/electron.ts';
import type { Sighting } from '../renderer/watch-world.ts';
import { encode } from '../wire/structured-wire.ts';
import { ipcMain } from './ipc-main.ts';
import { NativeImage } from './native-image.ts';
import { readyBrowser, recordConsole, registry } from './registry.ts';
import type { Session } from './session.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter, StandInObject } from './standin-object.ts';
import { WebFrameMain } from './web-frame-main.ts';

const EVENTS = new Set([
  'blur',
  'console-message',
  'destroyed',
  'did-fail-load',
  'did-finish-load',
  'did-navigate',
  'did-navigate-in-page',
  'did-start-loading',
  'did-stop-loading',
  'dom-ready',
  'focus',
  'ipc-message',
  'page-title-updated',
  'preload-error',
  'render-process-gone',
  'responsive',
  'unresponsive',
  'will-attach-webview',
  'will-frame-navigate',
  'will-navigate',
  'will-prevent-unload',
]);

/** The deprecated second argument of console-message. */
const CONSOLE_LEVELS = ['debug', 'info', 'warning', 'error'];

/** net error codes (Chromium's net_error_list.h) of the failures that can happen here. */
const NET_ERRORS: Readonly<Record<string, number>> = {
  ERR_FAILED: -2,
  ERR_ABORTED: -3,
  ERR_BLOCKED_BY_CLIENT: -20,
  ERR_UNKNOWN_URL_SCHEME: -302,
  ERR_INVALID_URL: -300,
};

export interface WindowOpenDetails {
  readonly url: string;
  readonly frameName: string;
  readonly features: string;
  readonly disposition: string;
  readonly referrer: { readonly url: string; readonly policy: string };
}

type WindowOpenHandler = (details: WindowOpenDetails) => { readonly action: 'deny' } | { readonly action: 'allow' };

export interface WebContentsOptions {
  readonly session: Session;
  readonly preload: string | undefined;
  readonly additionalArguments: readonly string[];
  readonly metrics: Metrics;
  readonly background: { r: number; g: number; b: number; a: number } | undefined;
}

/** What the window around it wants to know. */
export interface WebContentsHost {
  onPress(): void;
  onKey(key: Sighting & { saw: 'key' }): void;
  onTitle(title: string, explicitSet: boolean): void;
  onPainted(): void;
  onGone(): void;
  /** The page was asked to close and stays. */
  onStay(): void;
  requestFocus(): void;
}

/** A loadURL that has not come to its end. */
interface PendingLoad {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly url: string;
  loaderId: string | undefined;
}

let lastId = 0;

function wordsOfNetError(text: string): { code: number; name: string } {
  const name = text.replace(/^net::/, '');
  return { code: NET_ERRORS[name] ?? -2, name };
}

class NavigationHistory extends StandInObject {
  static override readonly _apiName = 'navigationHistory';

  /** Pages of this app do not go back: nothing was ever navigated but by loadURL. */
  canGoBack(): boolean {
    return false;
  }

  canGoForward(): boolean {
    return false;
  }

  clear(): void {}
}

export class WebContents extends StandInEmitter {
  static override readonly _apiName = 'WebContents';

  readonly id: number;
  readonly session: Session;
  readonly navigationHistory = new NavigationHistory();
  readonly _driver: PageDriver;
  private _host: WebContentsHost | undefined;
  private _frame: WebFrameMain;
  private readonly _preload: string | undefined;
  private readonly _browser: Browser;
  private _url = '';
  private _title = '';
  private _isLoading = false;
  private _isDestroyed = false;
  private _isCrashed = false;
  private _hasPainted = false;
  private _openHandler: WindowOpenHandler | undefined;
  /** Electron's default, until the app says otherwise. */
  private _webRtcPolicy = 'default';
  private _ignoresMenu = false;
  private _backgroundThrottling = true;
  private _metrics: Metrics;
  /** URLs that the app itself asked for, which will-navigate is not asked about. */
  private readonly _asked = new Set<string>();
  private _load: PendingLoad | undefined;
  /** The loader of the document that finished last. */
  private _lastLoaded: string | undefined;

  constructor(options: WebContentsOptions) {
    super();
    lastId += 1;
    this.id = lastId;
    this.session = options.session;
    this._metrics = options.metrics;
    this._preload = options.preload;
    this._browser = readyBrowser('WebContents');
    this._frame = new WebFrameMain(this, { token: '', name: '', url: '', origin: 'null' }, null);
    this._driver = new PageDriver(
      this._browser,
      {
        metrics: options.metrics,
        media: registry.appearance,
        contextId: this.session._contextId(this._browser),
        background: options.background,
        preload:
          options.preload === undefined
            ? undefined
            : {
                path: options.preload,
                handover: `electron-standin-${randomUUID()}`,
                process: sandboxedProcess(this._browser, options.additionalArguments),
              },
      },
      this._listener(),
    );
    this._driver.page.catch((error: unknown) => {
      if (!this._isDestroyed) console.error('electron stand-in: a window could not be opened:', error);
    });
    registry.contents.set(this.id, this);
    registry.app?._webContentsCreated(this);
  }

  protected override _events_(): ReadonlySet<string> {
    return EVENTS;
  }

  _setHost(host: WebContentsHost): void {
    this._host = host;
  }

  get mainFrame(): WebFrameMain {
    return this._frame;
  }

  getURL(): string {
    return this._url;
  }

  getTitle(): string {
    return this._title;
  }

  getType(): string {
    return 'window';
  }

  getProcessId(): number {
    return this.id;
  }

  getUserAgent(): string {
    return this._browser.userAgent;
  }

  isLoading(): boolean {
    return this._isLoading;
  }

  isLoadingMainFrame(): boolean {
    return this._isLoading;
  }

  isDestroyed(): boolean {
    return this._isDestroyed;
  }

  isCrashed(): boolean {
    return this._isCrashed;
  }

  isFocused(): boolean {
    return registry.focused?.webContents === this;
  }

  focus(): void {
    this._host?.requestFocus();
  }

  /** Resolves when the page has loaded; rejects with Electron's error (code, errno, url) when it has not. */
  async loadURL(url: string, options?: object): Promise<void> {
    if (options !== undefined && Object.keys(options).length > 0) throw missing('options of loadURL');
    const { protocol } = new URL(url);
    const scheme = protocol.slice(0, -1);
    if (scheme === 'file') throw missing('file: URLs', 'serve the page by protocol.handle');
    const target = registry.schemes.toBrowser(url);
    this._load?.reject(loadError('ERR_ABORTED', this._load.url));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // It may fail while the navigation is still awaited below.
    promise.catch(() => {});
    const load: PendingLoad = { resolve, reject, url, loaderId: undefined };
    this._load = load;
    this._asked.add(withoutFragment(target));
    const { failure, loaderId } = await this._driver.navigate(target);
    this._asked.delete(withoutFragment(target));
    load.loaderId = loaderId;
    if (failure !== undefined) this._failLoad(failure, load);
    else if (loaderId === undefined || loaderId === this._lastLoaded) resolve();
    return promise;
  }

  loadFile(): never {
    throw missing('loadFile', 'serve the page by protocol.handle');
  }

  reload(): void {
    this._asked.add(withoutFragment(registry.schemes.toBrowser(this._url)));
    this._driver.reload(false);
  }

  reloadIgnoringCache(): void {
    this._asked.add(withoutFragment(registry.schemes.toBrowser(this._url)));
    this._driver.reload(true);
  }

  stop(): void {
    this._driver.stop();
  }

  /** Throws 'An object could not be cloned.' for what cannot cross; lost when no preload is there to hear it. */
  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new TypeError('Missing required channel argument');
    this._deliver({ t: 'message', channel, args });
  }

  private _deliver(message: ToRenderer): void {
    const text = encode(message);
    if (!this._isDestroyed) this._driver.deliver(text);
  }

  /** The browser holds every page to the strictest policy already (chromium/launch-chromium.ts). */
  setWebRTCIPHandlingPolicy(policy: 'disable_non_proxied_udp'): void {
    if (policy !== 'disable_non_proxied_udp') throw missing(`the WebRTC IP handling policy '${policy}'`);
    this._webRtcPolicy = policy;
  }

  getWebRTCIPHandlingPolicy(): string {
    return this._webRtcPolicy;
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this._openHandler = handler;
  }

  executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    return this._driver.evaluate(code, userGesture);
  }

  insertText(text: string): Promise<void> {
    this._driver.insertText(text);
    return Promise.resolve();
  }

  copy(): void {
    this._driver.edit('copy');
  }

  cut(): void {
    this._driver.edit('cut');
  }

  paste(): void {
    this._driver.edit('paste');
  }

  pasteAndMatchStyle(): void {
    this._driver.edit('pasteAndMatchStyle');
  }

  undo(): void {
    this._driver.edit('undo');
  }

  redo(): void {
    this._driver.edit('redo');
  }

  selectAll(): void {
    this._driver.edit('selectAll');
  }

  delete(): void {
    this._driver.edit('delete');
  }

  setZoomFactor(factor: number): void {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    this._metrics = { ...this._metrics, zoom: Math.min(5, Math.max(0.25, factor)) };
    this._driver.setMetrics(this._metrics);
  }

  getZoomFactor(): number {
    return this._metrics.zoom;
  }

  /** Chromium's scale: each level is a fifth more. */
  setZoomLevel(level: number): void {
    this.setZoomFactor(1.2 ** level);
  }

  getZoomLevel(): number {
    return Math.log(this._metrics.zoom) / Math.log(1.2);
  }

  get zoomFactor(): number {
    return this.getZoomFactor();
  }

  set zoomFactor(factor: number) {
    this.setZoomFactor(factor);
  }

  get zoomLevel(): number {
    return this.getZoomLevel();
  }

  set zoomLevel(level: number) {
    this.setZoomLevel(level);
  }

  async capturePage(rect?: { x: number; y: number; width: number; height: number }): Promise<NativeImage> {
    return new NativeImage(await this._driver.screenshot(rect));
  }

  setIgnoreMenuShortcuts(ignore: boolean): void {
    this._ignoresMenu = ignore;
  }

  setBackgroundThrottling(allowed: boolean): void {
    this._backgroundThrottling = allowed;
  }

  getBackgroundThrottling(): boolean {
    return this._backgroundThrottling;
  }

  forcefullyCrashRenderer(): void {
    this._driver.crash();
  }

  close(options?: { waitForBeforeUnload?: boolean }): void {
    if (options?.waitForBeforeUnload === true) this._driver.requestClose();
    else this._driver.destroy();
  }

  // What the page tells.

  private _listener(): PageListener {
    return {
      schemes: registry.schemes,
      handlerFor: (scheme): SchemeHandler | undefined => this.session.protocol._handlerFor(scheme),
      mayNavigate: (frameId, url) => this._mayNavigate(frameId, url),
      isCancelled: (request) => this.session.webRequest._isCancelled({ ...request, id: 0, webContentsId: this.id }),
      prepareDocument: (url) => this.session._applyPermissions(this._browser, this, url),
      onBlocked: (request, frameId) => this._blocked(request, frameId),
      frameNavigated: (frame) => this._frameNavigated(frame),
      navigatedWithinDocument: (frameId, url) => this._navigatedWithinDocument(frameId, url),
      frameDetached: (frameId) => this._frame._find(frameId)?._destroy(),
      preloadMessage: (text, frameId) => this._receive(text, frameId),
      preloadFailed: (error) => this._preloadFailed(error),
      sighting: (sighting, frameId) => this._sighting(sighting, frameId),
      domReady: () => this._emitChange('dom-ready'),
      loaded: (loaderId) => this._loaded(loaderId),
      painted: () => this._painted(),
      loadingChanged: (isLoading) => this._loadingChanged(isLoading),
      popup: (popup) => this._popup(popup),
      console: (facts) => this._console(facts),
      crashed: () => this._crashed(),
      gone: () => this._gone(),
      mayStay: () => this._mayStay(),
    };
  }

  private _emitChange(event: string, ...args: unknown[]): void {
    this.emit(event, createEvent(), ...args);
    registry.changes.emit('change');
  }

  private _frameOf(frameId: string): WebFrameMain | null {
    return this._frame._find(frameId) ?? null;
  }

  private _mayNavigate(frameId: string, browserUrl: string): boolean {
    const isMainFrame = frameId === this._driver.target;
    if (isMainFrame && this._asked.delete(withoutFragment(browserUrl))) return true;
    return this._askNavigation(this._frameOf(frameId), isMainFrame, registry.schemes.toApp(browserUrl));
  }

  /** Electron asks will-frame-navigate first, then will-navigate for the main frame. */
  private _askNavigation(frame: WebFrameMain | null, isMainFrame: boolean, url: string): boolean {
    const facts = { url, isSameDocument: false, isMainFrame, frame, initiator: frame };
    const frameEvent = createEvent(facts);
    this.emit('will-frame-navigate', frameEvent);
    if (frameEvent.defaultPrevented) return false;
    if (!isMainFrame) return true;
    const event = createEvent(facts);
    this.emit('will-navigate', event, url, false, true, this.id, frame?.routingId ?? 0);
    return !event.defaultPrevented;
  }

  private _blocked(request: BlockedRequest, frameId: string): void {
    registry.blocked.push({ ...request, webContentsId: this.id });
    registry.changes.emit('change');
    if (request.resourceType !== 'Document') return;
    this._emitFailure('ERR_BLOCKED_BY_CLIENT', request.url, frameId === this._driver.target);
  }

  private _emitFailure(name: string, url: string, isMainFrame: boolean): void {
    const { code } = wordsOfNetError(name);
    this._emitChange('did-fail-load', code, name, url, isMainFrame, this.id, this._frame.routingId);
  }

  private _frameNavigated(facts: FrameFacts): void {
    const url = registry.schemes.toApp(facts.url);
    const state = {
      token: facts.id,
      name: facts.name,
      url,
      origin: facts.origin === '://' ? 'null' : registry.schemes.originToApp(facts.origin),
    };
    if (facts.parentId !== undefined) {
      const parent = this._frame._find(facts.parentId);
      if (parent === undefined) return;
      parent._adopt(new WebFrameMain(this, state, parent, parent._find(facts.id)?.frameTreeNodeId));
      return;
    }
    this._frame._destroy();
    this._frame = new WebFrameMain(this, state, null, this._frame.frameTreeNodeId);
    this._url = url;
    this._isCrashed = false;
    this._emitChange('did-navigate', url, 200, 'OK');
  }

  private _navigatedWithinDocument(frameId: string, browserUrl: string): void {
    const url = registry.schemes.toApp(browserUrl);
    const frame = this._frame._find(frameId);
    frame?._setUrl(url);
    const isMainFrame = frame === this._frame;
    if (isMainFrame) this._url = url;
    this._emitChange('did-navigate-in-page', url, isMainFrame, this.id, frame?.routingId ?? 0);
  }

  private _receive(text: string, frameId: string): void {
    const frame = this._frame._find(frameId);
    if (frame === undefined) return;
    ipcMain._receive(text, {
      sender: this,
      frame,
      // An answer to a document that has gone is nobody's.
      reply: (message) => {
        const answer = encode(message);
        if (!frame.isDestroyed() && !this._isDestroyed) this._driver.deliver(answer);
      },
    });
  }

  _preloadFailed(error: Error): void {
    console.error(`Unable to load preload script: ${this._preload}\n`, error);
    this._emitChange('preload-error', this._preload, error);
  }

  private _sighting(sighting: Sighting, frameId: string): void {
    if (sighting.saw === 'title') this._setTitle(sighting.title);
    if (sighting.saw === 'press') this._host?.onPress();
    if (sighting.saw === 'key' && !this._ignoresMenu) this._host?.onKey(sighting);
    if (sighting.saw === 'navigation') void this._leaveWeb(sighting.url, frameId);
  }

  /** A page wants to go where no page is: `mailto:`, `blob:`, a scheme of another program. It has been stopped already. */
  private async _leaveWeb(browserUrl: string, frameId: string): Promise<void> {
    const url = registry.schemes.toApp(browserUrl);
    const isMainFrame = frameId === this._driver.target;
    if (!this._askNavigation(this._frameOf(frameId), isMainFrame, url)) return;
    if (await this.session._mayNow(this, 'openExternal', { externalURL: url })) {
      console.error(`electron stand-in: a page may open ${url}, which the stand-in never does; use real Electron`);
    }
    this._blocked({ url, resourceType: 'Document' }, frameId);
  }

  private _loaded(loaderId: string): void {
    // The blank page every window begins with is no load of the app's.
    if (this._url === '') return;
    this._lastLoaded = loaderId;
    this._emitChange('did-finish-load');
    if (this._load?.loaderId !== loaderId) return;
    this._load.resolve();
    this._load = undefined;
  }

  private _failLoad(failure: string, load: PendingLoad): void {
    const { url } = load;
    const { name } = wordsOfNetError(failure);
    // Chromium says ERR_ABORTED of what the gate stopped; the app hears why.
    const wasBlocked = registry.blocked.some((request) => request.url === url && request.webContentsId === this.id);
    const said = wasBlocked ? 'ERR_BLOCKED_BY_CLIENT' : name;
    if (!wasBlocked) this._emitFailure(said, url, true);
    load.reject(loadError(said, url));
  }

  private _painted(): void {
    if (this._hasPainted || this._url === '') return;
    this._hasPainted = true;
    this._host?.onPainted();
  }

  private _loadingChanged(isLoading: boolean): void {
    if (this._isLoading === isLoading) return;
    this._isLoading = isLoading;
    this._emitChange(isLoading ? 'did-start-loading' : 'did-stop-loading');
  }

  private _popup(popup: PopupFacts): void {
    const details: WindowOpenDetails = {
      url: registry.schemes.toApp(popup.url),
      frameName: popup.name === '_blank' ? '' : popup.name,
      features: popup.features.join(','),
      disposition: popup.disposition,
      referrer: { url: this._url, policy: 'strict-origin-when-cross-origin' },
    };
    const answer = this._openHandler?.(details);
    registry.changes.emit('change');
    if (answer?.action === 'deny') return;
    // Without a handler, or with its leave, Electron opens a window. It was not opened here: say so, loudly.
    console.error(
      `electron stand-in: a page opened ${details.url}, and no setWindowOpenHandler denied it; ${missing('windows opened by pages').message}`,
    );
    recordConsole({
      webContentsId: this.id,
      level: 'error',
      message: `the stand-in has no windows opened by pages (${details.url}); use real Electron, or deny them`,
      source: 'electron-standin',
      line: 0,
    });
  }

  private _console(facts: ConsoleFacts): void {
    const { level, message, line, source } = facts;
    const sourceId = registry.schemes.toApp(source);
    recordConsole({ webContentsId: this.id, level, message, source: sourceId, line });
    this.emit(
      'console-message',
      createEvent({ level, message, lineNumber: line, sourceId, frame: this._frame }),
      CONSOLE_LEVELS.indexOf(level),
      message,
      line,
      sourceId,
    );
    registry.changes.emit('change');
  }

  private _setTitle(title: string): void {
    if (title === this._title) return;
    this._title = title;
    this._host?.onTitle(title, true);
  }

  private _crashed(): void {
    this._isCrashed = true;
    const details = { reason: 'crashed', exitCode: 5 };
    this.emit('render-process-gone', createEvent(), details);
    registry.app?._renderProcessGone(this, details);
    registry.changes.emit('change');
  }

  private _mayStay(): boolean {
    const event = createEvent();
    this.emit('will-prevent-unload', event);
    // Prevented means: ignore the page's wish, and leave.
    if (event.defaultPrevented) return false;
    this._host?.onStay();
    return true;
  }

  private _gone(): void {
    if (this._isDestroyed) return;
    this._isDestroyed = true;
    registry.contents.delete(this.id);
    // Electron's word for a load that its window did not live to see.
    this._load?.reject(loadError('ERR_FAILED', this._load.url));
    this._frame._destroy();
    this._host?.onGone();
    this.emit('destroyed');
    registry.changes.emit('change');
  }

  /** The window was destroyed: everything ends now, and the page as soon as it can. */
  _destroy(): void {
    this._driver.destroy();
    this._gone();
  }

  _resize(width: number, height: number): void {
    this._metrics = { ...this._metrics, width, height };
    this._driver.setMetrics(this._metrics);
  }

  async _storage(origin: string): Promise<void> {
    const { session } = await this._driver.page;
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  }
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, '');
}

function loadError(name: string, url: string): Error {
  const { code } = wordsOfNetError(name);
  // Electron's message and fields.
  return Object.assign(new Error(`${name} (${code}) loading '${url}'`), { code: name, errno: code, url });
}

/** `process` of a sandboxed preload (docs/tutorial/sandbox), without what needs Node. */
function sandboxedProcess(browser: Browser, additionalArguments: readonly string[]): Record<string, unknown> {
  return {
    type: 'renderer',
    platform: process.platform,
    arch: process.arch,
    sandboxed: true,
    contextIsolated: true,
    versions: { chrome: browser.version },
    argv: ['electron-standin', ...additionalArguments],
    env: {},
  };
}

class WebContentsModule extends StandInObject {
  static override readonly _apiName = 'webContents';

  fromId(id: number): WebContents | undefined {
    return registry.contents.get(id);
  }

  getAllWebContents(): WebContents[] {
    return [...registry.contents.values()];
  }

  getFocusedWebContents(): WebContents | null {
    return registry.focused?.webContents ?? null;
  }

  fromFrame(frame: WebFrameMain): WebContents | undefined {
    return [...registry.contents.values()].find((contents) => contents.mainFrame._find(frame.frameToken) === frame);
  }
}

export const webContents = new WebContentsModule();
