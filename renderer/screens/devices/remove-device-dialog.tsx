/** Asks before a device is forgotten. The button that keeps it has the focus. */
import { Button, Dialog, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import { useState } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';
import { DialogButtons } from '../../design/dialog-buttons.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';

export interface RemoveDeviceDialogProps {
  readonly target: TargetView;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** Others go through it: whoever has read which may still want it gone. */
function isInUse(error: unknown): boolean {
  return error instanceof CallError && error.code === 'TARGET_IN_USE';
}

export function RemoveDeviceDialog({ target, onRemoved, onClose }: RemoveDeviceDialogProps) {
  const { say } = useTexts();
  const [error, setError] = useState<unknown>();
  const remove = async () => {
    try {
      await call('targets.remove', { name: target.name, ...(isInUse(error) ? { evenIfUsed: true } : {}) });
      onRemoved();
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface style={{ maxWidth: '440px' }}>
        <DialogBody>
          <DialogTitle>{say('devices.remove-title', { name: target.name })}</DialogTitle>
          <DialogContent>
            <p style={{ margin: 0 }}>{say('devices.remove-explained', { device: target.device })}</p>
            {error !== undefined && <ErrorNotice error={error} />}
          </DialogContent>
          <DialogButtons>
            <Button autoFocus onClick={onClose}>
              {say('devices.keep')}
            </Button>
            <Button appearance="primary" onClick={remove}>
              {say(isInUse(error) ? 'devices.remove-even-if-used' : 'devices.remove')}
            </Button>
          </DialogButtons>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
