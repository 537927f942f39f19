/** Asks before a session that is open is closed. */
import { Button } from '@fluentui/react-components';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { useTexts } from '../../texts.tsx';

export interface CloseSessionDialogProps {
  readonly target: string;
  readonly onConsent: () => void;
  readonly onClose: () => void;
}

export function CloseSessionDialog({ target, onConsent, onClose }: CloseSessionDialogProps) {
  const { say } = useTexts();
  return (
    <DialogFrame
      isAlert
      title={say('sessions.close-title', { target })}
      maxWidth={440}
      onClose={onClose}
      buttons={
        <>
          <Button autoFocus onClick={onClose}>
            {say('sessions.close-not')}
          </Button>
          <Button appearance="primary" onClick={onConsent}>
            {say('sessions.close-do')}
          </Button>
        </>
      }
    >
      {say('sessions.close-explained')}
    </DialogFrame>
  );
}
