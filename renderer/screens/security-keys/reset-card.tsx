/** The way to the guided reset. */
import { Button } from '@fluentui/react-components';
import { useTexts } from '../../texts.tsx';
import { KeyCard } from './key-card.tsx';

export function ResetCard({ onReset }: { readonly onReset: () => void }) {
  const { say } = useTexts();
  return (
    <KeyCard
      title={say('keys.reset-title')}
      text={say('keys.reset-text')}
      action={<Button onClick={onReset}>{say('keys.reset-open')}</Button>}
    />
  );
}
