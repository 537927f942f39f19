/** Above the terminal: who is logged in to what, through which hosts, since when, how it stands; and what one can do with it. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import {
  CopyRegular,
  DismissRegular,
  RecordRegular,
  RecordStopRegular,
  SearchRegular,
  WindowConsoleRegular,
} from '@fluentui/react-icons';
import type { MouseEvent } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { KINDS } from '../devices/target-words.ts';
import { RecordingMark } from './recording-mark.tsx';
import { SessionLength } from './session-length.tsx';
import { SessionStateBadge } from './session-state.tsx';
import { sinceWords, whoWhere } from './session-words.ts';
import { keyNames } from './terminal-keys.ts';
import { useRecordingPolicy } from './use-recording-policy.ts';

export interface SessionBannerProps {
  readonly session: SessionView;
  readonly isMac: boolean;
  readonly onFind: () => void;
  readonly onCopy: () => void;
  readonly onRecord: (isOn: boolean) => void;
  readonly onClose: () => void;
}

const useStyles = makeStyles({
  banner: {
    flexShrink: 0,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalXXS} ${tokens.spacingHorizontalL}`,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalL}`,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  words: {
    flexGrow: 1,
    flexBasis: '280px',
    minWidth: 0,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `0 ${tokens.spacingHorizontalM}`,
    overflowWrap: 'anywhere',
  },
  who: {
    // A line of its own: what is marked later moves no terminal.
    flexBasis: '100%',
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
  },
  state: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  small: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  mark: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  tools: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXXS, marginInlineStart: 'auto' },
  hint: { marginInlineEnd: tokens.spacingHorizontalS, '@media (max-width: 820px)': { display: 'none' } },
});

/** A press of the pointer on a tool leaves the focus, and with it the keyboard, in the terminal. */
const keepFocus = (event: MouseEvent) => event.preventDefault();

export function SessionBanner({ session, isMac, onFind, onCopy, onRecord, onClose }: SessionBannerProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const keys = keyNames(isMac);
  const isPolicy = useRecordingPolicy();
  const { isRecorded, terminals } = session;
  const recordLabel = say(isRecorded ? 'sessions.record-stop' : 'sessions.record-start');
  return (
    <header className={styles.banner}>
      <div className={styles.words}>
        <h2 className={styles.who}>{whoWhere(say, session)}</h2>
        <span className={styles.state}>
          <SessionStateBadge session={session} />
          <span className={styles.small}>
            {sinceWords(say, session, Date.now())}
            <SessionLength session={session} />
          </span>
        </span>
        <SessionWay session={session} />
        {terminals > 0 && (
          <span className={styles.mark} title={say('sessions.in-terminals-explained')}>
            <WindowConsoleRegular aria-hidden="true" />
            {say('sessions.in-terminals', { count: terminals })}
          </span>
        )}
        {isRecorded && <RecordingMark isPolicy={isPolicy} />}
      </div>
      <div className={styles.tools}>
        <span className={`${styles.small} ${styles.hint}`}>{say('sessions.leave-hint', { leave: keys.leave })}</span>
        {session.state !== 'ended' && !(isRecorded && isPolicy) && (
          <Button
            appearance="subtle"
            icon={isRecorded ? <RecordStopRegular /> : <RecordRegular />}
            aria-label={recordLabel}
            title={recordLabel}
            onMouseDown={keepFocus}
            onClick={() => onRecord(!isRecorded)}
          />
        )}
        <Button
          appearance="subtle"
          icon={<SearchRegular />}
          aria-label={say('sessions.find')}
          title={`${say('sessions.find')} (${keys.find})`}
          onClick={onFind}
        />
        <Button
          appearance="subtle"
          icon={<CopyRegular />}
          aria-label={say('sessions.copy')}
          title={`${say('sessions.copy')} (${keys.copy})`}
          onMouseDown={keepFocus}
          onClick={onCopy}
        />
        <Button
          appearance="subtle"
          icon={<DismissRegular />}
          aria-label={say('sessions.close-tab', { target: session.target })}
          title={say('sessions.close-tab', { target: session.target })}
          onClick={onClose}
        />
      </div>
    </header>
  );
}

/** The kind of the way, where the jump hosts that are named do not say it already. */
function SessionWay({ session: { way } }: { readonly session: SessionView }) {
  const styles = useStyles();
  const { say } = useTexts();
  if (way === 'jump') return null;
  const words = say(KINDS[way].name);
  if (way === 'password') return <StateBadge state="todo">{words}</StateBadge>;
  return (
    <span className={styles.small} title={say(KINDS[way].explained)}>
      {words}
    </span>
  );
}
