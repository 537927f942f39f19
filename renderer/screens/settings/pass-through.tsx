/** The user's other agent, where one is passed through: whether it answers, with which keys, and what to do where it does not. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useId } from 'react';
import type { CallOutput } from '../../../main/ipc/contract.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';

type State = CallOutput<'agent.pass-through'>['state'];

const BADGES = {
  off: 'unknown',
  answers: 'good',
  absent: 'todo',
  silent: 'todo',
  'own-socket': 'bad',
} as const satisfies Record<State, string>;

const useStyles = makeStyles({
  part: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalXS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  title: { margin: 0, flexGrow: 1, fontSize: tokens.fontSizeBase300, fontWeight: tokens.fontWeightSemibold },
  text: { margin: 0, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  list: { margin: 0, paddingInlineStart: tokens.spacingHorizontalXL, overflowWrap: 'anywhere' },
  code: {
    margin: 0,
    overflowWrap: 'anywhere',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
  },
});

export function PassThrough() {
  const styles = useStyles();
  const { say } = useTexts();
  const titleId = useId();
  const { value, error } = useFresh('agent.pass-through', ['settings.changed']);
  if (error !== undefined) return <ErrorNotice error={error} />;
  if (value === undefined || value.state === 'off') return null;
  const { state, socketPath, keys } = value;
  return (
    <section className={styles.part} aria-labelledby={titleId}>
      <div className={styles.head}>
        <h3 className={styles.title} id={titleId}>
          {say('settings.agent-pass-through-label')}
        </h3>
        <StateBadge state={BADGES[state]}>{say(`settings.pass-through-${state}`, { keys: keys.length })}</StateBadge>
      </div>
      {state !== 'answers' && <p className={styles.text}>{say(`settings.pass-through-${state}-remedy`)}</p>}
      {socketPath !== undefined && <p className={styles.code}>{socketPath}</p>}
      {keys.length > 0 && (
        <ul className={styles.list}>
          {keys.map(({ fingerprint, comment }) => (
            <li key={fingerprint}>
              {comment} <span className={styles.code}>{fingerprint}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
