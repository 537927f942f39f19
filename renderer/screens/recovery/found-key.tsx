/** A key that was found on the security key: what it is called, and how it stands here and on the profile. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { RecoverableKeyView } from '../../../main/ipc/contract.ts';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';

const useStyles = makeStyles({
  key: {
    display: 'flex',
    flexDirection: 'column',
    minWidth: 0,
    overflowWrap: 'anywhere',
    color: tokens.colorNeutralForeground1,
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: `0 ${tokens.spacingHorizontalM}` },
  name: { fontWeight: tokens.fontWeightSemibold },
  detail: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  code: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
});

export interface FoundKeyProps {
  readonly found: RecoverableKeyView;
  /** Further lines. */
  readonly children?: ReactNode;
}

export function FoundKey({ found, children }: FoundKeyProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const { userName, fingerprint, onProfile, enrolled, verifyRequired } = found;
  return (
    <span className={styles.key}>
      <span className={styles.head}>
        <span className={styles.name}>
          {userName === undefined || userName === '' ? say('recovery.unnamed') : userName}
        </span>
        {onProfile !== undefined && (
          <StateBadge state={onProfile ? 'good' : 'neutral'}>
            {say(onProfile ? 'recovery.on-profile' : 'recovery.not-on-profile')}
          </StateBadge>
        )}
      </span>
      <span className={styles.code}>{fingerprint}</span>
      {enrolled && <span className={styles.detail}>{say('recovery.enrolled')}</span>}
      {!verifyRequired && <span className={styles.detail}>{say('recovery.no-pin')}</span>}
      {children}
    </span>
  );
}
