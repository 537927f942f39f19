/** What the key can be told to insist on: PIN or finger each time, and the shortest PIN. */
import { Button, Field, Input, makeStyles, Switch, tokens } from '@fluentui/react-components';
import { type FormEvent, useId, useState } from 'react';
import { useTexts } from '../../texts.tsx';
import { KeyCard } from './key-card.tsx';
import { takesPin } from './key-words.ts';
import type { CardProps } from './pin-card.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import { useOpened } from './use-opened.ts';

/** Code points that a key may ask for at most (CTAP 2.1, 6.11.4: minPINLength; 63 bytes hold no more). */
const LONGEST = 63;

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalXXL}`,
    paddingTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  words: { flexGrow: 1, flexBasis: '300px', minWidth: 0 },
  label: { display: 'block', fontWeight: tokens.fontWeightSemibold },
  text: {
    margin: 0,
    maxWidth: '72ch',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  form: { display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: tokens.spacingHorizontalS },
  number: { width: '88px' },
});

export function ProtectionCard({ pluggedIn, job }: CardProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const id = useId();
  const { path, alwaysUv, canSetMinPinLength, pin } = pluggedIn;
  const canConfigure = takesPin(pin);
  if (alwaysUv === undefined && canSetMinPinLength !== true) return null;
  return (
    <KeyCard
      of={{ name: 'protection', job }}
      title={say('keys.protection-title')}
      text={say(canConfigure ? 'keys.protection-text' : 'keys.protection-pin-first')}
    >
      {alwaysUv !== undefined && (
        <div className={styles.row}>
          <div className={styles.words}>
            <Name of={canConfigure ? `${id}-always` : undefined}>{say('keys.always-uv')}</Name>
            <p className={styles.text} id={`${id}-always-text`}>
              {say('keys.always-uv-text')}
            </p>
          </div>
          {canConfigure ? (
            <Switch
              id={`${id}-always`}
              aria-describedby={`${id}-always-text`}
              checked={alwaysUv}
              onChange={(_, { checked }) =>
                void job.run('keys.configure', { key: path, change: { alwaysUv: checked } })
              }
            />
          ) : (
            <span>{say(alwaysUv ? 'keys.on' : 'keys.off')}</span>
          )}
        </div>
      )}
      {canSetMinPinLength === true && pin !== undefined && (
        <MinPinLength
          present={pin.minLength}
          canChange={canConfigure}
          onSet={(minPinLength) => void job.run('keys.configure', { key: path, change: { minPinLength } })}
        />
      )}
    </KeyCard>
  );
}

interface MinPinLengthProps {
  readonly present: number;
  /** Else it is only shown. */
  readonly canChange: boolean;
  readonly onSet: (length: number) => void;
}

function MinPinLength({ present, canChange, onSet }: MinPinLengthProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const id = useId();
  const [typed, setTyped] = useState(String(present));
  const [problem, setProblem] = useState<string>();
  const { opened: asked, open: ask, close } = useOpened<number>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const length = Number(typed);
    if (Number.isInteger(length) && length > present && length <= LONGEST) return ask(length);
    setProblem(say('keys.min-pin-wrong', { least: present + 1, most: LONGEST }));
  };
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <Name of={canChange ? id : undefined}>{say('keys.min-pin')}</Name>
        <p className={styles.text} id={`${id}-text`}>
          {say('keys.min-pin-text')}
        </p>
      </div>
      {canChange ? (
        <form className={styles.form} onSubmit={submit} noValidate>
          <Field {...(problem !== undefined && { validationState: 'error', validationMessage: problem })}>
            <Input
              id={id}
              className={styles.number}
              aria-describedby={`${id}-text`}
              inputMode="numeric"
              autoComplete="off"
              value={typed}
              onChange={(_, { value }) => {
                setTyped(value);
                setProblem(undefined);
              }}
            />
          </Field>
          <Button type="submit">{say('keys.min-pin-change')}</Button>
        </form>
      ) : (
        <span>{present}</span>
      )}
      {asked !== undefined && (
        <QuestionDialog
          title={say('keys.min-pin-title', { length: asked })}
          sentences={[say('keys.min-pin-question')]}
          yes={say('keys.min-pin-yes')}
          onYes={() => {
            close();
            onSet(asked);
          }}
          onClose={close}
        />
      )}
    </div>
  );
}

/** Of a control, or of a value that is only shown. */
function Name({ of, children }: { readonly of: string | undefined; readonly children: string }) {
  const styles = useStyles();
  if (of === undefined) return <span className={styles.label}>{children}</span>;
  return (
    <label className={styles.label} htmlFor={of}>
      {children}
    </label>
  );
}
