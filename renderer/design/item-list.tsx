/** A list without marks, its items one below the other. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  list: { listStyleType: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column' },
  XS: { gap: tokens.spacingVerticalXS },
  S: { gap: tokens.spacingVerticalS },
  M: { gap: tokens.spacingVerticalM },
  L: { gap: tokens.spacingVerticalL },
});

export interface ItemListProps {
  /** Between two items; undefined: none, because the items keep apart by themselves. */
  readonly gap?: 'XS' | 'S' | 'M' | 'L';
  /** What a screen reader says of it, where no heading does. */
  readonly label?: string;
  /** The items: `<li>`s. */
  readonly children: ReactNode;
}

export function ItemList({ gap, label, children }: ItemListProps) {
  const styles = useStyles();
  return (
    <ul className={mergeClasses(styles.list, gap && styles[gap])} aria-label={label}>
      {children}
    </ul>
  );
}
