/** The rehearsals of the last 90 days: a line of marks for each device, with the time that each host took; or the same as a table. */
import { makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useCallback, useEffect, useId, useState } from 'react';
import type { CallOutput, DrillView } from '../../../main/ipc/contract.ts';
import { call, onEvent } from '../../contract-client.ts';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { PictureHead } from '../../design/picture-head.tsx';
import { ScrollingTable } from '../../design/scrolling-table.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { DrillLine } from './drill-line.tsx';
import { hopTimes, stepWords, timeWords } from './drill-words.ts';

const useStyles = makeStyles({
  history: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  explained: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  // A name is not broken at its hyphens.
  whole: { whiteSpace: 'nowrap' },
  why: { fontSize: tokens.fontSizeBase200, overflowWrap: 'anywhere' },
  axis: {
    display: 'flex',
    justifyContent: 'space-between',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase100,
  },
});

/** `only`: of these devices; undefined: of all. */
export function DrillHistory({ only }: { readonly only?: readonly string[] }) {
  const styles = useStyles();
  const { say } = useTexts();
  const titleId = useId();
  const [listed, setListed] = useState<CallOutput<'drill.list'>>();
  const [error, setError] = useState<unknown>();
  const [isTable, setTable] = useState(false);
  const load = useCallback(() => {
    call('drill.list', {}).then(setListed, setError);
  }, []);
  useEffect(() => {
    load();
    return onEvent('drills.changed', load);
  }, [load]);

  if (error !== undefined) return <ErrorNotice error={error} />;
  if (listed === undefined) return <Spinner label={say('drill.loading')} />;
  const drills = listed.drills.filter(({ target }) => only === undefined || only.includes(target));
  const devices = [...new Set(drills.map(({ target }) => target))];
  return (
    <section className={styles.history} aria-labelledby={titleId}>
      <PictureHead
        id={titleId}
        heading="h3"
        title={say('drill.history-title')}
        shown={drills.length === 0 ? undefined : isTable ? 'table' : 'picture'}
        onChange={() => setTable(!isTable)}
      />
      {drills.length === 0 && <p className={styles.explained}>{say('drill.history-none')}</p>}
      {drills.length > 0 && isTable && <DrillTable drills={drills} />}
      {drills.length > 0 && !isTable && (
        <>
          <p className={styles.explained}>{say('drill.history-explained')}</p>
          <ItemList gap="M">
            {devices.map((device) => (
              <li key={device}>
                <div className={styles.name}>{device}</div>
                <DrillLine name={device} drills={drills.filter(({ target }) => target === device)} now={listed.now} />
              </li>
            ))}
          </ItemList>
          <div className={styles.axis} aria-hidden="true">
            <span>{say('drill.days-ago')}</span>
            <span>{say('drill.today')}</span>
          </div>
        </>
      )}
    </section>
  );
}

const BADGES = { passed: 'good', failed: 'bad', 'not-tried': 'neutral' } as const;

function DrillTable({ drills }: { readonly drills: readonly DrillView[] }) {
  const styles = useStyles();
  const { say, language } = useTexts();
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <ScrollingTable
      label={say('drill.table')}
      columns={[
        say('drill.column-device'),
        say('drill.column-when'),
        say('drill.column-verdict'),
        say('drill.column-time'),
      ]}
    >
      {drills.map((one) => (
        <tr key={one.id}>
          <th scope="row" className={styles.whole}>
            {one.target}
          </th>
          <td className={styles.whole}>{when.format(one.at)}</td>
          <td>
            <StateBadge state={BADGES[one.verdict]}>{say(`drill.verdict-${one.verdict}`)}</StateBadge>
            {one.steps
              .filter(({ state }) => state === 'failed')
              .map((step) => (
                <div key={`${step.step} ${step.hop}`} className={styles.why}>
                  {stepWords(step, say)}
                </div>
              ))}
          </td>
          <td>
            {hopTimes(one).map(({ hop, ms }) => (
              <div key={hop}>{say('drill.time-of-hop', { hop, time: timeWords(ms, say) })}</div>
            ))}
          </td>
        </tr>
      ))}
    </ScrollingTable>
  );
}
