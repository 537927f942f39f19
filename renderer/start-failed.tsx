/** Shown when `app.start` gave no texts: the only words of the window that are not of the catalogue, which it could not get. */
import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  root: {
    padding: tokens.spacingHorizontalXXXL,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
  },
  text: { margin: 0, overflowWrap: 'anywhere' },
});

export function StartFailed({ reason }: { readonly reason: unknown }) {
  const styles = useStyles();
  return (
    <main className={styles.root} role="alert">
      <h1 className={styles.title}>Glasskey could not start its window.</h1>
      <p className={styles.text}>{reason instanceof Error ? reason.message : String(reason)}</p>
      <p className={styles.text}>
        Quit Glasskey and start it again. The command line works without the window: glasskey status.
      </p>
    </main>
  );
}
