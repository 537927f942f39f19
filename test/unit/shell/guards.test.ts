/** Each rule by itself, over a session, a page and an app that only note what they are given. */
import { EventEmitter } from 'node:events';
import type { App, Session, WebContents } from 'electron';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { guardApp, guardSession, WEB_PREFERENCES } from '../../../main/shell/guards.ts';

type Given = (...args: unknown[]) => unknown;

/** Keeps the handlers that are set, by the name of their setter. */
class FakeSession extends EventEmitter {
  readonly given = new Map<string, unknown>();
  readonly webRequest = { onBeforeRequest: (handler: unknown) => this.given.set('onBeforeRequest', handler) };
  setPermissionRequestHandler = (handler: unknown) => this.given.set('request', handler);
  setPermissionCheckHandler = (handler: unknown) => this.given.set('check', handler);
  setDevicePermissionHandler = (handler: unknown) => this.given.set('device', handler);
  setDisplayMediaRequestHandler = (handler: unknown) => this.given.set('display', handler);
  setSpellCheckerEnabled = (isEnabled: unknown) => this.given.set('spelling', isEnabled);

  ask(name: string, ...args: unknown[]): unknown {
    return (this.given.get(name) as Given)(...args);
  }
}

function guarded(isPackaged = true): FakeSession {
  const session = new FakeSession();
  guardSession(session as unknown as Session, silentLog, isPackaged);
  return session;
}

function isCancelled(session: FakeSession, url: string): unknown {
  let answer: unknown;
  session.ask('onBeforeRequest', { url, resourceType: 'xhr' }, (given: { cancel: boolean }) => {
    answer = given.cancel;
  });
  return answer;
}

/** A page at the document, and what its events come to. */
function page(url: string) {
  const app = new EventEmitter();
  guardApp(Object.assign(app, { isPackaged: true }) as unknown as App, silentLog);
  let open: Given = () => undefined;
  let webRtcPolicy: string | undefined;
  const contents = Object.assign(new EventEmitter(), {
    getURL: () => url,
    setWindowOpenHandler: (handler: Given) => {
      open = handler;
    },
    setWebRTCIPHandlingPolicy(policy: string) {
      webRtcPolicy = policy;
    },
  });
  app.emit('web-contents-created', {}, contents as unknown as WebContents);
  const mayGo = (to: string, isMainFrame = true): boolean => {
    let may = true;
    const preventDefault = () => {
      may = false;
    };
    contents.emit('will-frame-navigate', { url: to, isMainFrame, preventDefault });
    return may;
  };
  return { mayGo, open: (to: string) => open({ url: to }), webRtcPolicy };
}

describe('a session', () => {
  it('lets through requests to the two documents, and no other', () => {
    const session = guarded();
    const own = ['app://window/index.html', 'app://prompt/a.js', 'data:image/png;base64,AA=='];
    const others = [
      'app://windows/',
      'app://window',
      'app://window.evil/',
      'data:text/html,a',
      'devtools://devtools/a',
    ];
    for (const url of own) expect(isCancelled(session, url), url).toBe(false);
    for (const url of [...others, 'https://window/', 'file:///', 'blob:a'])
      expect(isCancelled(session, url), url).toBe(true);
    expect(isCancelled(guarded(false), 'devtools://devtools/a')).toBe(false);
  });

  it('grants no permission, no device, no screen, and looks for no dictionary', () => {
    const session = guarded();
    for (const permission of [
      'media',
      'hid',
      'clipboard-read',
      'clipboard-sanitized-write',
      'openExternal',
      'unheard-of',
    ]) {
      let granted: unknown;
      session.ask('request', null, permission, (given: unknown) => {
        granted = given;
      });
      expect(granted, permission).toBe(false);
      expect(session.ask('check', null, permission, 'app://window', {}), permission).toBe(false);
    }
    expect(session.ask('device', { deviceType: 'hid' })).toBe(false);
    expect(session.given.get('display')).toBeNull();
    expect(session.given.get('spelling')).toBe(false);
  });
});

describe('a page', () => {
  const own = 'app://window/index.html';

  it('may be loaded anew, and go nowhere else', () => {
    const { mayGo } = page(own);
    expect(mayGo(own)).toBe(true);
    const elsewhere = ['app://prompt/index.html', 'app://window/', 'app://window/index.html?a', 'https://example.com/'];
    for (const url of [...elsewhere, 'about:blank', 'data:text/html,a', 'javascript:1'])
      expect(mayGo(url), url).toBe(false);
  });

  it('has no frame that may load anything, not even itself', () => {
    expect(page(own).mayGo(own, false)).toBe(false);
  });

  it('of no document of ours goes nowhere at all', () => {
    expect(page('about:blank').mayGo(own)).toBe(false);
    expect(page('https://example.com/').mayGo('https://example.com/')).toBe(false);
  });

  it('opens no window', () => {
    expect(page(own).open(own)).toEqual({ action: 'deny' });
  });
});

describe('the preferences of every window', () => {
  it('are these, and cannot be changed', () => {
    expect(Object.isFrozen(WEB_PREFERENCES)).toBe(true);
    expect(WEB_PREFERENCES).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      spellcheck: false,
    });
  });
});

describe('a page’s WebRTC', () => {
  it('sends nothing past a proxy: a CSP does not hold it', () => {
    expect(page('app://window/index.html').webRtcPolicy).toBe('disable_non_proxied_udp');
  });
});
