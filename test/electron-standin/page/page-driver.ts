/**
 * One page of the browser, as the window above it sees it: what Electron's renderer host does, done over the debugging
 * protocol. Knows the protocol and nothing of Electron's interface; api/web-contents.ts is the other way round.
 *
 * Commands given before the page exists wait for it, in order.
 */
import type { Browser, BrowserPage } from '../chromium/browser.ts';
import type { CdpSession, Protocol } from '../chromium/cdp-connection.ts';
import type { Sighting } from '../renderer/watch-world.ts';
import {
  buildMainWorldScript,
  buildPreloadScript,
  buildWatchScript,
  PRELOAD_BINDING,
  PRELOAD_WORLD,
  type PreloadFacts,
  WATCH_BINDING,
  WATCH_WORLD,
} from './page-scripts.ts';
import { type GateOwner, RequestGate } from './request-gate.ts';

export interface FrameFacts {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  /** As the browser has it. */
  readonly url: string;
  readonly origin: string;
}

export interface PopupFacts {
  readonly url: string;
  readonly name: string;
  readonly features: readonly string[];
  readonly disposition: 'foreground-tab' | 'background-tab' | 'new-window';
}

export interface ConsoleFacts {
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
  readonly line: number;
  readonly source: string;
}

export interface Navigated {
  /** Chromium's `net::ERR_…`, when it did not get there. */
  readonly failure: string | undefined;
  /** The new document's; undefined when the document stayed (a fragment). */
  readonly loaderId: string | undefined;
}

/** What the driver tells its owner. */
export interface PageListener extends GateOwner {
  frameNavigated(frame: FrameFacts): void;
  navigatedWithinDocument(frameId: string, url: string): void;
  frameDetached(frameId: string): void;
  /** From the preload of this frame, as renderer/electron.ts encoded it. */
  preloadMessage(text: string, frameId: string): void;
  preloadFailed(error: Error): void;
  sighting(sighting: Sighting, frameId: string): void;
  domReady(): void;
  /** Of the document with this loader. */
  loaded(loaderId: string): void;
  painted(): void;
  loadingChanged(isLoading: boolean): void;
  popup(popup: PopupFacts): void;
  console(facts: ConsoleFacts): void;
  crashed(): void;
  /** The page has gone, asked or unasked. */
  gone(): void;
  /** A `beforeunload` listener wants the page to stay: may it? */
  mayStay(): boolean;
}

export interface Metrics {
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
}

export interface MediaFeatures {
  readonly dark: boolean;
  readonly forcedColors: boolean;
  readonly moreContrast: boolean;
  readonly reducedMotion: boolean;
}

export interface PageDriverOptions {
  readonly metrics: Metrics;
  readonly media: MediaFeatures;
  /** `undefined`: the default context; else a partition's. */
  readonly contextId: Promise<string | undefined>;
  readonly background: Protocol.DOM.RGBA | undefined;
  readonly preload: PreloadFacts | undefined;
}

/** Chromium's remark on the policy that keeps popups shut (page/request-gate.ts); no news to the app. */
const OWN_REMARKS = [
  /^An iframe which has both allow-scripts and allow-same-origin/,
  /'allow-popups' permission is not/,
];

const POPUP_DISPOSITIONS: Readonly<Record<string, PopupFacts['disposition']>> = {
  newTab: 'background-tab',
  newWindow: 'new-window',
};

export class PageDriver {
  /** Resolves when the page is set up. */
  readonly page: Promise<BrowserPage>;

  private readonly browser: Browser;
  private readonly listener: PageListener;
  private session: CdpSession | undefined;
  private targetId: string | undefined;
  private isGone = false;
  /** The preload's world of the main frame's current document. */
  private preloadContext: string | undefined;
  private readonly contexts = new Map<
    number,
    { readonly frameId: string; readonly world: string; readonly id: string }
  >();
  private mainFrameId: string | undefined;
  /** Messages for the preload that wait for the end of this turn. */
  private readonly undelivered: string[] = [];
  private answering: Promise<unknown> = Promise.resolve();

  constructor(browser: Browser, options: PageDriverOptions, listener: PageListener) {
    this.browser = browser;
    this.listener = listener;
    this.page = this.open(options);
  }

  /** The target's id, once it exists: by it a test finds the page over Playwright. */
  get target(): string | undefined {
    return this.targetId;
  }

