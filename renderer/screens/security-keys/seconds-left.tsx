/** The seconds that are left to touch the key. Not a live region: it would be read out without end. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTexts } from '../../texts.tsx';

const EVERY_MS = 250;

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
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <p className={styles.left} role="timer">
      <span className={styles.number}>{say('keys.seconds', { seconds })}</span>
      {say('keys.reset-left')}
    </p>
  );
}
