/** The place of a session's terminal on the screen: it is taken in and out as it stands, with all it holds. */
import { makeStyles, tokens } from '@fluentui/react-components';
import '@xterm/xterm/css/xterm.css';
import { type ReactNode, useEffect, useRef } from 'react';
import type { SessionTerminal, TerminalLook } from './session-terminal.ts';

export interface TerminalPaneProps {
  readonly terminal: SessionTerminal;
  readonly look: TerminalLook;
  readonly label: string;
  readonly keys: string;
  /** It has just been opened: the focus goes in. */
  readonly open: boolean;
  /** What lies over it. */
  readonly children: ReactNode;
}

const useStyles = makeStyles({
  pane: {
    position: 'relative',
    flexGrow: 1,
    flexBasis: 0,
    minHeight: '140px',
    minWidth: 0,
    padding: `${tokens.spacingVerticalS} 0 ${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    boxSizing: 'border-box',
    overflow: 'hidden',
    // Inside: the neighbours would cover an outer one. Over what is inside, and not in the pointer's way.
    ':focus-within::after': {
      content: '""',
      position: 'absolute',
      inset: 0,
      zIndex: 11,
      pointerEvents: 'none',
      border: `2px solid ${tokens.colorCompoundBrandStroke}`,
      '@media (forced-colors: active)': { border: '2px solid Highlight' },
    },
  },
  host: { height: '100%', width: '100%', overflow: 'hidden' },
});

export function TerminalPane({ terminal, look, label, keys, open, children }: TerminalPaneProps) {
  const styles = useStyles();
  const host = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLDivElement>(null);

  useEffect(() => (host.current === null ? undefined : terminal.mount(host.current)), [terminal]);
  useEffect(() => {
    terminal.look(look);
    if (pane.current !== null) pane.current.style.backgroundColor = terminal.background;
  }, [terminal, look]);
  useEffect(() => terminal.name(label, keys), [terminal, label, keys]);
  useEffect(() => {
    // Never taken from somebody who is typing elsewhere; `open` has it asked again when the session is open.
    const at = document.activeElement;
    if (open !== undefined && (at === null || at === document.body || at.tagName === 'H1')) terminal.focus();
  }, [terminal, open]);

  return (
    <div ref={pane} className={styles.pane}>
      <div ref={host} className={styles.host} />
      {children}
    </div>
  );
}
