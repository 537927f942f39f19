/** A line to be typed elsewhere: what it is for, the line itself, and a button that copies it. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { CodeLine } from '../../design/code-line.tsx';
import { CopyButton } from '../../design/copy-button.tsx';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM, minWidth: 0 },
  term: { width: '104px', flexShrink: 0, fontWeight: tokens.fontWeightSemibold },
  copy: { width: '190px', '@media (max-width: 820px)': { width: 'auto' }, '& button': { width: '100%' } },
});

export interface CopyLineProps {
  readonly term: string;
  readonly text: string;
  /** What the button says. */
  readonly label: string;
}

export function CopyLine({ term, text, label }: CopyLineProps) {
  const styles = useStyles();
  return (
    <div className={styles.row}>
      <span className={styles.term}>{term}</span>
      <CodeLine text={text} />
      <span className={styles.copy}>
        <CopyButton text={text} label={label} size="small" />
      </span>
    </div>
  );
}
