/** The terminal's colours, light, dark and high contrast. Each of the sixteen is legible on its background (4.5 to 1 or more). */

import type { ISearchDecorationOptions } from '@xterm/addon-search';
import type { ITheme } from '@xterm/xterm';

export type TerminalColours = 'light' | 'dark' | 'system';

const LIGHT: ITheme = {
  background: '#ffffff',
  foreground: '#1f2328',
  cursor: '#005f77',
  cursorAccent: '#ffffff',
  selectionBackground: '#b3dcea',
  selectionInactiveBackground: '#d9e3e7',
  scrollbarSliderBackground: '#1f232855',
  scrollbarSliderHoverBackground: '#1f232888',
  scrollbarSliderActiveBackground: '#1f2328aa',
  black: '#1f2328',
  red: '#b3202c',
  green: '#1a6e30',
  yellow: '#7a5200',
  blue: '#0b57b0',
  magenta: '#8a2ea3',
  cyan: '#00687d',
  white: '#5c636b',
  brightBlack: '#57606a',
  brightRed: '#9a1722',
  brightGreen: '#125a25',
  brightYellow: '#664400',
  brightBlue: '#0a4a96',
  brightMagenta: '#73228a',
  brightCyan: '#00566a',
  brightWhite: '#3b4249',
};

const DARK: ITheme = {
  background: '#16191c',
  foreground: '#e3e6e9',
  cursor: '#7fc5dd',
  cursorAccent: '#16191c',
  selectionBackground: '#22566a',
  selectionInactiveBackground: '#33434a',
  scrollbarSliderBackground: '#e3e6e955',
  scrollbarSliderHoverBackground: '#e3e6e988',
  scrollbarSliderActiveBackground: '#e3e6e9aa',
  black: '#7d858d',
  red: '#ff7b80',
  green: '#6fce83',
  yellow: '#e2b95a',
  blue: '#79b4ff',
  magenta: '#d69af0',
  cyan: '#60c8d8',
  white: '#d0d5da',
  brightBlack: '#949ca5',
  brightRed: '#ff9ea1',
  brightGreen: '#92e0a2',
  brightYellow: '#f2d27f',
  brightBlue: '#a3ccff',
  brightMagenta: '#e5bcf7',
  brightCyan: '#8fdfeb',
  brightWhite: '#ffffff',
};

/** `system`: the colours that the computer forces, read off `element`, which must be in the document. */
export function terminalTheme(colours: TerminalColours, element: HTMLElement): ITheme {
  if (colours === 'light') return LIGHT;
  if (colours === 'dark') return DARK;
  const background = systemColour('Canvas', element);
  const foreground = systemColour('CanvasText', element);
  const highlight = systemColour('Highlight', element);
  return {
    background,
    foreground,
    cursor: foreground,
    cursorAccent: background,
    selectionBackground: highlight,
    selectionInactiveBackground: highlight,
    selectionForeground: systemColour('HighlightText', element),
    scrollbarSliderBackground: foreground,
    scrollbarSliderHoverBackground: highlight,
    scrollbarSliderActiveBackground: highlight,
  };
}

/** How found text is marked; #RRGGBB only, as the search addon wants it. */
export function matchColours(colours: TerminalColours): ISearchDecorationOptions {
  const dark = { match: '#4a4320', border: '#8f7f2e', active: '#7a5c00', activeBorder: '#f2d27f' };
  const light = { match: '#fff3bf', border: '#c9a400', active: '#ffd84d', activeBorder: '#7a5200' };
  const { match, border, active, activeBorder } = colours === 'light' ? light : dark;
  return {
    matchBackground: match,
    matchBorder: border,
    matchOverviewRuler: border,
    activeMatchBackground: active,
    activeMatchBorder: activeBorder,
    activeMatchColorOverviewRuler: activeBorder,
  };
}

function systemColour(name: string, element: HTMLElement): string {
  const probe = element.ownerDocument.createElement('span');
  probe.style.color = name;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
