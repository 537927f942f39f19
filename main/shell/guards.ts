/**
 * What no page of ours may do, in tables of rules: one of each session, one of each page whatever opened it, one of the app. A test
 * goes through each row (test/integration/shell-guards.test.ts); docs/threat-model.md names the same.
 */
import type { App, Session, WebContents, WebPreferences } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import { DOCUMENTS, ORIGINS } from './document-server.ts';

/** Of every window; written out where it is Electron's default, so that a changed default changes nothing here. */
export const WEB_PREFERENCES = Object.freeze({
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  plugins: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  spellcheck: false,
}) satisfies WebPreferences;

interface Rule<Subject> {
  readonly name: string;
  readonly hold: (subject: Subject, log: Log, isPackaged: boolean) => void;
}

const SESSION_RULES: readonly Rule<Session>[] = [
  {
    name: 'no request but to our own documents',
    hold(session, log, isPackaged) {
      session.webRequest.onBeforeRequest((details, answer) => {
        const cancel = !isOwnRequest(details.url, isPackaged);
        if (cancel) log('warn', 'guard.request', { origin: originOf(details.url), type: details.resourceType });
        answer({ cancel });
      });
    },
  },
  {
    name: 'no permission when a page asks',
    hold(session, log) {
      session.setPermissionRequestHandler((_contents, permission, answer) => {
        log('info', 'guard.permission', { permission });
        answer(false);
      });
    },
  },
  { name: 'no permission when a page looks', hold: (session) => session.setPermissionCheckHandler(() => false) },
  { name: 'no HID, serial or USB device', hold: (session) => session.setDevicePermissionHandler(() => false) },
  { name: 'no picture of the screen', hold: (session) => session.setDisplayMediaRequestHandler(null) },
  {
    name: 'no download',
    hold(session, log) {
      session.on('will-download', (event, item) => {
        log('warn', 'guard.download', { origin: originOf(item.getURL()) });
        event.preventDefault();
      });
    },
  },
  { name: 'no dictionary from the network', hold: (session) => session.setSpellCheckerEnabled(false) },
];

const PAGE_RULES: readonly Rule<WebContents>[] = [
  {
    name: 'a frame goes nowhere but to the document that it shows',
    hold(contents, log) {
      contents.on('will-frame-navigate', (event) => {
        const isReload = event.isMainFrame && isDocument(event.url) && event.url === withoutHash(contents.getURL());
        if (isReload) return;
        log('warn', 'guard.navigation', { origin: originOf(event.url) });
        event.preventDefault();
      });
    },
  },
  {
    name: 'no window is opened',
    hold(contents, log) {
      contents.setWindowOpenHandler(({ url }) => {
        log('warn', 'guard.window-open', { origin: originOf(url) });
        return { action: 'deny' };
      });
    },
  },
  {
    // `connect-src` does not hold WebRTC, and `webrtc 'block'` is not in Chromium yet.
    name: 'no WebRTC packet leaves but through a proxy',
    hold: (contents) => contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp'),
  },
  {
    name: 'no webview is attached',
    hold(contents, log) {
      contents.on('will-attach-webview', (event) => {
        log('warn', 'guard.webview');
        event.preventDefault();
      });
    },
  },
];

const APP_RULES: readonly Rule<App>[] = [
  {
    name: 'no certificate is taken that Chromium refuses',
    hold(app, log) {
      app.on('certificate-error', (event, _contents, url, error, _certificate, answer) => {
        log('warn', 'guard.certificate', { origin: originOf(url), error });
        event.preventDefault();
        answer(false);
      });
    },
  },
  {
    name: 'no client certificate is offered',
    hold(app, log) {
      app.on('select-client-certificate', (event, _contents, url, _list, answer) => {
        log('warn', 'guard.client-certificate', { origin: originOf(url) });
        event.preventDefault();
        answer();
      });
    },
  },
  {
    name: 'no password is given to a server or proxy',
    hold(app, log) {
      app.on('login', (event, _contents, details) => {
        log('warn', 'guard.login', { origin: originOf(details.url) });
        event.preventDefault();
      });
    },
  },
];

/** Before any window is made: every page that ever comes to be is held to its rules. */
export function guardApp(app: App, log: Log): void {
  for (const { hold } of APP_RULES) hold(app, log, app.isPackaged);
  app.on('web-contents-created', (_event, contents) => {
    for (const { hold } of PAGE_RULES) hold(contents, log, app.isPackaged);
  });
}

/** Before the session's first page. */
export function guardSession(session: Session, log: Log, isPackaged: boolean): void {
  for (const { hold } of SESSION_RULES) hold(session, log, isPackaged);
}

/** The names of all rules, for the test that has one case for each. */
export const RULE_NAMES: readonly string[] = [...SESSION_RULES, ...PAGE_RULES, ...APP_RULES].map(({ name }) => name);

function isOwnRequest(url: string, isPackaged: boolean): boolean {
  if (Object.values(ORIGINS).some((origin) => url.startsWith(`${origin}/`))) return true;
  // Pictures in style sheets; a document of that scheme is stopped as a navigation, a script by the CSP.
  if (url.startsWith('data:image/')) return true;
  return !isPackaged && url.startsWith('devtools://');
}

function isDocument(url: string): boolean {
  return Object.values(DOCUMENTS).includes(withoutHash(url));
}

function withoutHash(url: string): string {
  return url.split('#')[0] ?? '';
}

/** For the log: where to, never the whole of it. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'no URL' : parsed.host === '' ? parsed.protocol : `${parsed.protocol}//${parsed.host}`;
}
