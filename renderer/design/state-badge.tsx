/** How something stands, by picture, colour and words: never by colour alone. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  ClockFilled,
  DismissCircleFilled,
  ErrorCircleFilled,
  QuestionCircleRegular,
  SubtractCircleRegular,
} from '@fluentui/react-icons';

export type BadgeState = 'good' | 'waiting' | 'todo' | 'bad' | 'unknown' | 'neutral';

const ICONS = {
  good: CheckmarkCircleFilled,
  waiting: ClockFilled,
  todo: ErrorCircleFilled,
  bad: DismissCircleFilled,
  unknown: QuestionCircleRegular,
  neutral: SubtractCircleRegular,
} as const;

const useStyles = makeStyles({
  badge: {
    display: 'inline-flex',
    // In a line of text or a cell: by its words, not by the foot of its picture.
    verticalAlign: 'middle',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  icon: { display: 'flex', fontSize: '16px', flexShrink: 0 },
  good: { color: tokens.colorStatusSuccessForeground1 },
  waiting: { color: tokens.colorBrandForeground1 },
  todo: { color: tokens.colorStatusWarningForeground3 },
  bad: { color: tokens.colorStatusDangerForeground3 },
  unknown: { color: tokens.colorNeutralForeground3 },
  neutral: { color: tokens.colorNeutralForeground2 },
});

export interface StateBadgeProps {
  readonly state: BadgeState;
  readonly children: string;
  /** Without the picture, where it is drawn near by. */
  readonly plain?: boolean;
}

export function StateBadge({ state, children, plain = false }: StateBadgeProps) {
  const styles = useStyles();
  return (
    <span className={mergeClasses(styles.badge, styles[state])}>
      {!plain && <StateIcon state={state} />}
      {children}
    </span>
  );
}

/** The picture alone; the words must stand beside it. */
export function StateIcon({ state }: { readonly state: BadgeState }) {
  const styles = useStyles();
  const Icon = ICONS[state];
  return (
    <span className={mergeClasses(styles.icon, styles[state])} aria-hidden="true">
      <Icon />
    </span>
  );
}
