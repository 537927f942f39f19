/**
 * One tab for each session. Left, Right, Home and End choose; Enter goes into the terminal; Delete closes. The cross on a tab is
 * for the pointer alone, as tabs may hold no buttons: the keyboard has Delete, and the banner's button.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { useTexts } from '../../texts.tsx';
import { RecordingDot } from './recording-mark.tsx';
import { SessionStateIcon } from './session-state.tsx';
import { tabLabel, tabName } from './session-words.ts';

export interface SessionTabsProps {
  readonly sessions: readonly SessionView[];
  readonly current: string;
  readonly panelId: string;
  readonly onChoose: (id: string) => void;
  /** A tab was pressed: its terminal is wanted. */
  readonly onEnter: (id: string) => void;
  readonly onClose: (session: SessionView) => void;
}

export const tabId = (id: string) => `session-tab-${id}`;

const useStyles = makeStyles({
  tabs: {
    flexGrow: 1,
    minWidth: 0,
    display: 'flex',
    gap: tokens.spacingHorizontalXXS,
    overflowX: 'auto',
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM} 0`,
    scrollbarWidth: 'thin',
  },
  tab: {
    position: 'relative',
    flexShrink: 0,
    maxWidth: '240px',
    minHeight: '36px',
    boxSizing: 'border-box',
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalS} 0 ${tokens.spacingHorizontalM}`,
    border: 'none',
    borderRadius: `${tokens.borderRadiusMedium} ${tokens.borderRadiusMedium} 0 0`,
    background: 'none',
    color: tokens.colorNeutralForeground2,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  chosen: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    '::after': {
      content: '""',
      position: 'absolute',
      insetInlineStart: tokens.spacingHorizontalM,
      insetInlineEnd: tokens.spacingHorizontalM,
      bottom: 0,
      height: '3px',
      borderRadius: tokens.borderRadiusCircular,
      backgroundColor: tokens.colorCompoundBrandStroke,
      '@media (forced-colors: active)': { backgroundColor: 'Highlight' },
    },
  },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  cross: {
    display: 'flex',
    padding: '3px',
    borderRadius: tokens.borderRadiusSmall,
    fontSize: '14px',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Pressed },
  },
});

export function SessionTabs({ sessions, current, panelId, onChoose, onEnter, onClose }: SessionTabsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const at = sessions.findIndex(({ id }) => id === current);

  const press = (event: KeyboardEvent, session: SessionView) => {
    const last = sessions.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    if (event.key === 'Delete') {
      event.preventDefault();
      onClose(session);
    } else if (to !== undefined && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      const chosen = sessions[to];
      if (chosen === undefined) return;
      onChoose(chosen.id);
      document.getElementById(tabId(chosen.id))?.focus();
    }
  };
  const closes = (event: MouseEvent) =>
    event.target instanceof Element && event.target.closest('[data-close]') !== null;

  return (
    <div role="tablist" aria-label={say('sessions.tabs')} className={styles.tabs}>
      {sessions.map((session) => {
        const { id } = session;
        const target = tabName(session, sessions);
        const chosen = id === current;
        return (
          <button
            key={id}
            type="button"
            role="tab"
            id={tabId(id)}
            aria-selected={chosen}
            aria-controls={chosen ? panelId : undefined}
            aria-label={tabLabel(say, session, sessions)}
            aria-keyshortcuts="Delete"
            tabIndex={chosen ? 0 : -1}
            title={target}
            className={mergeClasses(styles.tab, chosen && styles.chosen)}
            onClick={(event) => (closes(event) ? onClose(session) : onEnter(id))}
            onAuxClick={(event) => event.button === 1 && onClose(session)}
            onKeyDown={(event) => press(event, session)}
          >
            <SessionStateIcon session={session} />
            <span className={styles.name}>{target}</span>
            {session.isRecorded && <RecordingDot />}
            <span className={styles.cross} data-close="" aria-hidden="true">
              <DismissRegular />
            </span>
          </button>
        );
      })}
    </div>
  );
}
