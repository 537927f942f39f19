/** Asks before something is taken away. The button that keeps it has the focus, unless a word has to be typed. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { type FormEvent, useState } from 'react';
import { DangerButton, type DangerButtonProps } from '../../design/danger-button.tsx';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { useTexts } from '../../texts.tsx';
import { isWord, TypedConsent } from './typed-consent.tsx';

const useStyles = makeStyles({
  sentence: { margin: 0, overflowWrap: 'anywhere' },
  code: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  grave: { margin: 0, fontWeight: tokens.fontWeightSemibold },
});

export interface QuestionDialogProps {
  readonly title: string;
  readonly sentences: readonly string[];
  /** Compared letter by letter, such as a fingerprint. */
  readonly code?: string | undefined;
  /** What is the gravest of it. */
  readonly grave?: string | undefined;
  /** Has to be typed. */
  readonly word?: string | undefined;
  readonly yes: string;
  /** What it takes away does not come back. */
  readonly isFinal?: boolean;
  /** What was typed. */
  readonly onYes: (typed: string) => void;
  readonly onClose: () => void;
}

export function QuestionDialog({
  title,
  sentences,
  code,
  grave,
  word,
  yes,
  isFinal = false,
  onYes,
  onClose,
}: QuestionDialogProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [typed, setTyped] = useState('');
  const Yes = isFinal ? DangerButton : PlainYes;
  const isTyped = word === undefined || isWord(typed, word);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isTyped) onYes(typed.trim());
  };
  return (
    <DialogFrame
      isAlert
      title={title}
      maxWidth={480}
      onClose={onClose}
      onSubmit={submit}
      buttons={
        <>
          <Button autoFocus onClick={onClose}>
            {say('keys.keep')}
          </Button>
          <Yes type="submit" disabledFocusable={!isTyped}>
            {yes}
          </Yes>
        </>
      }
    >
      {code !== undefined && <p className={styles.code}>{code}</p>}
      {sentences.map((sentence) => (
        <p key={sentence} className={styles.sentence}>
          {sentence}
        </p>
      ))}
      {grave !== undefined && <p className={styles.grave}>{grave}</p>}
      {word !== undefined && <TypedConsent word={word} typed={typed} onType={setTyped} />}
    </DialogFrame>
  );
}

function PlainYes(props: DangerButtonProps) {
  return <Button appearance="primary" {...props} />;
}
