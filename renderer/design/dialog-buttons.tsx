/** The buttons at the foot of a dialog, at its end, each on one line: apart from what they answer, and as wide as the dialog lets them be. */
import { DialogActions, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  buttons: {
    // Fluent gives them half of the dialog, where two words no longer fit on one line.
    gridColumnStart: 1,
    marginTop: tokens.spacingVerticalM,
    '& button': { whiteSpace: 'nowrap' },
  },
});

export function DialogButtons({ children }: { readonly children: ReactNode }) {
  const styles = useStyles();
  return <DialogActions className={styles.buttons}>{children}</DialogActions>;
}
