/** Which of several keys are to come to this computer: the one that the profile holds is chosen beforehand, else all. */
import { Button, Checkbox, makeStyles, tokens } from '@fluentui/react-components';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { RecoverableKeyView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';
import { FoundKey } from './found-key.tsx';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outlineStyle: 'none',
  },
  text: { margin: `${tokens.spacingVerticalXS} 0 0`, color: tokens.colorNeutralForeground2 },
  keys: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    margin: 0,
    padding: 0,
    border: 'none',
  },
  key: { marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})` },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
});

export interface RecoveryChoiceProps {
  readonly keys: readonly RecoverableKeyView[];
  readonly onCancel: () => void;
}

export function RecoveryChoice({ keys, onCancel }: RecoveryChoiceProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(chosenFirst(keys)));
  const [error, setError] = useState<unknown>();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    announce(say('recovery.choose'));
  }, [announce, say]);
  const toggle = (id: string, isChosen: boolean) =>
    setChosen((before) => new Set(isChosen ? [...before, id] : [...before].filter((one) => one !== id)));
  const take = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen.size > 0) await call('recovery.choose', { ids: [...chosen] }).catch(setError);
  };
  return (
    <form className={styles.form} onSubmit={take}>
      <div>
        <h2 className={styles.title} id="recovery-choice" ref={heading} tabIndex={-1}>
          {say('recovery.choose')}
        </h2>
        <p className={styles.text}>{say('recovery.choose-text')}</p>
      </div>
      <fieldset className={styles.keys} aria-labelledby="recovery-choice">
        {keys.map((key) => (
          <Checkbox
            key={key.id}
            className={styles.key}
            checked={chosen.has(key.id)}
            onChange={(_, { checked }) => toggle(key.id, checked === true)}
            label={<FoundKey found={key} />}
          />
        ))}
      </fieldset>
      {error !== undefined && <ErrorNotice error={error} />}
      <div className={styles.actions}>
        <Button appearance="primary" size="large" type="submit" disabledFocusable={chosen.size === 0}>
          {say('recovery.take', { count: chosen.size })}
        </Button>
        <Button size="large" onClick={onCancel}>
          {say('recovery.cancel')}
        </Button>
      </div>
    </form>
  );
}

function chosenFirst(keys: readonly RecoverableKeyView[]): readonly string[] {
  const held = keys.filter(({ onProfile }) => onProfile === true);
  return (held.length > 0 ? held : keys).map(({ id }) => id);
}
