/**
 * The steps of a long piece of work, each by picture and words. The present step is marked for screen readers; only where something
 * runs does its picture move.
 */
import { makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components';
import {
  ArrowCircleRightFilled,
  CheckmarkCircleFilled,
  CircleRegular,
  ClockRegular,
  DismissCircleFilled,
  SubtractCircleRegular,
} from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import { useTexts } from '../texts.tsx';

export interface ProgressItem {
  readonly id: string;
  /** At `your-turn` it waits for the person, at `waiting` for something elsewhere. */
  readonly state: 'done' | 'active' | 'your-turn' | 'waiting' | 'todo' | 'failed' | 'stopped' | 'skipped';
  readonly title: string;
  readonly detail?: ReactNode;
}

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  item: {
    position: 'relative',
    display: 'flex',
    gap: tokens.spacingHorizontalM,
    paddingBottom: tokens.spacingVerticalL,
    // The line that joins a step to the next one.
    ':not(:last-child)::before': {
      content: '""',
      position: 'absolute',
      insetInlineStart: '9.5px',
      top: '24px',
      bottom: '4px',
      width: '1px',
      backgroundColor: tokens.colorNeutralStroke2,
    },
    ':last-child': { paddingBottom: 0 },
  },
  icon: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    flexShrink: 0,
    width: '20px',
    height: '20px',
    fontSize: '20px',
  },
  done: { color: tokens.colorStatusSuccessForeground1 },
  failed: { color: tokens.colorStatusDangerForeground1 },
  todo: { color: tokens.colorNeutralForeground3 },
  present: { color: tokens.colorBrandForeground1 },
  words: { minWidth: 0, overflowWrap: 'anywhere' },
  title: { color: tokens.colorNeutralForeground1 },
  titleActive: { fontWeight: tokens.fontWeightSemibold },
  titleTodo: { color: tokens.colorNeutralForeground3 },
  detail: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  state: { position: 'absolute', width: '1px', height: '1px', overflow: 'hidden', clipPath: 'inset(50%)' },
});

export function ProgressList({ label, items }: { readonly label: string; readonly items: readonly ProgressItem[] }) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <ol className={styles.list} aria-label={label}>
      {items.map(({ id, state, title, detail }) => (
        <li key={id} className={styles.item} aria-current={isPresent(state) ? 'step' : undefined}>
          <span className={styles.icon} aria-hidden="true">
            <StepIcon state={state} />
          </span>
          <div className={styles.words}>
            <span
              className={mergeClasses(
                styles.title,
                isPresent(state) && styles.titleActive,
                (state === 'todo' || state === 'skipped') && styles.titleTodo,
              )}
            >
              {title}
            </span>
            <span className={styles.state}>{say(`frame.step-${state}`)}</span>
            {detail !== undefined && <div className={styles.detail}>{detail}</div>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function isPresent(state: ProgressItem['state']): boolean {
  return state === 'active' || state === 'your-turn' || state === 'waiting';
}

function StepIcon({ state }: Pick<ProgressItem, 'state'>) {
  const styles = useStyles();
  if (state === 'done') return <CheckmarkCircleFilled className={styles.done} />;
  if (state === 'failed') return <DismissCircleFilled className={styles.failed} />;
  if (state === 'skipped' || state === 'stopped') return <SubtractCircleRegular className={styles.todo} />;
  if (state === 'todo') return <CircleRegular className={styles.todo} />;
  if (state === 'your-turn') return <ArrowCircleRightFilled className={styles.present} />;
  if (state === 'waiting') return <ClockRegular className={styles.present} />;
  return <Spinner size="extra-tiny" />;
}
