/** What every dialog is made of: the title, what there is to read or type below it, the buttons at its foot. Escape is a no, as is a click beside it. */
import {
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { FormEvent, ReactNode } from 'react';
import { DialogButtons } from './dialog-buttons.tsx';

const useStyles = makeStyles({
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    '& > p': { margin: 0 },
  },
});

export interface DialogFrameProps {
  readonly title: string;
  /** At the most, in CSS pixels; undefined: Fluent's own. */
  readonly maxWidth?: number;
  /** It asks something that is to be answered: a click beside it is no answer. */
  readonly isAlert?: boolean;
  readonly buttons: ReactNode;
  readonly children: ReactNode;
  readonly onClose: () => void;
  /** With it, the dialog is a form. */
  readonly onSubmit?: (event: FormEvent) => void;
}

export function DialogFrame(props: DialogFrameProps) {
  const { title, maxWidth, isAlert = false, buttons, children, onClose, onSubmit } = props;
  const { content } = useStyles();
  const body = (
    <DialogBody>
      <DialogTitle>{title}</DialogTitle>
      <DialogContent className={content}>{children}</DialogContent>
      <DialogButtons>{buttons}</DialogButtons>
    </DialogBody>
  );
  return (
    <Dialog open modalType={isAlert ? 'alert' : 'modal'} onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface {...(maxWidth !== undefined && { style: { maxWidth: `${maxWidth}px` } })}>
        {onSubmit === undefined ? (
          body
        ) : (
          <form onSubmit={onSubmit} noValidate>
            {body}
          </form>
        )}
      </DialogSurface>
    </Dialog>
  );
}
