/** What a reset takes: the login keys before all else and apart from the rest, those of a profile first. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { ErrorCircleFilled } from '@fluentui/react-icons';
import type { ResetLossView, ResidentCredentialView } from '../../../main/ipc/contract.ts';
import { useTexts, type WindowTexts } from '../../texts.tsx';
import { credentialName } from './credential-name.ts';

const useStyles = makeStyles({
  losses: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalL },
  grave: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    listStyleType: 'none',
    margin: 0,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorStatusDangerBorder1}`,
    backgroundColor: tokens.colorStatusDangerBackground1,
    fontWeight: tokens.fontWeightSemibold,
  },
  graveOne: { display: 'flex', gap: tokens.spacingHorizontalM, overflowWrap: 'anywhere' },
  icon: { display: 'flex', flexShrink: 0, fontSize: '20px', color: tokens.colorStatusDangerForeground1 },
  words: { minWidth: 0 },
  list: {
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalXL,
    lineHeight: tokens.lineHeightBase400,
    overflowWrap: 'anywhere',
  },
});

export function LossList({ loss }: { readonly loss: ResetLossView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { enrollments, credentials, unlisted, pinSet, fingerprints } = loss;
  const onProfileFirst = enrollments.toSorted((a, b) => rankOf(a) - rankOf(b));
  const listed = (credentials ?? []).filter(({ ssh }) => ssh?.enrollment === undefined);
  const lines = [
    ...listed.map((credential) => credentialLine(credential, say)),
    ...(credentials === undefined ? [say(`keys.reset-lost-unlisted-${unlisted ?? 'cannot-list'}`)] : []),
    say('keys.reset-lost-u2f'),
    ...(pinSet ? [say('keys.reset-lost-pin')] : []),
    ...(fingerprints ? [say('keys.reset-lost-fingers')] : []),
  ];
  return (
    <div className={styles.losses}>
      {onProfileFirst.length > 0 && (
        <ul className={styles.grave}>
          {onProfileFirst.map((enrollment) => (
            <li key={enrollment.keyFile} className={styles.graveOne}>
              <span className={styles.icon} aria-hidden="true">
                <ErrorCircleFilled />
              </span>
              <span className={styles.words}>{loginKeyLine(enrollment, say)}</span>
            </li>
          ))}
        </ul>
      )}
      <ul className={styles.list}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

type LostEnrollment = ResetLossView['enrollments'][number];

function rankOf({ onProfileOf }: LostEnrollment): number {
  return onProfileOf === undefined ? 1 : 0;
}

function loginKeyLine({ keyFile, onProfileOf, isCertain }: LostEnrollment, say: WindowTexts['say']): string {
  const file = { file: keyFile };
  if (onProfileOf === undefined) return say(isCertain ? 'keys.reset-lost-key' : 'keys.reset-lost-key-perhaps', file);
  return say(isCertain ? 'keys.reset-lost-profile' : 'keys.reset-lost-profile-perhaps', {
    ...file,
    account: onProfileOf,
  });
}

function credentialLine(credential: ResidentCredentialView, say: WindowTexts['say']): string {
  const { ssh, rpId } = credential;
  const name = credentialName(credential, say);
  if (ssh === undefined) return say('keys.reset-lost-passkey', { name, rp: rpId });
  return rpId === 'ssh:' ? say('keys.reset-lost-ssh', { name }) : say('keys.reset-lost-ssh-other', { name, rp: rpId });
}
