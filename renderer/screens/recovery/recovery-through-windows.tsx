/** Where keys are reached through Windows, which lists to nobody what is on them: the ways that bring keys to this computer all the same. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import type { KeyWayView } from '../../../main/ipc/contract.ts';
import { CodeLine } from '../../design/code-line.tsx';
import { CopyButton } from '../../design/copy-button.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { KeyCard } from '../security-keys/key-card.tsx';
import { AsAdministrator, WindowsStage } from '../security-keys/through-windows.tsx';

const useStyles = makeStyles({
  line: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
});

/** Where the file is that ssh-keygen and az nexusidentity make, as PowerShell reads it. */
const COMMAND = 'glasskey recover --file "$HOME\\.ssh\\id_ed25519_sk"';

export interface RecoveryThroughWindowsProps {
  readonly keyWay: KeyWayView;
  readonly onLookAgain: () => void;
}

export function RecoveryThroughWindows({ keyWay, onLookAgain }: RecoveryThroughWindowsProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { go } = useNavigation();
  const reason = `${say('readiness.key-way-windows')} ${say(`readiness.key-way-because-${keyWay.because}`)}`;
  return (
    <>
      <WindowsStage
        keyWay={keyWay}
        title={say('recovery.windows-title')}
        text={say('recovery.windows-text', { reason })}
      />
      <KeyCard title={say('recovery.windows-files-title')} text={say('recovery.windows-files-text')}>
        <div className={styles.line}>
          <CodeLine text={COMMAND} />
          <CopyButton text={COMMAND} label={say('recovery.windows-files-copy')} />
        </div>
      </KeyCard>
      <AsAdministrator
        because={keyWay.because}
        title={say('recovery.windows-key-title')}
        text={say('recovery.windows-key-text')}
        onLookAgain={onLookAgain}
      />
      <KeyCard
        title={say('recovery.windows-new-title')}
        text={say('recovery.windows-new-text')}
        action={<Button onClick={() => go({ screen: 'enroll' })}>{say('recovery.windows-new-open')}</Button>}
      />
    </>
  );
}
