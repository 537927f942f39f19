/** One reminder: how pressing it is, what it is about, and what helps, at one click; or later; or not at all. */
import { Button, MenuItem, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import type { ReminderView } from '../../../main/ipc/contract.ts';
import { ScreenMenu } from '../../design/screen-menu.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { BADGES, remedyWords } from './reminder-words.ts';

const SNOOZES = [1, 3, 7, 14] as const;

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXL}`,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  critical: { border: `1px solid ${tokens.colorStatusDangerBorder1}` },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalM}` },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  due: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  sentence: { margin: 0, maxWidth: '76ch', textWrap: 'pretty', overflowWrap: 'anywhere' },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalXS,
  },
  // As wide as its word: three buttons of one width would look like three equal ones.
  lesser: { minWidth: 'auto' },
});

export interface ReminderCardProps {
  readonly reminder: ReminderView;
  readonly now: number;
  /** What is most pressing of all. */
  readonly isFirst: boolean;
  readonly onAct: () => void;
  readonly onSnooze: (days: number) => void;
  readonly onDismiss: () => void;
}

export function ReminderCard({ reminder, now, isFirst, onAct, onSnooze, onDismiss }: ReminderCardProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const titleId = useId();
  const { title, sentence, severity, dueAt, remedy } = reminder;
  return (
    <li className={mergeClasses(styles.card, severity === 'critical' && styles.critical)}>
      <div className={styles.head}>
        <h3 className={styles.title} id={titleId}>
          {title}
        </h3>
        <StateBadge state={BADGES[severity]}>{say(`reminders.severity-${severity}`)}</StateBadge>
        <span className={styles.due}>
          {say(dueAt > now ? 'reminders.due-by' : 'reminders.due-since', { due: new Date(dueAt) })}
        </span>
      </div>
      <p className={styles.sentence}>{sentence}</p>
      <div className={styles.actions}>
        <Button
          appearance={isFirst && (severity === 'due' || severity === 'critical') ? 'primary' : 'secondary'}
          aria-describedby={titleId}
          onClick={onAct}
        >
          {remedyWords(remedy, say)}
        </Button>
        <ScreenMenu
          button={
            <Button className={styles.lesser} appearance="subtle" aria-label={say('reminders.snooze-for', { title })}>
              {say('reminders.snooze')}
            </Button>
          }
        >
          {SNOOZES.map((days) => (
            <MenuItem key={days} onClick={() => onSnooze(days)}>
              {say('reminders.snooze-days', { days })}
            </MenuItem>
          ))}
        </ScreenMenu>
        <Button
          className={styles.lesser}
          appearance="subtle"
          aria-label={say('reminders.dismiss-for', { title })}
          onClick={onDismiss}
        >
          {say('reminders.dismiss')}
        </Button>
      </div>
    </li>
  );
}
