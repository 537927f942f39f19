/**
 * The options of `new BrowserWindow`: honoured, taken as decoration that a headless page cannot show, or refused.
 */
import { missing } from '../missing.ts';
import type { BrowserWindow } from './browser-window.ts';
import type { NativeImage } from './native-image.ts';
import { type Session, session } from './session.ts';

export interface WebPreferences {
  readonly preload?: string;
  readonly partition?: string;
  readonly session?: Session;
  readonly additionalArguments?: readonly string[];
  readonly zoomFactor?: number;
  readonly backgroundThrottling?: boolean;
  readonly [option: string]: unknown;
}

export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly x?: number;
  readonly y?: number;
  readonly center?: boolean;
  readonly minWidth?: number;
  readonly minHeight?: number;
  readonly maxWidth?: number;
  readonly maxHeight?: number;
  readonly show?: boolean;
  readonly title?: string;
  readonly backgroundColor?: string;
  readonly alwaysOnTop?: boolean;
  readonly parent?: BrowserWindow;
  readonly modal?: boolean;
  readonly focusable?: boolean;
  readonly closable?: boolean;
  readonly resizable?: boolean;
  readonly minimizable?: boolean;
  readonly maximizable?: boolean;
  readonly fullscreenable?: boolean;
  readonly movable?: boolean;
  readonly fullscreen?: boolean;
  readonly skipTaskbar?: boolean;
  readonly icon?: NativeImage | string;
  readonly autoHideMenuBar?: boolean;
  readonly webPreferences?: WebPreferences;
  readonly [option: string]: unknown;
}

const HONOURED = new Set([
  ...['width', 'height', 'x', 'y', 'center', 'minWidth', 'minHeight', 'maxWidth', 'maxHeight', 'useContentSize'],
  ...['show', 'title', 'backgroundColor', 'alwaysOnTop', 'parent', 'modal', 'focusable', 'closable', 'resizable'],
  ...['minimizable', 'maximizable', 'fullscreenable', 'movable', 'fullscreen', 'webPreferences', 'autoHideMenuBar'],
]);

/** How a window looks around its page: a headless page has no frame, so there is nothing these could change. */
const DECORATION = new Set([
  ...[
    'acceptFirstMouse',
    'accentColor',
    'backgroundMaterial',
    'darkTheme',
    'disableAutoHideCursor',
    'frame',
    'hasShadow',
  ],
  ...['hiddenInMissionControl', 'icon', 'roundedCorners', 'skipTaskbar', 'tabbingIdentifier', 'thickFrame', 'type'],
  ...['titleBarOverlay', 'titleBarStyle', 'trafficLightPosition', 'vibrancy', 'visualEffectState', 'zoomToPageWidth'],
]);

/** Preferences with the only value they may have; `undefined` is that value too, unless Electron's default is another. */
const FIXED: Readonly<Record<string, unknown>> = {
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
  javascript: true,
  images: true,
  offscreen: false,
  enableDeprecatedPaste: false,
  navigateOnDragDrop: false,
};

const HONOURED_PREFERENCES = new Set([
  ...['preload', 'partition', 'session', 'additionalArguments', 'zoomFactor', 'backgroundThrottling'],
]);

/** What the browser is anyway, or what nobody can see in a headless page. */
const NEUTRAL_PREFERENCES = new Set([
  ...['accessibleTitle', 'defaultEncoding', 'devTools', 'disableHtmlFullscreenWindowResize', 'safeDialogs'],
  ...['safeDialogsMessage', 'scrollBounce', 'spellcheck', 'textAreasAreResizable', 'webgl', 'autoplayPolicy'],
]);

/** Throws for what the stand-in neither honours nor may leave aside. */
export function checkWindowOptions(options: WindowOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || HONOURED.has(option) || DECORATION.has(option)) continue;
    throw missing(`BrowserWindow option '${option}'`);
  }
  for (const [option, value] of Object.entries(options.webPreferences ?? {})) {
    if (value === undefined || HONOURED_PREFERENCES.has(option) || NEUTRAL_PREFERENCES.has(option)) continue;
    if (option in FIXED) {
      if (value !== FIXED[option]) throw missing(`webPreferences with ${option}: ${String(value)}`);
      continue;
    }
    throw missing(`webPreferences option '${option}'`);
  }
}

export function sessionOf(preferences: WebPreferences): Session {
  if (preferences.session !== undefined) return preferences.session;
  return preferences.partition === undefined ? session.defaultSession : session.fromPartition(preferences.partition);
}

/** `#RGB`, `#RRGGBB`, and with alpha as Electron reads it (`#AARRGGBB`); named colours are missing. */
export function parseColor(color: string): { r: number; g: number; b: number; a: number } {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(color);
  const long = /^#([0-9a-f]{2})?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (short !== null) {
    const [r, g, b] = short.slice(1).map((digit) => Number.parseInt(digit + digit, 16));
    return { r: r ?? 0, g: g ?? 0, b: b ?? 0, a: 1 };
  }
  if (long === null) throw missing(`the colour '${color}'`, 'write it as #RRGGBB');
  const [a, r, g, b] = long.slice(1).map((digits) => Number.parseInt(digits ?? 'ff', 16));
  return { r: r ?? 0, g: g ?? 0, b: b ?? 0, a: (a ?? 255) / 255 };
}
