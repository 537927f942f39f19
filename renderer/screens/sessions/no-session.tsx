/** What the screen shows while no session is open: the devices used lately, to connect to. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { VideoRegular, WindowConsoleRegular } from '@fluentui/react-icons';
import { useMemo, useState } from 'react';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { useConnect, useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useTargets } from '../devices/use-targets.ts';

const RECENT = 5;

const useStyles = makeStyles({
  recent: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'stretch',
    gap: tokens.spacingVerticalS,
    marginTop: tokens.spacingVerticalM,
  },
  heading: { margin: 0, fontSize: tokens.fontSizeBase300, color: tokens.colorNeutralForeground2 },
  device: { width: '100%', minWidth: '240px', maxWidth: '420px', overflowWrap: 'anywhere' },
});

export function NoSession({ onRecordings }: { readonly onRecordings: () => void }) {
  const styles = useStyles();
  const { say } = useTexts();
  const connect = useConnect();
  const { go } = useNavigation();
  const { saved } = useTargets();
  const [failure, setFailure] = useState<unknown>();
  const recent = useMemo(
    () =>
      (saved?.targets ?? [])
        .filter(({ lastUsedAt }) => lastUsedAt !== null)
        .toSorted((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0))
        .slice(0, RECENT),
    [saved],
  );
  const open = async (name: string) => {
    setFailure(undefined);
    try {
      await connect(name);
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <ScreenBody fill>
      <PageHeader
        title={say('sessions.title')}
        actions={
          <Button icon={<VideoRegular />} onClick={onRecordings}>
            {say('recordings.open')}
          </Button>
        }
      />
      {failure !== undefined && <ErrorNotice error={failure} />}
      <EmptyState
        picture={<WindowConsoleRegular />}
        title={say('sessions.empty-title')}
        text={say('sessions.empty-explained')}
        action={
          <div className={styles.recent}>
            {recent.length > 0 && (
              <>
                <h3 className={styles.heading}>{say('sessions.recent')}</h3>
                <ItemList gap="S">
                  {recent.map(({ name }) => (
                    <li key={name}>
                      <Button className={styles.device} onClick={() => open(name)}>
                        {say('sessions.connect-to', { name })}
                      </Button>
                    </li>
                  ))}
                </ItemList>
              </>
            )}
            <Button appearance={recent.length > 0 ? 'subtle' : 'primary'} onClick={() => go({ screen: 'devices' })}>
              {say('sessions.all-devices')}
            </Button>
          </div>
        }
      />
    </ScreenBody>
  );
}
