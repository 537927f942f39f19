/** What every terminal of the window is, whoever writes to it: what a device writes stays inside. */
import type { ITerminalOptions, Terminal } from '@xterm/xterm';

const SWALLOWED_OSC = [0, 1, 2, 8, 52];

export const TERMINAL_OPTIONS = {
  scrollback: 10_000,
  // Underscores of many fonts lie below the lowest letter: at 1 they are cut off.
  lineHeight: 1.15,
  minimumContrastRatio: 4.5,
  linkHandler: { activate: () => undefined },
  logLevel: 'off',
} as const satisfies ITerminalOptions;

/** Links, the clipboard and the window's title are none of a device's business: OSC 8, 52 and 0 to 2 do nothing. */
export function keepInside(terminal: Terminal): void {
  for (const code of SWALLOWED_OSC) terminal.parser.registerOscHandler(code, () => true);
}
