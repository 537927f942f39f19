/** The measure of a screen: its margins and the widest that lines may get. `fill`: as high and wide as the window lets it. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  body: {
    boxSizing: 'border-box',
    width: '100%',
    maxWidth: '960px',
    margin: '0 auto',
    padding: `${tokens.spacingVerticalXXXL} 40px 48px`,
    display: 'flex',
    flexDirection: 'column',
    gap: '36px',
    '@media (max-width: 820px)': { padding: `${tokens.spacingVerticalXL} ${tokens.spacingHorizontalXL}` },
  },
  fill: { maxWidth: 'none', flexGrow: 1, minHeight: 0 },
});

export function ScreenBody({ fill = false, children }: { readonly fill?: boolean; readonly children: ReactNode }) {
  const styles = useStyles();
  return <div className={mergeClasses(styles.body, fill && styles.fill)}>{children}</div>;
}
