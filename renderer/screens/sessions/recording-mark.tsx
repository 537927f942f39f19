/** That a session is written to a file: a red dot, and in the banner the word beside it. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useTexts } from '../../texts.tsx';

const useStyles = makeStyles({
  mark: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorStatusDangerForeground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  dot: {
    flexShrink: 0,
    width: '10px',
    height: '10px',
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorStatusDangerForeground3,
    // Forced colours leave no background; what says it must still be seen.
    '@media (forced-colors: active)': { backgroundColor: 'CanvasText', forcedColorAdjust: 'none' },
  },
});

/** The words must stand beside it, or in the name of what holds it. */
export function RecordingDot({ className }: { readonly className?: string }) {
  const styles = useStyles();
  return <span className={mergeClasses(styles.dot, className)} aria-hidden="true" />;
}

/** `isPolicy`: an administrator wants it so, and nobody here can end it. */
export function RecordingMark({ isPolicy }: { readonly isPolicy: boolean }) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <span className={styles.mark}>
      <RecordingDot />
      {say(isPolicy ? 'sessions.recorded-by-policy' : 'sessions.recorded')}
    </span>
  );
}
