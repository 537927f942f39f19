/**
 * What the modules of one stand-in app share: the browser, the windows, what was refused and recorded. One per process, as
 * there is one Electron per process. Holds state only, so that the modules need not import one another.
 */
import { EventEmitter } from 'node:events';
import type { Browser } from '../chromium/browser.ts';
import type { BlockedRequest } from '../page/request-gate.ts';
import { SchemeMap } from '../page/scheme-map.ts';
import type { App } from './app.ts';
import type { BrowserWindow } from './browser-window.ts';
import type { WebContents } from './web-contents.ts';

export interface ConsoleLine {
  readonly webContentsId: number;
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
  readonly source: string;
  readonly line: number;
}

/** The operating system's preferences, as a test sets them. */
export interface SystemAppearance {
  dark: boolean;
  forcedColors: boolean;
  moreContrast: boolean;
  reducedMotion: boolean;
}

export interface Registry {
  app: App | undefined;
  browser: Browser | undefined;
  readonly windows: Map<number, BrowserWindow>;
  readonly contents: Map<number, WebContents>;
  /** The window that has the keyboard. */
  focused: BrowserWindow | undefined;
  readonly schemes: SchemeMap;
  readonly blocked: (BlockedRequest & { readonly webContentsId: number })[];
  readonly console: ConsoleLine[];
  readonly appearance: SystemAppearance;
  /** A driver is connected: tests may answer dialogs and look at what was recorded. */
  hasDriver: boolean;
  /** Something changed that a driver may be waiting for. */
  readonly changes: EventEmitter;
}

export const registry: Registry = {
  app: undefined,
  browser: undefined,
  windows: new Map(),
  contents: new Map(),
  focused: undefined,
  schemes: new SchemeMap(),
  blocked: [],
  console: [],
  appearance: { dark: false, forcedColors: false, moreContrast: false, reducedMotion: false },
  hasDriver: false,
  changes: new EventEmitter(),
};

/** The newest lines are what a test looks at; a chatty page must not fill the memory. */
const CONSOLE_LIMIT = 2000;

export function recordConsole(line: ConsoleLine): void {
  registry.console.push(line);
  if (registry.console.length > CONSOLE_LIMIT) registry.console.shift();
}

/** Throws before `app` is ready, as Electron does for what needs it. */
export function readyBrowser(what: string): Browser {
  if (registry.browser === undefined) throw new Error(`Cannot create ${what} before app is ready`);
  return registry.browser;
}
