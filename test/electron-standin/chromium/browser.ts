/**
 * The one browser of a stand-in app, and the gate at which pages come into being: a page that this process did not ask
 * for (a middle click, a page that found a way past `window.open`) is closed before it has loaded anything, and told.
 */
import type { CdpSession, Protocol } from './cdp-connection.ts';
import { type LaunchedChromium, type LaunchOptions, launchChromium } from './launch-chromium.ts';

export interface BrowserPage {
  readonly targetId: string;
  /** Chromium's own window, for its bounds and state. */
  readonly windowId: number;
  readonly session: CdpSession;
}

/** Something was opened that the app did not open; it is closed by now. */
export interface UninvitedTarget {
  readonly type: string;
  readonly url: string;
  readonly openerTargetId: string | undefined;
}

export interface PageOptions {
  readonly width: number;
  readonly height: number;
  /** A partition's browser context; undefined for the default one. */
  readonly contextId: string | undefined;
}

export interface Browser {
  /** For commands to the browser itself. */
  readonly session: CdpSession;
  /** `156.0.8078.79` */
  readonly version: string;
  readonly userAgent: string;
  readonly processId: number;
  readonly endpoint: string | undefined;
  /** Resolves when the browser has ended, asked or unasked. */
  readonly ended: Promise<void>;
  /** The session of a target that a page attached to by itself (a worker). */
  sessionOf(sessionId: string): CdpSession;
  createContext(): Promise<string>;
  /** A blank page in a window of its own, waiting: nothing runs in it until `Runtime.runIfWaitingForDebugger`. */
  createPage(options: PageOptions): Promise<BrowserPage>;
  onUninvited(listener: (target: UninvitedTarget) => void): void;
  close(): Promise<void>;
  kill(): void;
}

type Attached = Protocol.Target.attachedToTargetPayload;

class OneBrowser implements Browser {
  readonly session: CdpSession;
  readonly version: string;
  readonly userAgent: string;

  private readonly launched: LaunchedChromium;
  private readonly uninvited: ((target: UninvitedTarget) => void)[] = [];
  /** Pages are made one at a time, so that one which turns up can be told from one that was asked for. */
  private making: Promise<unknown> = Promise.resolve();
  private isMaking = false;
  private unclaimed: Attached[] = [];

  constructor(launched: LaunchedChromium, version: Protocol.Browser.getVersionReturnValue) {
    this.launched = launched;
    this.session = launched.connection.browser;
    this.version = version.product.split('/')[1] ?? version.product;
    this.userAgent = version.userAgent;
    this.session.on('Target.attachedToTarget', (attached) => this.receive(attached));
  }

  get processId(): number {
    return this.launched.processId;
  }

  get endpoint(): string | undefined {
    return this.launched.endpoint;
  }

  get ended(): Promise<void> {
    return this.launched.connection.closed;
  }

  private receive(attached: Attached): void {
    const { type } = attached.targetInfo;
    if (type === 'page' && this.isMaking) {
      this.unclaimed.push(attached);
      return;
    }
    if (type === 'page' || type === 'service_worker' || type === 'shared_worker') this.refuse(attached);
    else this.release(attached);
  }

  /** Chromium's own (its browser_ui pages and the like): not ours to hold up. */
  private release(attached: Attached): void {
    this.launched.connection.session(attached.sessionId).tell('Runtime.runIfWaitingForDebugger');
    this.session.tell('Target.detachFromTarget', { sessionId: attached.sessionId });
  }

  private refuse(attached: Attached): void {
    const { type, url, openerId, targetId } = attached.targetInfo;
    this.session.tell('Target.closeTarget', { targetId });
    for (const listener of this.uninvited) listener({ type, url, openerTargetId: openerId });
  }

  sessionOf(sessionId: string): CdpSession {
    return this.launched.connection.session(sessionId);
  }

  async createContext(): Promise<string> {
    const { browserContextId } = await this.session.send('Target.createBrowserContext', { disposeOnDetach: true });
    return browserContextId;
  }

  createPage(options: PageOptions): Promise<BrowserPage> {
    const made = this.making.then(() => this.makePage(options));
    this.making = made.catch(() => {});
    return made;
  }

  private async makePage(options: PageOptions): Promise<BrowserPage> {
    this.isMaking = true;
    try {
      const { targetId } = await this.session.send('Target.createTarget', {
        url: 'about:blank',
        newWindow: true,
        width: options.width,
        height: options.height,
        ...(options.contextId === undefined ? {} : { browserContextId: options.contextId }),
      });
      const { windowId } = await this.session.send('Browser.getWindowForTarget', { targetId });
      const own = this.unclaimed.find((attached) => attached.targetInfo.targetId === targetId);
      if (own === undefined) throw new Error('Chromium made a page and did not attach to it');
      this.unclaimed = this.unclaimed.filter((attached) => attached !== own);
      return { targetId, windowId, session: this.launched.connection.session(own.sessionId) };
    } finally {
      this.isMaking = false;
      const rest = this.unclaimed;
      this.unclaimed = [];
      for (const attached of rest) this.refuse(attached);
    }
  }

  onUninvited(listener: (target: UninvitedTarget) => void): void {
    this.uninvited.push(listener);
  }

  close(): Promise<void> {
    return this.launched.close();
  }

  kill(): void {
    this.launched.kill();
  }
}

export async function startBrowser(options: LaunchOptions): Promise<Browser> {
  const launched = await launchChromium(options);
  const { browser } = launched.connection;
  const started = new OneBrowser(launched, await browser.send('Browser.getVersion'));
  await Promise.all([
    browser.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }),
    browser.send('Browser.setDownloadBehavior', { behavior: 'deny', eventsEnabled: true }),
  ]);
  return started;
}
