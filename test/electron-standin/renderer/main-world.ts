/**
 * The page's end of contextBridge: the first script of the page's own world in each document with a preload.
 *
 * It waits for one event of a name nobody else knows, by which the preload's world hands over the EventTarget both will
 * talk on. Both scripts run before any of the page's, and the event is waited for once, so a page can neither see the
 * handing over nor repeat it.
 *
 * Built by page/page-scripts.ts, which puts the name in for `HANDOVER`.
 */
import { type HandoverEvent, scope } from './browser-scope.ts';
import { definePropertyEarly, makeBridge } from './world-bridge.ts';

declare const HANDOVER: string;

const page = scope.window;

function exposeInPage(key: string, api: unknown): string | undefined {
  // Electron's own check and words.
  if (Object.hasOwn(page, key)) return 'Cannot bind an API on top of an existing property on the window object';
  definePropertyEarly(page, key, { value: api, writable: false, configurable: false, enumerable: true });
  return undefined;
}

if (page === page.top) {
  const receive = (event: HandoverEvent): void => {
    page.removeEventListener(HANDOVER, receive);
    event.stopImmediatePropagation();
    if (event.relatedTarget === null) return;
    makeBridge({ node: event.relatedTarget, hears: 'to-page', says: 'to-preload', expose: exposeInPage });
  };
  page.addEventListener(HANDOVER, receive);
}
