/** On the home screen: what is due, each with what helps. What is only soon, snoozed or dismissed stands on its own screen. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { ReminderView } from '../../../main/ipc/contract.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { BADGES, isPutAside, REMINDER_EVENTS, remedyWords } from '../reminders/reminder-words.ts';
import { useRemedy } from '../reminders/use-remedy.ts';

const SHOWN = 3;

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    padding: `${tokens.spacingVerticalS} 0`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  title: { flexGrow: 1, flexBasis: '220px', minWidth: 0, overflowWrap: 'anywhere' },
  // As wide as the longest, so that the titles stand below each other.
  badge: { flexBasis: '76px', flexShrink: 0 },
  // Its words stand below the others.
  all: { marginTop: tokens.spacingVerticalM, marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
});

export function DueReminders() {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const remedy = useRemedy();
  const { value } = useFresh('reminders.list', REMINDER_EVENTS);
  const [failure, setFailure] = useState<unknown>();
  const due = value?.open.filter((one) => isDue(one) && !isPutAside(one, value.now)) ?? [];
  if (due.length === 0) return null;
  return (
    <section aria-labelledby="due-title">
      <SectionTitle id="due-title">{say('reminders.home', { count: due.length })}</SectionTitle>
      {failure !== undefined && <ErrorNotice error={failure} />}
      <ItemList>
        {due.slice(0, SHOWN).map(({ id, title, severity, remedy: action }) => (
          <li key={id} className={styles.row}>
            <span className={styles.badge}>
              <StateBadge state={BADGES[severity]}>{say(`reminders.severity-${severity}`)}</StateBadge>
            </span>
            <span className={styles.title} id={`due-${id}`}>
              {title}
            </span>
            <Button aria-describedby={`due-${id}`} onClick={() => remedy(action).catch(setFailure)}>
              {remedyWords(action, say)}
            </Button>
          </li>
        ))}
      </ItemList>
      <Button className={styles.all} appearance="subtle" onClick={() => go({ screen: 'reminders' })}>
        {say('reminders.home-all')}
      </Button>
    </section>
  );
}

function isDue({ severity }: ReminderView): boolean {
  return severity === 'due' || severity === 'critical';
}
