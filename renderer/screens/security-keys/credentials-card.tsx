/** What is stored on the key, by relying party, with the places that are left. The key shows it to whoever gives the PIN. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import type { CredentialListView, ResidentCredentialView } from '../../../main/ipc/contract.ts';
import { Notice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts, type WindowTexts } from '../../texts.tsx';
import { credentialName } from './credential-name.ts';
import { CredentialRow } from './credential-row.tsx';
import { KeyCard } from './key-card.tsx';
import { takesPin } from './key-words.ts';
import { NameDialog } from './name-dialog.tsx';
import type { CardProps } from './pin-card.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import { useOpened } from './use-opened.ts';

const useStyles = makeStyles({
  party: { display: 'flex', flexDirection: 'column' },
  rpId: {
    margin: `${tokens.spacingVerticalS} 0 ${tokens.spacingVerticalXS}`,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: 'anywhere',
  },
  empty: { margin: 0, color: tokens.colorNeutralForeground2 },
});

type Open = { readonly kind: 'rename' | 'delete'; readonly credential: ResidentCredentialView };

export function CredentialsCard({ pluggedIn, job }: CardProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [list, setList] = useState<CredentialListView>();
  const { opened, open, close } = useOpened<Open>();
  const { path, credentials, pin } = pluggedIn;
  if (credentials === undefined) return null;
  const free = list?.free ?? credentials.free;
  const show = async () => {
    const shown = await job.run('credentials.list', { key: path });
    if (shown !== undefined) setList(shown);
  };
  const rename = async ({ id }: ResidentCredentialView, name: string) => {
    close();
    const renamed = await job.run('credentials.rename', { key: path, credential: id, name });
    if (renamed !== undefined) setList((before) => before && withCredential(before, renamed.credential));
  };
  const remove = async ({ id }: ResidentCredentialView, typed: string) => {
    close();
    const consent = typed === '' ? {} : { consent: typed };
    const deleted = await job.run('credentials.delete', { key: path, credential: id, ...consent });
    if (deleted !== undefined) setList((before) => before && withoutCredential(before, id));
  };
  return (
    <KeyCard
      of={{ name: 'credentials', job }}
      title={say('keys.credentials-title')}
      badge={
        free !== undefined && (
          <StateBadge state={free === 0 ? 'todo' : 'good'} plain={free > 0}>
            {list === undefined
              ? say('keys.free', { free })
              : say('keys.used-and-free', { used: list.used, free: list.free })}
          </StateBadge>
        )
      }
      text={say(
        !credentials.canList
          ? 'keys.credentials-unsupported'
          : takesPin(pin)
            ? 'keys.credentials-text'
            : 'keys.credentials-pin-first',
      )}
      action={
        credentials.canList &&
        takesPin(pin) &&
        list === undefined && (
          <Button appearance="primary" onClick={() => void show()}>
            {say('keys.show-credentials')}
          </Button>
        )
      }
    >
      {free === 0 && <Notice kind="warning" sentence={say('keys.free-none')} remedy={say('keys.free-none-text')} />}
      {list?.used === 0 && <p className={styles.empty}>{say('keys.credentials-empty')}</p>}
      {list?.relyingParties.map(({ rpId, credentials: those }) => (
        <div key={rpId} className={styles.party}>
          <h3 className={styles.rpId}>{partyTitle(rpId, say)}</h3>
          <ItemList>
            {those.map((credential) => (
              <CredentialRow
                key={credential.id}
                credential={credential}
                onRename={credentials.canRename ? () => open({ kind: 'rename', credential }) : undefined}
                onDelete={() => open({ kind: 'delete', credential })}
              />
            ))}
          </ItemList>
        </div>
      ))}
      {opened?.kind === 'rename' && (
        <NameDialog
          title={say('keys.rename-title', { name: credentialName(opened.credential, say) })}
          label={say('keys.rename-label')}
          hint={say('keys.rename-hint')}
          name={opened.credential.userName ?? ''}
          yes={say('keys.save')}
          onNamed={(name) => void rename(opened.credential, name)}
          onClose={close}
        />
      )}
      {opened?.kind === 'delete' && (
        <DeleteDialog
          credential={opened.credential}
          onDelete={(typed) => void remove(opened.credential, typed)}
          onClose={close}
        />
      )}
    </KeyCard>
  );
}

interface DeleteDialogProps {
  readonly credential: ResidentCredentialView;
  readonly onDelete: (typed: string) => void;
  readonly onClose: () => void;
}

function DeleteDialog({ credential, onDelete, onClose }: DeleteDialogProps) {
  const { say } = useTexts();
  const { ssh, rpId } = credential;
  const isNeeded = ssh?.enrollment !== undefined;
  return (
    <QuestionDialog
      title={say('keys.delete-title', { name: credentialName(credential, say) })}
      sentences={[
        say('keys.delete-text'),
        ssh === undefined
          ? say('keys.delete-rp', { rp: rpId })
          : say(isNeeded ? 'keys.delete-ssh-here' : 'keys.delete-ssh'),
      ]}
      code={ssh?.fingerprint}
      grave={graveOf(ssh, say)}
      isFinal
      word={isNeeded ? say('keys.delete-word') : undefined}
      yes={say('keys.delete')}
      onYes={onDelete}
      onClose={onClose}
    />
  );
}

/** The profile's key before one that this computer alone uses. */
function graveOf(ssh: ResidentCredentialView['ssh'], say: WindowTexts['say']): string | undefined {
  const { onProfileOf } = ssh?.enrollment ?? {};
  const needed = ssh?.enrollment === undefined ? undefined : say('keys.delete-needed');
  return onProfileOf === undefined ? needed : `${say('keys.delete-profile', { account: onProfileOf })} ${needed}`;
}

function partyTitle(rpId: string, say: WindowTexts['say']): string {
  if (rpId === 'ssh:') return say('keys.rp-ssh');
  return rpId.startsWith('ssh:') ? say('keys.rp-ssh-other', { rp: rpId }) : rpId;
}

function withCredential(list: CredentialListView, changed: ResidentCredentialView): CredentialListView {
  const relyingParties = list.relyingParties.map(({ rpId, credentials }) => ({
    rpId,
    credentials: credentials.map((one) => (one.id === changed.id ? changed : one)),
  }));
  return { ...list, relyingParties };
}

function withoutCredential(list: CredentialListView, id: string): CredentialListView {
  const relyingParties = list.relyingParties
    .map(({ rpId, credentials }) => ({ rpId, credentials: credentials.filter((one) => one.id !== id) }))
    .filter(({ credentials }) => credentials.length > 0);
  return { relyingParties, used: list.used - 1, free: list.free + 1 };
}
