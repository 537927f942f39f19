/** Dismisses a reminder, with the reason that is kept. */
import { Button, Field, makeStyles, Textarea, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { ReminderView } from '../../../main/ipc/contract.ts';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { useTexts } from '../../texts.tsx';

/** As many as the contract lets through. */
const LONGEST = 500;

const useStyles = makeStyles({
  title: { margin: 0, fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  text: { margin: 0 },
});

export interface DismissDialogProps {
  readonly reminder: ReminderView;
  readonly onDismiss: (because: string) => void;
  readonly onClose: () => void;
}

export function DismissDialog({ reminder, onDismiss, onClose }: DismissDialogProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [typed, setTyped] = useState('');
  const [isMissing, setMissing] = useState(false);
  // One line: it stands in lists and in the log.
  const because = typed.replace(/\p{Cc}+/gu, ' ').trim();
  return (
    <DialogFrame
      title={say('reminders.dismiss-title')}
      onClose={onClose}
      buttons={
        <>
          <Button onClick={onClose}>{say('reminders.cancel')}</Button>
          <Button appearance="primary" onClick={() => (because === '' ? setMissing(true) : onDismiss(because))}>
            {say('reminders.dismiss-now')}
          </Button>
        </>
      }
    >
      <p className={styles.title}>{reminder.title}</p>
      <p className={styles.text}>{say('reminders.dismiss-explained')}</p>
      <Field
        required
        label={say('reminders.dismiss-because')}
        {...(isMissing && { validationState: 'error', validationMessage: say('reminders.dismiss-missing') })}
      >
        <Textarea
          autoFocus
          value={typed}
          maxLength={LONGEST}
          onChange={(_, { value }) => {
            setTyped(value);
            setMissing(false);
          }}
        />
      </Field>
    </DialogFrame>
  );
}
