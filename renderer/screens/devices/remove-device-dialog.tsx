/** Asks before a device is forgotten. The button that keeps it has the focus. */
import { Button } from '@fluentui/react-components';
import { useState } from 'react';
import type { TargetView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';
import { DialogFrame } from '../../design/dialog-frame.tsx';
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
    <DialogFrame
      isAlert
      title={say('devices.remove-title', { name: target.name })}
      maxWidth={440}
      onClose={onClose}
      buttons={
        <>
          <Button autoFocus onClick={onClose}>
            {say('devices.keep')}
          </Button>
          <Button appearance="primary" onClick={remove}>
            {say(isInUse(error) ? 'devices.remove-even-if-used' : 'devices.remove')}
          </Button>
        </>
      }
    >
      <p>{say('devices.remove-explained', { device: target.device })}</p>
      {error !== undefined && <ErrorNotice error={error} />}
    </DialogFrame>
  );
}
