/** Asks before a session that is open is closed. */
import { Button, Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import { DialogButtons } from '../../design/dialog-buttons.tsx';
import { useTexts } from '../../texts.tsx';

export interface CloseSessionDialogProps {
  readonly target: string;
  readonly onConsent: () => void;
  readonly onClose: () => void;
}

export function CloseSessionDialog({ target, onConsent, onClose }: CloseSessionDialogProps) {
  const { say } = useTexts();
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface style={{ maxWidth: '440px' }}>
        <DialogBody>
          <DialogTitle>{say('sessions.close-title', { target })}</DialogTitle>
          <DialogContent>{say('sessions.close-explained')}</DialogContent>
          <DialogButtons>
            <Button autoFocus onClick={onClose}>
              {say('sessions.close-not')}
            </Button>
            <Button appearance="primary" onClick={onConsent}>
              {say('sessions.close-do')}
            </Button>
          </DialogButtons>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
