/** The seconds that are left to touch the key, as a number and a bar. Not a live region: it would be read out without end. */
import { makeStyles, mergeClasses, ProgressBar, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTexts } from '../../texts.tsx';

const EVERY_MS = 250;
/** From here on they are red. */
const FEW = 3;

const useStyles = makeStyles({
  left: { margin: `${tokens.spacingVerticalS} 0 0`, color: tokens.colorNeutralForeground2 },
  number: {
    marginInlineEnd: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeHero700,
    lineHeight: tokens.lineHeightHero700,
    fontWeight: tokens.fontWeightSemibold,
    fontVariantNumeric: 'tabular-nums',
    color: tokens.colorNeutralForeground1,
  },
  few: { color: tokens.colorStatusDangerForeground1 },
  bar: { marginTop: tokens.spacingVerticalS, maxWidth: '360px' },
});

/** `until`: by the main process's clock, which is this computer's. */
export function SecondsLeft({ until }: { readonly until: number }) {
  const styles = useStyles();
  const { say } = useTexts();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const [whole] = useState(() => Math.max(1, until - Date.now()));
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const isFew = seconds <= FEW;
  return (
    <>
      <p className={styles.left} role="timer">
        <span className={mergeClasses(styles.number, isFew && styles.few)}>{say('keys.seconds', { seconds })}</span>
        {say('keys.reset-left')}
      </p>
      <ProgressBar
        className={styles.bar}
        aria-hidden="true"
        thickness="large"
        color={isFew ? 'error' : 'brand'}
        value={Math.min(1, Math.max(0, (until - now) / whole))}
      />
    </>
  );
}
