/** A word that has to be typed before what cannot be undone. The main process compares it again. */
import { Field, Input } from '@fluentui/react-components';
import { useTexts } from '../../texts.tsx';

export interface TypedConsentProps {
  /** The word. */
  readonly word: string;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

export function TypedConsent({ word, typed, onType }: TypedConsentProps) {
  const { say } = useTexts();
  return (
    <Field label={say('keys.type-word', { word })}>
      <Input
        value={typed}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        style={{ maxWidth: '240px' }}
        onChange={(_, { value }) => onType(value)}
      />
    </Field>
  );
}

/** Blanks around it, and a capital that a keyboard put there, do not count. */
export function isWord(typed: string, word: string): boolean {
  return typed.trim().toLowerCase() === word.toLowerCase();
}
