/** The fingers that a key with a reader knows: shown, added, renamed, removed. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, DeleteRegular, EditRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { CallOutput, FingerprintView } from '../../../main/ipc/contract.ts';
import { ItemList } from '../../design/item-list.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { KeyCard } from './key-card.tsx';
import { takesPin } from './key-words.ts';
import { NameDialog } from './name-dialog.tsx';
import type { CardProps } from './pin-card.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import { useOpened } from './use-opened.ts';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalL,
    padding: `${tokens.spacingVerticalS} 0`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
  buttons: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  empty: { margin: 0, color: tokens.colorNeutralForeground2 },
});

type Open =
  | { readonly kind: 'add' }
  | { readonly kind: 'rename' | 'remove'; readonly finger: FingerprintView; readonly name: string };

export function FingerprintsCard({ pluggedIn, job }: CardProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [list, setList] = useState<CallOutput<'fingerprints.list'>>();
  const { opened, open, close } = useOpened<Open>();
  const { path, fingerprints, pin } = pluggedIn;
  if (fingerprints === undefined) return null;
  const replace = (make: (those: readonly FingerprintView[]) => FingerprintView[]) =>
    setList((before) => before && { ...before, fingerprints: make(before.fingerprints) });
  const show = async () => {
    const shown = await job.run('fingerprints.list', { key: path });
    if (shown !== undefined) setList(shown);
  };
  const add = async (name: string) => {
    close();
    const made = await job.run('fingerprints.enroll', { key: path, name });
    if (made !== undefined) replace((those) => [...those, made.fingerprint]);
  };
  const rename = async ({ id }: FingerprintView, name: string) => {
    close();
    const made = await job.run('fingerprints.rename', { key: path, fingerprint: id, name });
    if (made !== undefined) replace((those) => those.map((one) => (one.id === id ? made.fingerprint : one)));
  };
  const remove = async ({ id }: FingerprintView) => {
    close();
    const removed = await job.run('fingerprints.remove', { key: path, fingerprint: id });
    if (removed !== undefined) replace((those) => those.filter((one) => one.id !== id));
  };
  const isOpenToPin = takesPin(pin);
  const longest = list?.longestName;
  return (
    <KeyCard
      of={{ name: 'fingerprints', job }}
      title={say('keys.fingerprints-title')}
      badge={
        <StateBadge state={fingerprints.enrolled ? 'good' : 'unknown'}>
          {say(fingerprints.enrolled ? 'keys.fingerprints-some' : 'keys.fingerprints-none')}
        </StateBadge>
      }
      text={say(isOpenToPin ? 'keys.fingerprints-text' : 'keys.fingerprints-pin-first')}
      action={
        isOpenToPin && (
          <div className={styles.buttons}>
            {list === undefined && fingerprints.enrolled && (
              <Button onClick={() => void show()}>{say('keys.show-fingerprints')}</Button>
            )}
            <Button icon={<AddRegular />} onClick={() => open({ kind: 'add' })}>
              {say('keys.add-fingerprint')}
            </Button>
          </div>
        )
      }
    >
      {list !== undefined && list.fingerprints.length === 0 && (
        <p className={styles.empty}>{say('keys.fingerprints-empty')}</p>
      )}
      {list !== undefined && list.fingerprints.length > 0 && (
        <ItemList label={say('keys.fingerprints-title')}>
          {list.fingerprints.map((finger, at) => {
            const name = finger.name ?? say('keys.fingerprint-unnamed', { number: at + 1 });
            return (
              <li key={finger.id} className={styles.row}>
                <span className={styles.name}>{name}</span>
                <span className={styles.actions}>
                  <Button
                    appearance="subtle"
                    icon={<EditRegular />}
                    aria-label={say('keys.rename-one', { name })}
                    onClick={() => open({ kind: 'rename', finger, name })}
                  >
                    {say('keys.rename')}
                  </Button>
                  <Button
                    appearance="subtle"
                    icon={<DeleteRegular />}
                    aria-label={say('keys.remove-one', { name })}
                    onClick={() => open({ kind: 'remove', finger, name })}
                  >
                    {say('keys.remove')}
                  </Button>
                </span>
              </li>
            );
          })}
        </ItemList>
      )}
      {opened?.kind === 'add' && (
        <NameDialog
          title={say('keys.add-fingerprint')}
          text={say('keys.fingerprint-add-text')}
          label={say('keys.fingerprint-name')}
          hint={say('keys.fingerprint-name-hint')}
          name=""
          longest={longest}
          yes={say('keys.fingerprint-begin')}
          onNamed={(name) => void add(name)}
          onClose={close}
        />
      )}
      {opened?.kind === 'rename' && (
        <NameDialog
          title={say('keys.rename-title', { name: opened.name })}
          label={say('keys.fingerprint-name')}
          hint={say('keys.fingerprint-name-hint')}
          name={opened.finger.name ?? ''}
          longest={longest}
          yes={say('keys.save')}
          onNamed={(name) => void rename(opened.finger, name)}
          onClose={close}
        />
      )}
      {opened?.kind === 'remove' && (
        <QuestionDialog
          title={say('keys.remove-title', { name: opened.name })}
          sentences={[say('keys.remove-text')]}
          yes={say('keys.remove')}
          onYes={() => void remove(opened.finger)}
          onClose={close}
        />
      )}
    </KeyCard>
  );
}
