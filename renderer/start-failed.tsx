/** Shown when `app.start` gave no texts: the only words of the window that are not of the catalogue, which it could not get. */
import { makeStyles, Text, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  root: {
    padding: tokens.spacingHorizontalXXXL,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
});

export function StartFailed({ reason }: { readonly reason: unknown }) {
  const styles = useStyles();
  return (
    <main className={styles.root} role="alert">
      <Text as="h1" size={600} weight="semibold">
        Glasskey could not start its window.
      </Text>
      <Text>{reason instanceof Error ? reason.message : String(reason)}</Text>
      <Text>Quit Glasskey and start it again. The command line works without the window: glasskey status.</Text>
    </main>
  );
}
