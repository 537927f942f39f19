/** How a session stands, by picture and words. One that ended as it should is neither good nor bad. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { StopRegular } from '@fluentui/react-icons';
import type { SessionView } from '../../../main/ipc/contract.ts';
import { type BadgeState, StateBadge, StateIcon } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { stateWords } from './session-words.ts';

const useStyles = makeStyles({
  ended: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
  },
  icon: { display: 'flex', fontSize: '16px', flexShrink: 0, color: tokens.colorNeutralForeground3 },
});

/** The words must stand beside it. */
export function SessionStateIcon({ session }: { readonly session: SessionView }) {
  const styles = useStyles();
  const badge = badgeOf(session);
  if (badge !== undefined) return <StateIcon state={badge} />;
  return (
    <span className={styles.icon} aria-hidden="true">
      <StopRegular />
    </span>
  );
}

export function SessionStateBadge({ session }: { readonly session: SessionView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const badge = badgeOf(session);
  const words = stateWords(say, session);
  if (badge !== undefined) return <StateBadge state={badge}>{words}</StateBadge>;
  return (
    <span className={styles.ended}>
      <SessionStateIcon session={session} />
      {words}
    </span>
  );
}

function badgeOf({ state, waitsFor, error }: SessionView): BadgeState | undefined {
  if (state === 'ended') return error === undefined ? undefined : 'bad';
  if (waitsFor !== undefined) return 'todo';
  return state === 'open' ? 'good' : 'waiting';
}
