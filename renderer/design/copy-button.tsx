/** Copies by the main process (the window has no clipboard permission) and says so. */
import { Button, type ButtonProps } from '@fluentui/react-components';
import { CheckmarkRegular, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { call } from '../contract-client.ts';
import { useTexts } from '../texts.tsx';
import { useAnnounce } from './announcement.tsx';

const SHOWN_MS = 2500;

export interface CopyButtonProps {
  /** What is copied. */
  readonly text: string;
  /** What the button says. */
  readonly label: string;
  readonly appearance?: ButtonProps['appearance'];
  readonly size?: ButtonProps['size'];
}

export function CopyButton({ text, label, appearance = 'secondary', size = 'medium' }: CopyButtonProps) {
  const { say } = useTexts();
  const announce = useAnnounce();
  const [told, setTold] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (told === undefined) return;
    const timer = setTimeout(() => setTold(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async () => {
    try {
      await call('app.copy', { text });
      setTold('copied');
      announce(say('frame.copied'));
    } catch {
      setTold('failed');
      announce(say('frame.copy-failed'));
    }
  };
  return (
    <Button
      appearance={appearance}
      size={size}
      icon={told === 'copied' ? <CheckmarkRegular /> : <CopyRegular />}
      onClick={copy}
    >
      {told === undefined ? label : say(told === 'copied' ? 'frame.copied' : 'frame.copy-failed')}
    </Button>
  );
}
