/** Asks for a name: of a credential, or of a finger. */
import { Button, Field, Input, makeStyles } from '@fluentui/react-components';
import { type FormEvent, useRef, useState } from 'react';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { useTexts } from '../../texts.tsx';

/** Bytes of UTF-8 that every key keeps (CTAP 2.1, 6.4, maxFriendlyNames; WebAuthn, 6.4.1). */
const LONGEST = 64;

const useStyles = makeStyles({
  text: { margin: 0 },
});

export interface NameDialogProps {
  readonly title: string;
  readonly text?: string;
  readonly label: string;
  readonly hint: string;
  /** The present name. */
  readonly name: string;
  /** In bytes of UTF-8. */
  readonly longest?: number | undefined;
  readonly yes: string;
  readonly onNamed: (name: string) => void;
  readonly onClose: () => void;
}

export function NameDialog(props: NameDialogProps) {
  const { title, text, label, hint, name, longest = LONGEST, yes, onNamed, onClose } = props;
  const styles = useStyles();
  const { say } = useTexts();
  const [typed, setTyped] = useState(name);
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = typed.trim();
    if (given !== '' && new TextEncoder().encode(given).length <= longest) return onNamed(given);
    setProblem(given === '' ? say('keys.name-missing') : say('keys.name-too-long', { longest }));
    input.current?.focus();
  };
  return (
    <DialogFrame
      title={title}
      maxWidth={480}
      onClose={onClose}
      onSubmit={submit}
      buttons={
        <>
          <Button onClick={onClose}>{say('keys.cancel')}</Button>
          <Button appearance="primary" type="submit">
            {yes}
          </Button>
        </>
      }
    >
      {text !== undefined && <p className={styles.text}>{text}</p>}
      <Field
        label={label}
        hint={hint}
        required
        {...(problem !== undefined && { validationState: 'error', validationMessage: problem })}
      >
        <Input
          input={{ ref: input }}
          value={typed}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={(_, { value }) => {
            setTyped(value);
            setProblem(undefined);
          }}
        />
      </Field>
    </DialogFrame>
  );
}