  private async open(options: PageDriverOptions): Promise<BrowserPage> {
    const [contextId, scripts] = await Promise.all([options.contextId, this.buildScripts(options.preload)]);
    const page = await this.browser.createPage({ ...options.metrics, contextId });
    this.targetId = page.targetId;
    this.mainFrameId = page.targetId;
    this.listen(page.session);
    const gate = new RequestGate(page.session, this.listener);
    await Promise.all([gate.open(), ...this.setUp(page.session, options, scripts)]);
    await page.session.send('Runtime.runIfWaitingForDebugger');
    this.session = page.session;
    return page;
  }

  private async buildScripts(
    preload: PreloadFacts | undefined,
  ): Promise<Protocol.Page.addScriptToEvaluateOnNewDocumentParameters[]> {
    const watch = { source: await buildWatchScript(), worldName: WATCH_WORLD };
    if (preload === undefined) return [watch];
    try {
      const mainWorld = { source: await buildMainWorldScript(preload.handover) };
      return [watch, mainWorld, { source: await buildPreloadScript(preload), worldName: PRELOAD_WORLD }];
    } catch (error) {
      this.listener.preloadFailed(error instanceof Error ? error : new Error(String(error)));
      return [watch];
    }
  }

  private setUp(
    session: CdpSession,
    options: PageDriverOptions,
    scripts: readonly Protocol.Page.addScriptToEvaluateOnNewDocumentParameters[],
  ): Promise<unknown>[] {
    return [
      session.send('Page.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Runtime.enable'),
      session.send('Log.enable'),
      // For web sockets, which no interception sees; nothing is kept.
      session.send('Network.enable', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 }),
      session.send('Inspector.enable'),
      session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
      session.send('Runtime.addBinding', { name: PRELOAD_BINDING, executionContextName: PRELOAD_WORLD }),
      session.send('Runtime.addBinding', { name: WATCH_BINDING, executionContextName: WATCH_WORLD }),
      ...scripts.map((script) => session.send('Page.addScriptToEvaluateOnNewDocument', script)),
      session.send('Emulation.setDeviceMetricsOverride', metricsOverride(options.metrics)),
      session.send('Emulation.setEmulatedMedia', emulatedMedia(options.media)),
      ...(options.background === undefined
        ? []
        : [session.send('Emulation.setDefaultBackgroundColorOverride', { color: options.background })]),
    ];
  }

  private listen(session: CdpSession): void {
    this.listenToFrames(session);
    this.listenToWorlds(session);
    this.listenToLoading(session);
    this.listenToFaults(session);
    // Workers of the page: their requests come to the page's gate; they only have to be let go.
    session.on('Target.attachedToTarget', ({ sessionId }) => {
      void this.browser
        .sessionOf(sessionId)
        .send('Runtime.runIfWaitingForDebugger')
        .catch(() => {});
    });
    void session.ended.then(() => {
      this.isGone = true;
      this.listener.gone();
    });
  }

  private listenToFrames(session: CdpSession): void {
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId === undefined) this.mainFrameId = frame.id;
      this.listener.frameNavigated({
        id: frame.id,
        parentId: frame.parentId,
        name: frame.name ?? '',
        url: `${frame.url}${frame.urlFragment ?? ''}`,
        origin: frame.securityOrigin,
      });
    });
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      this.listener.navigatedWithinDocument(frameId, url);
    });
    session.on('Page.frameDetached', ({ frameId }) => this.listener.frameDetached(frameId));
    session.on('Page.windowOpen', ({ url, windowName, windowFeatures }) => {
      this.listener.popup({ url, name: windowName, features: windowFeatures, disposition: 'foreground-tab' });
    });
    session.on('Page.frameRequestedNavigation', ({ url, disposition }) => {
      const popup = POPUP_DISPOSITIONS[disposition];
      if (popup !== undefined) this.listener.popup({ url, name: '', features: [], disposition: popup });
    });
  }

  private listenToWorlds(session: CdpSession): void {
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const frameId = String((context.auxData as { frameId?: unknown } | undefined)?.frameId);
      this.contexts.set(context.id, { frameId, world: context.name, id: context.uniqueId });
      if (context.name !== PRELOAD_WORLD || frameId !== this.mainFrameId) return;
      this.undelivered.length = 0;
      this.preloadContext = context.uniqueId;
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.forgetContext(executionContextId));
    session.on('Runtime.executionContextsCleared', () => {
      this.forgetContexts();
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      const context = this.contexts.get(executionContextId);
      if (context === undefined) return;
      if (name === WATCH_BINDING && context.world === WATCH_WORLD) {
        this.listener.sighting(JSON.parse(payload) as Sighting, context.frameId);
      }
      if (name === PRELOAD_BINDING && context.world === PRELOAD_WORLD && context.frameId === this.mainFrameId) {
        this.listener.preloadMessage(payload, context.frameId);
      }
    });
  }

  private forgetContext(executionContextId: number): void {
    const context = this.contexts.get(executionContextId);
    this.contexts.delete(executionContextId);
    if (context?.id === this.preloadContext) this.losePreload();
  }

  private forgetContexts(): void {
    this.contexts.clear();
    this.losePreload();
  }

  /** What was on its way to the old document is not for the next. */
  private losePreload(): void {
    this.preloadContext = undefined;
    this.undelivered.length = 0;
  }

  private listenToLoading(session: CdpSession): void {
    session.on('Page.domContentEventFired', () => this.listener.domReady());
    session.on('Page.lifecycleEvent', ({ frameId, loaderId, name }) => {
      if (frameId !== this.mainFrameId) return;
      if (name === 'load') this.listener.loaded(loaderId);
      if (name === 'firstPaint' || name === 'firstContentfulPaint') this.listener.painted();
    });
    session.on('Page.frameStartedLoading', ({ frameId }) => {
      if (frameId === this.mainFrameId) this.listener.loadingChanged(true);
    });
    session.on('Page.frameStoppedLoading', ({ frameId }) => {
      if (frameId === this.mainFrameId) this.listener.loadingChanged(false);
    });
    session.on('Page.javascriptDialogOpening', (dialog) => this.answerDialog(session, dialog));
  }

  private answerDialog(session: CdpSession, dialog: Protocol.Page.javascriptDialogOpeningPayload): void {
    const accept = dialog.type === 'beforeunload' && !this.listener.mayStay();
    if (dialog.type !== 'beforeunload') {
      console.error(`electron stand-in: a page called ${dialog.type}(${JSON.stringify(dialog.message)}): dismissed`);
    }
    // Playwright may have been quicker.
    this.answering = session
      .send('Page.handleJavaScriptDialog', { accept })
      // The page's thread was held up by the dialog: when it answers this, it is through with what it asked.
      .then(() => session.send('Runtime.evaluate', { expression: '0' }))
      .catch(() => {});
  }

  private listenToFaults(session: CdpSession): void {
    session.on('Inspector.targetCrashed', () => {
      this.forgetContexts();
      this.listener.crashed();
    });
    session.on('Network.webSocketCreated', ({ url }) => {
      this.listener.onBlocked({ url, resourceType: 'WebSocket' }, this.mainFrameId ?? '');
    });
    session.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
      const place = stackTrace?.callFrames[0];
      this.listener.console({
        level:
          type === 'error' || type === 'assert'
            ? 'error'
            : type === 'warning'
              ? 'warning'
              : type === 'debug'
                ? 'debug'
                : 'info',
        message: args.map(wordsOf).join(' '),
        line: place?.lineNumber ?? 0,
        source: place?.url ?? '',
      });
    });
    session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
      this.listener.console({
        level: 'error',
        message: `Uncaught ${exceptionDetails.exception?.description ?? exceptionDetails.text}`,
        line: exceptionDetails.lineNumber,
        source: exceptionDetails.url ?? '',
      });
    });
    session.on('Log.entryAdded', ({ entry }) => {
      if (OWN_REMARKS.some((remark) => remark.test(entry.text))) return;
      const level = entry.level === 'verbose' ? 'debug' : entry.level;
      this.listener.console({ level, message: entry.text, line: entry.lineNumber ?? 0, source: entry.url ?? '' });
    });
  }

  private async ready(): Promise<CdpSession> {
    return this.session ?? (await this.page).session;
  }

  /** Sends when the page is ready, and does not wait. */
  private tell<M extends keyof Protocol.CommandParameters & keyof Protocol.CommandReturnValues>(
    method: M,
    params?: Protocol.CommandParameters[M],
  ): void {
    if (this.isGone) return;
    if (this.session !== undefined) this.session.tell(method, params);
    else void this.page.then((page) => page.session.tell(method, params)).catch(() => {});
  }

  /** Resolves when the new document has come, or has not. */
  async navigate(url: string): Promise<Navigated> {
    const session = await this.ready();
    const { errorText, loaderId } = await session.send('Page.navigate', { url });
    return { failure: errorText, loaderId };
  }

  reload(ignoreCache: boolean): void {
    this.tell('Page.reload', { ignoreCache });
  }

  stop(): void {
    this.tell('Page.stopLoading');
  }

  /** To the preload of the main frame's document; dropped when there is none, as Electron drops it. */
  deliver(text: string): void {
    if (this.preloadContext === undefined) return;
    this.undelivered.push(text);
    // Messages of one moment travel together: a round for each would be most of what they cost.
    if (this.undelivered.length === 1) queueMicrotask(() => this.flush());
  }

  private flush(): void {
    const texts = this.undelivered.splice(0);
    if (this.preloadContext === undefined || texts.length === 0) return;
    // Text reaches a world as a script only. Of Runtime.callFunctionOn, Chromium makes one for each argument and one for the
    // function, and V8 keeps the scripts, with all their text, in its compilation cache; those of the REPL it never keeps.
    this.tell('Runtime.evaluate', {
      expression: texts.map((text) => `electronStandInReceive(${JSON.stringify(text)})`).join(';'),
      replMode: true,
      uniqueContextId: this.preloadContext,
    });
  }

  /** In the page's own world. Rejects with what was thrown. */
  async evaluate(code: string, userGesture: boolean): Promise<unknown> {
    const session = await this.ready();
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression: code,
      userGesture,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  setMetrics(metrics: Metrics): void {
    this.tell('Emulation.setDeviceMetricsOverride', metricsOverride(metrics));
  }

  setMedia(media: MediaFeatures): void {
    this.tell('Emulation.setEmulatedMedia', emulatedMedia(media));
  }

  setBackground(color: Protocol.DOM.RGBA): void {
    this.tell('Emulation.setDefaultBackgroundColorOverride', { color });
  }

  /** A hidden window is a minimized one: `document.visibilityState` says so, and nothing is painted. */
  setShown(shown: boolean): void {
    void this.page
      .then(async ({ windowId, session }) => {
        await this.browser.session.send('Browser.setWindowBounds', {
          windowId,
          bounds: { windowState: shown ? 'normal' : 'minimized' },
        });
        if (shown) await session.send('Page.bringToFront');
      })
      .catch(() => {});
  }

  bringToFront(): void {
    this.tell('Page.bringToFront');
  }

  /** Takes mouse and keyboard away from the page, or gives them back. */
  setIgnoresInput(ignore: boolean): void {
    this.tell('Input.setIgnoreInputEvents', { ignore });
  }

  /** An editing command in the focused element: `copy`, `paste`, `selectAll`… */
  edit(command: string): void {
    this.tell('Input.dispatchKeyEvent', { type: 'keyDown', commands: [command] });
  }

  insertText(text: string): void {
    this.tell('Input.insertText', { text });
  }

  /** PNG bytes of what is shown. */
  async screenshot(clip?: { x: number; y: number; width: number; height: number }): Promise<Buffer> {
    const session = await this.ready();
    const { data } = await session.send('Page.captureScreenshot', {
      format: 'png',
      ...(clip === undefined ? {} : { clip: { ...clip, scale: 1 } }),
    });
    return Buffer.from(data, 'base64');
  }

  /** Kills the renderer. */
  crash(): void {
    // It is never answered: the page that would answer is gone.
    void this.ready().then((session) => session.send('Page.crash').catch(() => {}));
  }

  /** Closes as a person would: `beforeunload` is asked. */
  requestClose(): void {
    // Chromium ignores a close while it still shows what the one before made it ask.
    void this.answering.then(() => this.tell('Page.close'));
  }

  destroy(): void {
    if (this.isGone) return;
    void this.page
      .then(({ targetId }) => this.browser.session.send('Target.closeTarget', { targetId }))
      .catch(() => {});
  }
}

function wordsOf(value: Protocol.Runtime.RemoteObject): string {
  if (value.type === 'string') return String(value.value);
  return value.description ?? (value.value === undefined ? value.type : JSON.stringify(value.value));
}

/** Zoom is what it is in a browser: the same window, fewer and larger CSS pixels. */
function metricsOverride(metrics: Metrics): Protocol.Emulation.setDeviceMetricsOverrideParameters {
  return {
    width: Math.max(1, Math.round(metrics.width / metrics.zoom)),
    height: Math.max(1, Math.round(metrics.height / metrics.zoom)),
    deviceScaleFactor: metrics.zoom,
    mobile: false,
  };
}

function emulatedMedia(media: MediaFeatures): Protocol.Emulation.setEmulatedMediaParameters {
  return {
    features: [
      { name: 'prefers-color-scheme', value: media.dark ? 'dark' : 'light' },
      { name: 'forced-colors', value: media.forcedColors ? 'active' : 'none' },
      { name: 'prefers-contrast', value: media.moreContrast ? 'more' : 'no-preference' },
      { name: 'prefers-reduced-motion', value: media.reducedMotion ? 'reduce' : 'no-preference' },
    ],
  };
}
