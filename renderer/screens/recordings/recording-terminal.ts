/** The terminal that a recording is shown in: it takes nothing that is typed, and answers nothing that a device asked. */
import { Terminal } from '@xterm/xterm';
import { styleNonce } from '../../style-nonce.ts';
import { keepInside, TERMINAL_OPTIONS } from '../sessions/device-output.ts';
import type { TerminalLook } from '../sessions/session-terminal.ts';
import { openStyled } from '../sessions/terminal-styles.ts';
import { terminalTheme } from '../sessions/terminal-theme.ts';
import type { DrawnTerminal } from './draw-until.ts';
import { boundedSize } from './timeline.ts';

export interface RecordingTerminal extends DrawnTerminal {
  look(look: TerminalLook): void;
  readonly background: string;
  name(text: string): void;
  focus(): void;
  dispose(): void;
}

/** `size`: as the recording began. */
export function recordingTerminal(host: HTMLElement, size: { columns: number; rows: number }): RecordingTerminal {
  const first = boundedSize(size.columns, size.rows);
  const terminal = new Terminal({
    ...TERMINAL_OPTIONS,
    cols: first.columns,
    rows: first.rows,
    disableStdin: true,
    cursorInactiveStyle: 'none',
  });
  keepInside(terminal);
  // Every key is the player's.
  terminal.attachCustomKeyEventHandler(() => false);
  openStyled(terminal, host, styleNonce());
  host.style.forcedColorAdjust = 'none';
  return {
    reset() {
      terminal.reset();
      terminal.resize(first.columns, first.rows);
    },
    resize: ({ columns, rows }) => terminal.resize(columns, rows),
    write: (text, parsed) => terminal.write(text, parsed),
    look({ fontFamily, fontSize, screenReader, colours }) {
      terminal.options.fontFamily = fontFamily;
      terminal.options.fontSize = fontSize;
      terminal.options.screenReaderMode = screenReader;
      terminal.options.theme = terminalTheme(colours, host);
    },
    get background() {
      return terminal.options.theme?.background ?? '';
    },
    name: (text) => terminal.textarea?.setAttribute('aria-label', text),
    focus: () => terminal.focus(),
    dispose: () => terminal.dispose(),
  };
}
