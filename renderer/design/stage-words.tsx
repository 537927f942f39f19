/** Beside a drawn key: what there is to do now, or what has come of it. Takes the focus, because what was pressed is gone. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useRef } from 'react';

const useStyles = makeStyles({
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase600,
    lineHeight: tokens.lineHeightBase600,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: 'none',
  },
  text: { margin: `${tokens.spacingVerticalXS} 0 0`, color: tokens.colorNeutralForeground2 },
});

export interface StageWordsProps {
  /** Of the heading, for a stage that is labelled by it. */
  readonly id?: string;
  readonly title: string;
  readonly text?: string | undefined;
  /** Moves the focus to the heading when this changes; left out: only when it comes up. */
  readonly focusOn?: string;
}

export function StageWords({ id, title, text, focusOn }: StageWordsProps) {
  const styles = useStyles();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the phase changes, and only then.
  useEffect(() => heading.current?.focus(), [focusOn]);
  return (
    <>
      <h2 className={styles.title} id={id} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {text !== undefined && <p className={styles.text}>{text}</p>}
    </>
  );
}
