/** How the SSH agent is, and how other programs reach it. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import type { AgentView } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';
import { CopyButton } from '../../design/copy-button.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { type BadgeState, StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';

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
  fact: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM, minWidth: 0 },
  term: { width: '80px', flexShrink: 0, fontWeight: tokens.fontWeightSemibold },
  code: {
    flexGrow: 1,
    flexBasis: '240px',
    minWidth: 0,
    boxSizing: 'border-box',
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    overflowWrap: 'anywhere',
  },
  copy: { width: '190px', '@media (max-width: 820px)': { width: 'auto' }, '& button': { width: '100%' } },
  hint: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

export function AgentSection() {
  const styles = useStyles();
  const { say } = useTexts();
  const [agent, setAgent] = useState<AgentView>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    let wanted = true;
    call('agent.status', {}).then(
      (status) => wanted && setAgent((newer) => newer ?? status),
      (caught) => wanted && setError(caught),
    );
    const end = onEvent('agent.changed', setAgent);
    return () => {
      wanted = false;
      end();
    };
  }, []);
  return (
    <div className={styles.section}>
      <p className={styles.explained}>{say('settings.agent-explained')}</p>
      {error !== undefined && agent === undefined && <ErrorNotice error={error} />}
      {agent !== undefined && (
        <>
          <div className={styles.fact}>
            <span className={styles.term}>{say('settings.agent-state')}</span>
            <StateBadge state={BADGES[agent.state]}>{stateWords(agent)}</StateBadge>
          </div>
          {agent.error !== undefined && <ErrorNotice error={agent.error} />}
          {agent.socketPath !== undefined && (
            <div className={styles.fact}>
              <span className={styles.term}>{say('settings.agent-socket')}</span>
              <code className={styles.code}>{agent.socketPath}</code>
              <span className={styles.copy}>
                <CopyButton text={agent.socketPath} label={say('settings.copy-socket')} size="small" />
              </span>
            </div>
          )}
          {agent.shellLine !== undefined && (
            <>
              <div className={styles.fact}>
                <span className={styles.term}>{say('settings.agent-shell-line')}</span>
                <code className={styles.code}>{agent.shellLine}</code>
                <span className={styles.copy}>
                  <CopyButton text={agent.shellLine} label={say('settings.copy-shell-line')} size="small" />
                </span>
              </div>
              <p className={styles.hint}>{say('settings.agent-shell-explained')}</p>
            </>
          )}
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
