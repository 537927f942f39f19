/** Terminals in tabs. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { VideoRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { RecordingsPage } from '../recordings/recordings-page.tsx';
import { CloseSessionDialog } from './close-session-dialog.tsx';
import { NoSession } from './no-session.tsx';
import { SessionPanel } from './session-panel.tsx';
import { SessionTabs, tabId } from './session-tabs.tsx';
import { windowTerminals } from './session-terminals.ts';
import { IS_MAC, terminalKey } from './terminal-keys.ts';
import { useSessions } from './use-sessions.ts';
import { useTerminalLook } from './use-terminal-look.ts';

const PANEL_ID = 'session-panel';

const useStyles = makeStyles({
  screen: { flexGrow: 1, minHeight: 0, display: 'flex', flexDirection: 'column' },
  head: { display: 'flex', alignItems: 'center', paddingInlineEnd: tokens.spacingHorizontalM },
  // In one line with the words of the tabs, which stand at the foot of the bar.
  recordings: { marginTop: tokens.spacingVerticalS },
  // The tabs and the banner say it to those who see them.
  heading: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' },
});

export function SessionsScreen() {
  const styles = useStyles();
  const { say } = useTexts();
  const { place } = useNavigation();
  const { sessions, error, reload } = useSessions();
  const look = useTerminalLook();
  const terminals = useMemo(windowTerminals, []);
  const [chosen, setChosen] = useState(place.session);
  const [asking, setAsking] = useState<SessionView>();
  const [showsRecordings, setShowsRecordings] = useState(false);

  useEffect(() => {
    if (place.session === undefined) return;
    setChosen(place.session);
    setShowsRecordings(false);
  }, [place]);
  useEffect(() => {
    if (sessions !== undefined) terminals.keep(sessions);
  }, [terminals, sessions]);
  const closeEnded = useClosing(sessions);

  if (sessions === undefined) {
    return (
      <ScreenBody>
        <PageHeader title={say('sessions.title')} />
        {error === undefined ? (
          <Spinner label={say('sessions.loading')} />
        ) : (
          <ErrorNotice error={error} action={<Button onClick={reload}>{say('sessions.retry')}</Button>} />
        )}
      </ScreenBody>
    );
  }
  if (showsRecordings) return <RecordingsPage onBack={() => setShowsRecordings(false)} />;
  // The newest, where none was chosen or the chosen one is gone.
  const current = sessions.find(({ id }) => id === chosen) ?? sessions.at(-1);
  if (current === undefined) return <NoSession onRecordings={() => setShowsRecordings(true)} />;

  const close = (session: SessionView) => {
    if (session.state === 'open') setAsking(session);
    else closeEnded(session.id);
  };
  const step = (by: number) => {
    const at = sessions.indexOf(current);
    const to = sessions.at((at + by + sessions.length) % sessions.length);
    if (to === undefined) return;
    // From a tab to a tab, from a terminal to a terminal.
    const onTab = document.activeElement?.getAttribute('role') === 'tab';
    setChosen(to.id);
    if (onTab) document.getElementById(tabId(to.id))?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (!(event.target instanceof Element && event.currentTarget.contains(event.target))) return;
    const key = terminalKey(event.nativeEvent, IS_MAC);
    if (key !== 'next' && key !== 'previous') return;
    event.preventDefault();
    step(key === 'next' ? 1 : -1);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of what is inside
    <div className={styles.screen} onKeyDown={press}>
      <div className={styles.heading}>
        <PageHeader title={say('sessions.title')} />
      </div>
      <div className={styles.head}>
        <SessionTabs
          sessions={sessions}
          current={current.id}
          panelId={PANEL_ID}
          onChoose={setChosen}
          onEnter={(id) => {
            setChosen(id);
            // After the terminal of another session has taken its place.
            requestAnimationFrame(() => terminals.of(id).focus());
          }}
          onClose={close}
        />
        <Button
          className={styles.recordings}
          appearance="subtle"
          icon={<VideoRegular />}
          onClick={() => setShowsRecordings(true)}
        >
          {say('recordings.open')}
        </Button>
      </div>
      {look !== undefined && (
        <SessionPanel
          key={current.id}
          id={PANEL_ID}
          session={current}
          terminal={terminals.of(current.id)}
          look={look}
          onLeave={() => document.getElementById(tabId(current.id))?.focus()}
          onClose={() => close(current)}
        />
      )}
      {asking !== undefined && (
        <CloseSessionDialog
          target={asking.target}
          onConsent={() => {
            setAsking(undefined);
            // What is behind a dialog stays hidden from screen readers until something there has the focus.
            terminals.of(asking.id).focus();
            closeEnded(asking.id);
          }}
          onClose={() => {
            setAsking(undefined);
            terminals.of(asking.id).focus();
          }}
        />
      )}
    </div>
  );
}

/** Closes a session wherever it stands: `sessions.end` ends one that runs, and takes one that has ended off the list. */
function useClosing(sessions: readonly SessionView[] | undefined): (id: string) => void {
  const closing = useRef(new Set<string>());
  // It may be gone already; `sessions.changed` tells how it is.
  const end = (id: string) => void call('sessions.end', { id }).catch(() => undefined);
  useEffect(() => {
    for (const { id, state } of sessions ?? []) {
      if (state === 'ended' && closing.current.delete(id)) void call('sessions.end', { id }).catch(() => undefined);
    }
  }, [sessions]);
  return (id) => {
    const state = sessions?.find((session) => session.id === id)?.state;
    if (state !== 'ended') closing.current.add(id);
    end(id);
  };
}
