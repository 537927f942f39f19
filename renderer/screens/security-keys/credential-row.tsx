/** One credential: its names, and of an SSH key its fingerprint, where it is enrolled and whether the profile holds it. */
import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { DeleteRegular, EditRegular } from '@fluentui/react-icons';
import type { AttestationView, ResidentCredentialView } from '../../../main/ipc/contract.ts';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts, type WindowTexts } from '../../texts.tsx';
import { attestationText } from '../enroll/attestation-text.ts';
import { credentialName } from './credential-name.ts';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-start',
    justifyContent: 'space-between',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    padding: `${tokens.spacingVerticalM} 0`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  words: { flexGrow: 1, flexBasis: '280px', minWidth: 0, overflowWrap: 'anywhere' },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalM}` },
  name: { fontWeight: tokens.fontWeightSemibold },
  detail: {
    display: 'block',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  code: { fontFamily: tokens.fontFamilyMonospace },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalXS },
});

export interface CredentialRowProps {
  readonly credential: ResidentCredentialView;
  /** Undefined: the key cannot. */
  readonly onRename: (() => void) | undefined;
  readonly onDelete: () => void;
}

export function CredentialRow({ credential, onRename, onDelete }: CredentialRowProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { userName, displayName, ssh } = credential;
  const name = credentialName(credential, say);
  const enrollment = ssh?.enrollment;
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <span className={styles.head}>
          <span className={styles.name}>{name}</span>
          {enrollment?.onProfileOf !== undefined && (
            <StateBadge state="good">{say('keys.credential-profile', { account: enrollment.onProfileOf })}</StateBadge>
          )}
        </span>
        {userName !== undefined && displayName !== undefined && displayName !== userName && displayName !== '' && (
          <span className={styles.detail}>{displayName}</span>
        )}
        {ssh?.fingerprint !== undefined && <span className={`${styles.detail} ${styles.code}`}>{ssh.fingerprint}</span>}
        {ssh !== undefined && (
          <span className={styles.detail}>
            {enrollment === undefined
              ? say('keys.credential-not-here')
              : enrollment.createdAt === undefined
                ? say('keys.credential-here-file', { file: enrollment.keyFile })
                : say('keys.credential-here', { time: new Date(enrollment.createdAt), file: enrollment.keyFile })}
          </span>
        )}
        {enrollment?.attestation !== undefined && (
          <span className={styles.detail}>{attestationWords(enrollment.attestation, say)}</span>
        )}
      </div>
      <div className={styles.actions}>
        {onRename !== undefined && (
          <Button
            appearance="subtle"
            icon={<EditRegular />}
            aria-label={say('keys.rename-one', { name })}
            onClick={onRename}
          >
            {say('keys.rename')}
          </Button>
        )}
        <Button
          appearance="subtle"
          icon={<DeleteRegular />}
          aria-label={say('keys.delete-one', { name })}
          onClick={onDelete}
        >
          {say('keys.delete')}
        </Button>
      </div>
    </li>
  );
}

/** In the words of an enrollment, which had the same to say. */
function attestationWords({ verdict, ...facts }: AttestationView, say: WindowTexts['say']): string {
  if (verdict === 'not-kept' || verdict === 'forged') return say(`keys.attestation-${verdict}`);
  return attestationText({ kind: 'attestation', verdict, ...facts }, say);
}
