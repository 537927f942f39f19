/** A table that may be wider than its place, or longer: it scrolls there, by the keyboard too, and leaves the page as wide as it is. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  scroll: { overflowX: 'auto' },
  framed: {
    maxHeight: 'min(46vh, 420px)',
    overflow: 'auto',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  table: {
    width: '100%',
    borderCollapse: 'collapse',
    fontSize: tokens.fontSizeBase200,
    '& th, & td': {
      textAlign: 'start',
      verticalAlign: 'top',
      padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM} ${tokens.spacingVerticalXS} 0`,
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
    '& th': { fontWeight: tokens.fontWeightSemibold },
  },
  insideFrame: { '& th, & td': { padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalM}` } },
});

export interface ScrollingTableProps {
  /** What a screen reader says of it. */
  readonly label: string;
  /** What stands at the head of each column. */
  readonly columns: readonly string[];
  /** No higher than part of the window, with a frame around what scrolls. */
  readonly isFramed?: boolean;
  /** The rows: `<tr>`s. */
  readonly children: ReactNode;
}

export function ScrollingTable({ label, columns, isFramed = false, children }: ScrollingTableProps) {
  const styles = useStyles();
  return (
    <section
      className={mergeClasses(styles.scroll, isFramed && styles.framed)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label={label}
    >
      <table className={mergeClasses(styles.table, isFramed && styles.insideFrame)}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
