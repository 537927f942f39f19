/** The head of a part that is a picture, and the button that shows the same as a table; and the picture again. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useTexts } from '../texts.tsx';

const useStyles = makeStyles({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
});

export interface PictureHeadProps {
  /** Of the heading, for the part that is labelled by it. */
  readonly id: string;
  readonly heading: 'h2' | 'h3';
  readonly title: string;
  /** Which of the two is shown; undefined: there is nothing to show. */
  readonly shown: 'picture' | 'table' | undefined;
  readonly onChange: () => void;
}

export function PictureHead({ id, heading: Heading, title, shown, onChange }: PictureHeadProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <div className={styles.head}>
      <Heading id={id} className={styles.title}>
        {title}
      </Heading>
      {shown !== undefined && (
        <Button size="small" onClick={onChange}>
          {say(shown === 'table' ? 'frame.as-picture' : 'frame.as-table')}
        </Button>
      )}
    </div>
  );
}
