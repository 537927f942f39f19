/**
 * session: defaultSession, fromPartition (in memory; `persist:` is missing), and of a Session: protocol, webRequest (see
 * there), setPermissionRequestHandler, setPermissionCheckHandler (see permissions.ts), setDevicePermissionHandler and
 * setUSBProtectedClassesHandler, setDisplayMediaRequestHandler (recorded: headless Chromium has no choosers that would ask),
 * will-download (every download is denied; one that the app did not prevent is said loudly), spell checker switches
 * (recorded), getUserAgent, isPersistent, clearStorageData, clearCache.
 *
 * The default session's storage is kept in the user-data folder between runs, as Electron keeps it.
 */
import type { Browser } from '../chromium/browser.ts';
import { missing } from '../missing.ts';
import { applyPermissions, type CheckHandler, type RequestHandler } from './permissions.ts';
import { Protocol } from './protocol.ts';
import { readyBrowser, registry } from './registry.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter, StandInObject } from './standin-object.ts';
import { WebRequest } from './web-request.ts';

const EVENTS = new Set(['will-download']);

class DownloadItem extends StandInObject {
  static override readonly _apiName = 'DownloadItem';
  private readonly _facts: { readonly url: string; readonly name: string };

  constructor(url: string, name: string) {
    super();
    this._facts = { url, name };
  }

  getURL(): string {
    return this._facts.url;
  }

  getFilename(): string {
    return this._facts.name;
  }

  /** It never began. */
  cancel(): void {}
}

export class Session extends StandInEmitter {
  static override readonly _apiName = 'Session';

  readonly protocol = new Protocol();
  readonly webRequest = new WebRequest();
  private readonly _partition: string;
  private _request: RequestHandler | null = null;
  private _check: CheckHandler | null = null;
  private _context: Promise<string | undefined> | undefined;
  private _spellChecker = true;
  private _spellCheckerLanguages: string[] = [];

  constructor(partition: string) {
    super();
    this._partition = partition;
  }

  protected override _events_(): ReadonlySet<string> {
    return EVENTS;
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this._request = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this._check = handler;
  }

  /** Asked by nobody here: headless Chromium shows no device chooser, so no device is ever chosen. */
  setDevicePermissionHandler(_handler: ((details: object) => boolean) | null): void {}

  /** As above. */
  setUSBProtectedClassesHandler(_handler: ((details: object) => string[]) | null): void {}

  /** As above: without a chooser, getDisplayMedia fails. */
  setDisplayMediaRequestHandler(
    _handler: ((request: object, callback: (streams: object) => void) => void) | null,
  ): void {}

  setSpellCheckerEnabled(enable: boolean): void {
    this._spellChecker = enable;
  }

  isSpellCheckerEnabled(): boolean {
    return this._spellChecker;
  }

  get spellCheckerEnabled(): boolean {
    return this._spellChecker;
  }

  set spellCheckerEnabled(enable: boolean) {
    this._spellChecker = enable;
  }

  setSpellCheckerLanguages(languages: string[]): void {
    this._spellCheckerLanguages = [...languages];
  }

  getSpellCheckerLanguages(): string[] {
    return [...this._spellCheckerLanguages];
  }

  getUserAgent(): string {
    return readyBrowser('Session').userAgent;
  }

  isPersistent(): boolean {
    return this._partition === '';
  }

  async clearStorageData(options?: object): Promise<void> {
    if (options !== undefined) throw missing('options of Session.clearStorageData');
    const browser = readyBrowser('Session');
    const contextId = await this._contextId(browser);
    // Of the origins the app's schemes had: nothing else has ever stored anything.
    for (const contents of registry.contents.values()) {
      const origin =
        contents.session === this ? URL.parse(registry.schemes.toBrowser(contents.getURL()))?.origin : undefined;
      if (origin === undefined || origin === 'null') continue;
      await contents._storage(origin);
    }
    await browser.session.send('Storage.clearCookies', contextId === undefined ? {} : { browserContextId: contextId });
  }

  /** Nothing is cached: every request is answered by the app's handler. */
  async clearCache(): Promise<void> {}

  /** The browser context of this partition, made when first needed. */
  _contextId(browser: Browser): Promise<string | undefined> {
    this._context ??= this._partition === '' ? Promise.resolve(undefined) : browser.createContext();
    return this._context;
  }

  /** Resolves with the features that the document's policy must switch off. */
  async _applyPermissions(browser: Browser, webContents: unknown, browserUrl: string): Promise<string[]> {
    const origin = URL.parse(browserUrl)?.origin;
    if (origin === undefined || origin === 'null') return [];
    return applyPermissions(
      { request: this._request, check: this._check },
      {
        browser,
        contextId: await this._contextId(browser),
        webContents,
        appUrl: registry.schemes.toApp(browserUrl),
        appOrigin: registry.schemes.originToApp(origin),
        browserOrigin: origin,
      },
    );
  }

  /** Asks about one permission a page needs now (external links). */
  _mayNow(webContents: unknown, permission: string, details: object): Promise<boolean> {
    const { _request: request } = this;
    if (request === null) return Promise.resolve(true);
    return new Promise((resolve) =>
      request(webContents, permission, resolve, { isMainFrame: true, requestingUrl: '', ...details }),
    );
  }

  _download(url: string, name: string, webContents: unknown): void {
    const event = createEvent();
    this.emit('will-download', event, new DownloadItem(url, name), webContents, null);
    if (!event.defaultPrevented) {
      console.error(
        `electron stand-in: a download of ${url} was denied; the app did not prevent it, and Electron would ask where to save it`,
      );
    }
  }
}

const defaultSession = new Session('');
const partitions = new Map<string, Session>([['', defaultSession]]);

class Sessions extends StandInObject {
  static override readonly _apiName = 'session';

  get defaultSession(): Session {
    return defaultSession;
  }

  fromPartition(partition: string, options?: object): Session {
    if (partition.startsWith('persist:'))
      throw missing('persistent partitions', 'in-memory ones and the default session');
    if (options !== undefined && Object.keys(options).length > 0) throw missing('options of session.fromPartition');
    const known = partitions.get(partition);
    if (known !== undefined) return known;
    const session = new Session(partition);
    partitions.set(partition, session);
    return session;
  }
}

export const session = new Sessions();
export const protocol = defaultSession.protocol;
