/** Of a run and its outcome alike: the key drawn beside what there is to do, the steps below. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { type ReactNode, useEffect, useRef } from 'react';
import type { KeyDrawingState } from '../../design/key-drawing.tsx';
import { KeyStage } from '../../design/key-stage.tsx';

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

export interface RunFrameProps {
  readonly drawing: KeyDrawingState;
  readonly title: string;
  readonly text?: string | undefined;
  readonly children?: ReactNode;
  /** Moves the focus here when this changes: the button that was pressed is gone. */
  readonly focusOn: string;
}

export function RunFrame({ drawing, title, text, children, focusOn }: RunFrameProps) {
  const styles = useStyles();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the phase changes, and only then.
  useEffect(() => heading.current?.focus({ preventScroll: false }), [focusOn]);
  return (
    <KeyStage drawing={drawing} labelledBy="run-title">
      <h2 className={styles.title} id="run-title" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {text !== undefined && <p className={styles.text}>{text}</p>}
      {children}
    </KeyStage>
  );
}
