/** One session: banner, search, terminal, what is asked and how it ended; and the keys that are the window's own. */
import { makeStyles } from '@fluentui/react-components';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import { FindBar } from './find-bar.tsx';
import { KeyOverlay } from './key-overlay.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { asksBeforePaste } from './pasted-text.ts';
import { RecordingNotice } from './recording-notice.tsx';
import { SessionBanner } from './session-banner.tsx';
import { SessionEnd } from './session-end.tsx';
import { tabId } from './session-tabs.tsx';
import type { SessionTerminal, TerminalLook } from './session-terminal.ts';
import { IS_MAC, keyNames, terminalKey } from './terminal-keys.ts';
import { TerminalPane } from './terminal-pane.tsx';

export interface SessionPanelProps {
  readonly id: string;
  readonly session: SessionView;
  readonly terminal: SessionTerminal;
  readonly look: TerminalLook;
  /** The focus leaves the terminal. */
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

const useStyles = makeStyles({
  panel: { flexGrow: 1, minHeight: 0, display: 'flex', flexDirection: 'column' },
});

export function SessionPanel({ id, session, terminal, look, onLeave, onClose }: SessionPanelProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const [finding, setFinding] = useState(false);
  const [pasted, setPasted] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const findInput = useRef<HTMLInputElement>(null);
  const { target, state } = session;
  const ended = state === 'ended';

  useEffect(() => {
    terminal.onPaste = (text) => {
      if (asksBeforePaste(text, terminal.bracketedPaste)) setPasted(text);
      else terminal.paste(text);
    };
    // Nothing goes to a device that is gone: Tab leaves the terminal then, as everywhere.
    terminal.keepsKey = (press) => ended || terminalKey(press, IS_MAC) !== undefined;
    return () => {
      terminal.onPaste = undefined;
      terminal.keepsKey = undefined;
    };
  }, [terminal, ended]);

  const copy = async () => {
    const text = terminal.selectedText;
    if (text === '') return announce(say('sessions.nothing-selected'));
    try {
      await call('app.copy', { text });
      announce(say('sessions.copied'));
    } catch (error) {
      setFailure(error);
    }
  };
  const find = () => {
    setFinding(true);
    findInput.current?.focus();
    findInput.current?.select();
  };
  const again = async () => {
    setFailure(undefined);
    try {
      await call('sessions.reconnect', { id: session.id });
      // The button goes with what it stood in.
      terminal.focus();
    } catch (error) {
      setFailure(error);
    }
  };
  const record = async (isOn: boolean) => {
    setFailure(undefined);
    try {
      await call('sessions.record', { id: session.id, isOn });
      announce(say(isOn ? 'sessions.record-began' : 'sessions.record-ended'));
    } catch (error) {
      setFailure(error);
    }
  };
  const press = (event: KeyboardEvent) => {
    // Dialogs are no part of it, though React has their events pass here.
    if (!(event.target instanceof Element && event.currentTarget.contains(event.target))) return;
    const key = terminalKey(event.nativeEvent, IS_MAC);
    const inTerminal = event.target.closest('.xterm') !== null;
    // Pasting is the browser's, whose event the terminal receives; in a field, so is copying. Tabs are the screen's.
    if (key === 'copy' && inTerminal) void copy();
    else if (key === 'find') find();
    else if (key === 'leave') onLeave();
    else return;
    event.preventDefault();
  };
  const keys = keyNames(IS_MAC);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of what is inside
    <div className={styles.panel} onKeyDown={press}>
      <div id={id} role="tabpanel" aria-labelledby={tabId(session.id)} className={styles.panel}>
        <SessionBanner
          session={session}
          isMac={IS_MAC}
          onFind={find}
          onCopy={copy}
          onRecord={record}
          onClose={onClose}
        />
        {failure !== undefined && <ErrorNotice error={failure} />}
        <RecordingNotice session={session} />
        {finding && (
          <FindBar
            terminal={terminal}
            input={findInput}
            onClose={() => {
              setFinding(false);
              terminal.focus();
            }}
          />
        )}
        <TerminalPane
          terminal={terminal}
          look={look}
          label={say('sessions.terminal', { target })}
          keys={say('sessions.keys', keys)}
          open={state === 'open'}
        >
          {!ended && (session.waitsFor !== undefined || state === 'starting') && <KeyOverlay session={session} />}
        </TerminalPane>
        {ended && <SessionEnd session={session} onAgain={again} onClose={onClose} />}
      </div>
      {pasted !== undefined && (
        <PasteDialog
          text={pasted}
          target={target}
          onPaste={() => {
            setPasted(undefined);
            terminal.paste(pasted);
            terminal.focus();
          }}
          onClose={() => {
            setPasted(undefined);
            terminal.focus();
          }}
        />
      )}
    </div>
  );
}
