/** A security key, drawn beside what there is to know of it or to do with it. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { KeyDrawing, type KeyDrawingProps } from './key-drawing.tsx';

const useStyles = makeStyles({
  stage: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: `${tokens.spacingVerticalL} ${tokens.spacingHorizontalXXXL}`,
    minHeight: '104px',
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXL}`,
    borderRadius: tokens.borderRadiusXLarge,
    backgroundColor: tokens.colorNeutralBackground2,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  words: { flexGrow: 1, flexBasis: '240px', minWidth: 0 },
});

export interface KeyStageProps {
  readonly drawing: KeyDrawingProps['state'];
  readonly shape?: KeyDrawingProps['shape'];
  /** The id of the heading in it; undefined: it has none. */
  readonly labelledBy?: string;
  readonly children: ReactNode;
}

export function KeyStage({ drawing, shape, labelledBy, children }: KeyStageProps) {
  const styles = useStyles();
  const Stage = labelledBy === undefined ? 'div' : 'section';
  return (
    <Stage className={styles.stage} aria-labelledby={labelledBy}>
      <KeyDrawing state={drawing} {...(shape !== undefined && { shape })} />
      <div className={styles.words}>{children}</div>
    </Stage>
  );
}
