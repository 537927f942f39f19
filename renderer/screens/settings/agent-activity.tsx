/** What the agent was asked to sign: who asked, for what, through which hosts, what came of it and why, and when. */
import { Button, makeStyles, Select, tokens } from '@fluentui/react-components';
import { useEffect, useId, useState } from 'react';
import type { AgentRequestView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { type BadgeState, StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { askerWords, purposeWords, reasonWords, throughWords } from './agent-request-words.ts';

type Decision = AgentRequestView['decision'];

const BADGES = {
  signed: 'good',
  'passed-through': 'neutral',
  denied: 'neutral',
  refused: 'bad',
  'timed-out': 'waiting',
  cancelled: 'neutral',
  failed: 'todo',
} as const satisfies Record<Decision, BadgeState>;
const DECISIONS = Object.keys(BADGES) as Decision[];
/** Other programs come and go by themselves: what they asked is looked for so often while somebody looks. */
const LOOK_EVERY_MS = 3_000;
const FEW = 10;
const MOST = 1_000;

const useStyles = makeStyles({
  part: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `0 ${tokens.spacingHorizontalM}`,
    padding: `${tokens.spacingVerticalS} 0`,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  words: { flexGrow: 1, flexBasis: '280px', minWidth: 0, overflowWrap: 'anywhere' },
  outcome: { width: '190px', flexShrink: 0 },
  what: { margin: 0 },
  small: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  more: { alignSelf: 'flex-start' },
});

export function AgentActivity() {
  const styles = useStyles();
  const { say } = useTexts();
  const filterId = useId();
  const { requests, error } = useAgentActivity();
  const [wanted, setWanted] = useState<Decision | 'all'>('all');
  const [showsAll, setShowsAll] = useState(false);
  if (requests === undefined) return error === undefined ? null : <ErrorNotice error={error} />;
  const fitting = requests.filter(({ decision }) => wanted === 'all' || decision === wanted);
  const shown = showsAll ? fitting : fitting.slice(0, FEW);
  return (
    <div className={styles.part}>
      {requests.length > 0 && (
        <div className={styles.head}>
          <label htmlFor={filterId}>{say('settings.activity-filter')}</label>
          <Select
            id={filterId}
            value={wanted}
            onChange={(_, { value }) => setWanted(DECISIONS.find((decision) => decision === value) ?? 'all')}
          >
            <option value="all">{say('settings.activity-all')}</option>
            {DECISIONS.map((decision) => (
              <option key={decision} value={decision}>
                {say(`settings.activity-${decision}`)}
              </option>
            ))}
          </Select>
        </div>
      )}
      {fitting.length === 0 ? (
        <p className={styles.small}>
          {say(requests.length === 0 ? 'settings.activity-empty' : 'settings.activity-none')}
        </p>
      ) : (
        <ItemList>
          {shown.map((request) => (
            <AgentRequest key={request.id} request={request} />
          ))}
        </ItemList>
      )}
      {shown.length < fitting.length && (
        <Button className={styles.more} onClick={() => setShowsAll(true)}>
          {say('settings.activity-more', { count: fitting.length })}
        </Button>
      )}
    </div>
  );
}

function AgentRequest({ request }: { readonly request: AgentRequestView }) {
  const styles = useStyles();
  const { say } = useTexts();
  const { at, decision, reason, asked } = request;
  const through = throughWords(say, request);
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <p className={styles.what}>{purposeWords(say, request)}</p>
        <p className={styles.small}>
          {askerWords(say, request)}
          {through !== undefined && ` · ${through}`}
          {asked && ` · ${say('settings.activity-asked')}`}
        </p>
        {reason !== undefined && <p className={styles.small}>{reasonWords(say, reason, decision)}</p>}
      </div>
      <div className={styles.outcome}>
        <StateBadge state={BADGES[decision]}>{say(`settings.activity-${decision}`)}</StateBadge>
        <p className={styles.small}>{say('sessions.at-day', { at: new Date(at) })}</p>
      </div>
    </li>
  );
}

function useAgentActivity() {
  const [state, setState] = useState<{ requests: readonly AgentRequestView[] | undefined; error: unknown }>({
    requests: undefined,
    error: undefined,
  });
  useEffect(() => {
    let wanted = true;
    const look = async () => {
      if (document.hidden) return;
      try {
        const { requests } = await call('agent.activity', { limit: MOST });
        if (wanted) setState({ requests, error: undefined });
      } catch (error) {
        if (wanted) setState((before) => ({ ...before, error }));
      }
    };
    void look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, []);
  return state;
}
