/** Of a run and its outcome alike: the key drawn beside what there is to do, the steps below. */
import type { ReactNode } from 'react';
import type { KeyDrawingState } from '../../design/key-drawing.tsx';
import { KeyStage } from '../../design/key-stage.tsx';
import { StageWords } from '../../design/stage-words.tsx';

export interface RunFrameProps {
  readonly drawing: KeyDrawingState;
  readonly title: string;
  readonly text?: string | undefined;
  readonly children?: ReactNode;
  /** Moves the focus here when this changes: the button that was pressed is gone. */
  readonly focusOn: string;
}

export function RunFrame({ drawing, title, text, children, focusOn }: RunFrameProps) {
  return (
    <KeyStage drawing={drawing} labelledBy="run-title">
      <StageWords id="run-title" title={title} text={text} focusOn={focusOn} />
      {children}
    </KeyStage>
  );
}
