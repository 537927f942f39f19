/** Reminders that were snoozed or dismissed, each with the way back; and those that were done. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircleRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { ReminderListView, ReminderView } from '../../../main/ipc/contract.ts';
import { ItemList } from '../../design/item-list.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { useTexts } from '../../texts.tsx';

/** So many of what was done are shown at first. */
const SHOWN = 5;

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    padding: `${tokens.spacingVerticalS} 0`,
    ':not(:last-child)': { borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  },
  words: { flexGrow: 1, flexBasis: '260px', minWidth: 0, overflowWrap: 'anywhere' },
  title: { fontWeight: tokens.fontWeightSemibold },
  why: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  done: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    minWidth: 0,
    overflowWrap: 'anywhere',
  },
  check: { display: 'flex', flexShrink: 0, fontSize: '20px', color: tokens.colorStatusSuccessForeground1 },
  more: { marginTop: tokens.spacingVerticalS },
  none: { margin: 0, color: tokens.colorNeutralForeground2 },
});

interface PutAsideProps {
  readonly reminders: readonly ReminderView[];
  readonly onRestore: (reminder: ReminderView) => void;
}

export function PutAside({ reminders, onRestore }: PutAsideProps) {
  const styles = useStyles();
  const { say } = useTexts();
  if (reminders.length === 0) return null;
  return (
    <section aria-labelledby="reminders-aside">
      <SectionTitle id="reminders-aside">{say('reminders.aside')}</SectionTitle>
      <ItemList>
        {reminders.map((reminder) => {
          const { id, title, dismissed, snoozedUntil } = reminder;
          const why =
            dismissed === undefined
              ? say('reminders.aside-snoozed', { until: new Date(snoozedUntil ?? 0) })
              : say('reminders.aside-dismissed', { at: new Date(dismissed.at), because: dismissed.because });
          return (
            <li key={id} className={styles.row}>
              <div className={styles.words}>
                <div className={styles.title}>{title}</div>
                <div className={styles.why}>{why}</div>
              </div>
              <Button
                size="small"
                aria-label={say('reminders.restore-for', { title })}
                onClick={() => onRestore(reminder)}
              >
                {say('reminders.restore')}
              </Button>
            </li>
          );
        })}
      </ItemList>
    </section>
  );
}

export function DoneReminders({ done }: Pick<ReminderListView, 'done'>) {
  const styles = useStyles();
  const { say } = useTexts();
  const [isAll, setAll] = useState(false);
  return (
    <section aria-labelledby="reminders-done">
      <SectionTitle id="reminders-done">{say('reminders.done')}</SectionTitle>
      {done.length === 0 && <p className={styles.none}>{say('reminders.done-none')}</p>}
      <ItemList>
        {done.slice(0, isAll ? undefined : SHOWN).map(({ id, title, endedAt }) => (
          <li key={`${id} ${endedAt}`} className={styles.row}>
            <span className={styles.done}>
              <span className={styles.check} aria-hidden="true">
                <CheckmarkCircleRegular />
              </span>
              {title}
            </span>
            <span className={styles.why}>{say('reminders.done-at', { at: new Date(endedAt) })}</span>
          </li>
        ))}
      </ItemList>
      {!isAll && done.length > SHOWN && (
        <Button className={styles.more} size="small" onClick={() => setAll(true)}>
          {say('reminders.done-more', { count: done.length })}
        </Button>
      )}
    </section>
  );
}
