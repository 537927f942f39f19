/** The host keys that are known of a device: fingerprints to compare, where each stands, whether it counts; and forgetting them. */
import { Button, makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components';
import { useCallback, useEffect, useState } from 'react';
import type { CallOutput, TargetView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { DangerButton } from '../../design/danger-button.tsx';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';

type Hosts = CallOutput<'targets.host-keys'>['hosts'];

export interface HostKeysDialogProps {
  readonly target: TargetView;
  readonly onForgotten: () => void;
  readonly onClose: () => void;
}

const WHERE = {
  pinned: 'devices.host-keys-pinned-in',
  own: 'devices.host-keys-own',
  user: 'devices.host-keys-user',
  system: 'devices.host-keys-system',
} as const;

const useStyles = makeStyles({
  host: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalM}` },
  print: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  where: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  idle: { opacity: 0.8 },
  text: { margin: 0 },
});

export function HostKeysDialog({ target, onForgotten, onClose }: HostKeysDialogProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [hosts, setHosts] = useState<Hosts>();
  const [error, setError] = useState<unknown>();
  const [asks, setAsks] = useState(false);
  const { name } = target;

  const load = useCallback(async () => {
    try {
      setHosts((await call('targets.host-keys', { name })).hosts);
    } catch (caught) {
      setError(caught);
    }
  }, [name]);
  useEffect(() => {
    void load();
  }, [load]);
  const forget = async () => {
    try {
      await call('targets.forget-host-keys', { name });
      onForgotten();
    } catch (caught) {
      setAsks(false);
      setError(caught);
    }
  };
  const isOwn = hosts?.some(({ keys }) => keys.some(({ origin, marker }) => origin === 'own' && marker === undefined));

  return (
    <DialogFrame
      title={say('devices.host-keys-title', { name })}
      maxWidth={640}
      onClose={onClose}
      buttons={
        <>
          <Button onClick={onClose} autoFocus>
            {say('devices.close')}
          </Button>
          {isOwn === true && !asks && <Button onClick={() => setAsks(true)}>{say('devices.host-keys-forget')}</Button>}
          {asks && <DangerButton onClick={forget}>{say('devices.host-keys-forget-now')}</DangerButton>}
        </>
      }
    >
      {error !== undefined && <ErrorNotice error={error} />}
      {hosts === undefined && error === undefined && <Spinner label={say('devices.host-keys-reading')} />}
      {hosts?.map(({ address, isPinned, keys }) => (
        <section key={address}>
          <div className={styles.head}>
            <h3 className={styles.host}>{address}</h3>
            {isPinned && <StateBadge state="good">{say('devices.host-keys-pinned')}</StateBadge>}
          </div>
          {keys.length === 0 && <p className={styles.text}>{say('devices.host-keys-none')}</p>}
          <ItemList gap="S">
            {keys.map(({ file, line, origin, marker, type, fingerprint }) => (
              <li key={`${file}:${line}`} className={mergeClasses(isPinned && origin !== 'pinned' && styles.idle)}>
                <div className={styles.print}>
                  {marker === undefined ? '' : `@${marker} `}
                  {type} {fingerprint}
                </div>
                <div className={styles.where}>
                  {say(WHERE[origin], { file, line })}
                  {isPinned && origin !== 'pinned' && ` ${say('devices.host-keys-idle')}`}
                </div>
              </li>
            ))}
          </ItemList>
        </section>
      ))}
      {asks && <p className={styles.text}>{say('devices.host-keys-forget-explained')}</p>}
    </DialogFrame>
  );
}
