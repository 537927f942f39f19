/** That something is being read: a ring that turns, with words beside it or, where they stand near by, alone. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  spinner: { display: 'flex', alignItems: 'center', justifyContent: 'center', gap: tokens.spacingHorizontalS },
  ring: {
    flexShrink: 0,
    boxSizing: 'border-box',
    width: '28px',
    height: '28px',
    border: `3px solid ${tokens.colorBrandStroke2Contrast}`,
    borderTopColor: tokens.colorBrandStroke1,
    borderRadius: tokens.borderRadiusCircular,
    animationName: { to: { transform: 'rotate(360deg)' } },
    animationDuration: '1.2s',
    animationTimingFunction: 'linear',
    animationIterationCount: 'infinite',
    '@media (prefers-reduced-motion: reduce)': { animationDuration: '3s' },
    '@media (forced-colors: active)': { borderTopColor: 'Highlight' },
  },
  small: { width: '16px', height: '16px', border: `2px solid ${tokens.colorBrandStroke2Contrast}` },
});

export interface SpinnerProps {
  readonly label?: string;
  readonly small?: boolean;
}

export function Spinner({ label, small = false }: SpinnerProps) {
  const styles = useStyles();
  return (
    <div className={styles.spinner} role="progressbar" aria-label={label}>
      <span className={mergeClasses(styles.ring, small && styles.small)} />
      {label}
    </div>
  );
}
