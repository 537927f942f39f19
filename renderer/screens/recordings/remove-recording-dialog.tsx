/** Asks before a recording is removed for good. The button that keeps it has the focus. */
import { Button } from '@fluentui/react-components';
import { useState } from 'react';
import { call } from '../../contract-client.ts';
import { DangerButton } from '../../design/danger-button.tsx';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';

export interface RemoveRecordingDialogProps {
  readonly name: string;
  readonly of: string;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

export function RemoveRecordingDialog({ name, of, onRemoved, onClose }: RemoveRecordingDialogProps) {
  const { say } = useTexts();
  const [error, setError] = useState<unknown>();
  const remove = async () => {
    try {
      await call('recordings.remove', { name });
      onRemoved();
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <DialogFrame
      isAlert
      title={say('recordings.remove-title', { of })}
      maxWidth={440}
      onClose={onClose}
      buttons={
        <>
          <Button autoFocus onClick={onClose}>
            {say('recordings.keep')}
          </Button>
          <DangerButton onClick={remove}>{say('recordings.remove')}</DangerButton>
        </>
      }
    >
      <p>{say('recordings.remove-explained')}</p>
      {error !== undefined && <ErrorNotice error={error} />}
    </DialogFrame>
  );
}
