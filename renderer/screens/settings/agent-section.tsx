/** How the SSH agent is. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { AgentView } from '../../../main/ipc/contract.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { type BadgeState, StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { useAgent } from './use-agent.ts';

const BADGES = { off: 'unknown', listening: 'good', locked: 'waiting', failed: 'bad' } as const satisfies Record<
  AgentView['state'],
  BadgeState
>;

const useStyles = makeStyles({
  section: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  explained: { margin: 0, color: tokens.colorNeutralForeground2 },
  state: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  term: { fontWeight: tokens.fontWeightSemibold },
});

export function AgentSection() {
  const styles = useStyles();
  const { say } = useTexts();
  const { agent, error } = useAgent();
  return (
    <div className={styles.section}>
      <p className={styles.explained}>{say('settings.agent-explained')}</p>
      {error !== undefined && agent === undefined && <ErrorNotice error={error} />}
      {agent !== undefined && (
        <>
          <div className={styles.state}>
            <span className={styles.term}>{say('settings.agent-state')}</span>
            <StateBadge state={BADGES[agent.state]}>{stateWords(agent)}</StateBadge>
          </div>
          {agent.error !== undefined && <ErrorNotice error={agent.error} />}
        </>
      )}
    </div>
  );

  function stateWords({ state, keys }: AgentView): string {
    if (state === 'listening') return say('settings.agent-listening', { keys });
    if (state === 'locked') return say('settings.agent-locked');
    return say(state === 'failed' ? 'settings.agent-failed' : 'settings.agent-off');
  }
}
