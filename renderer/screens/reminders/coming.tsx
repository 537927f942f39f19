/** What will need attention: a line of marks for each reminder over the next 120 days, by form, colour and words; or the same as a table. */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useId, useState } from 'react';
import type { ReminderListView } from '../../../main/ipc/contract.ts';
import { ItemList } from '../../design/item-list.tsx';
import { PictureHead } from '../../design/picture-head.tsx';
import { ScrollingTable } from '../../design/scrolling-table.tsx';
import { StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';
import { monthsOf, placeOf, placesOf, WIDTH } from './coming-line.ts';
import { BADGES, type Severity } from './reminder-words.ts';

type Coming = ReminderListView['upcoming'][number];

const HEIGHT = 24;
const MIDDLE = HEIGHT / 2;
const AXIS_HEIGHT = 18;

const useStyles = makeStyles({
  explained: {
    margin: `${tokens.spacingVerticalXS} 0 ${tokens.spacingVerticalL}`,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  picture: { display: 'block', width: '100%', height: 'auto', overflow: 'visible' },
  line: { stroke: tokens.colorNeutralStroke1, strokeWidth: '1px' },
  month: { stroke: tokens.colorNeutralStroke2, strokeWidth: '1px', strokeDasharray: '2 3' },
  label: { fill: tokens.colorNeutralForeground2, fontSize: '11px', fontFamily: tokens.fontFamilyBase },
  note: {
    fill: tokens.colorNeutralBackground1,
    stroke: tokens.colorNeutralForeground2,
    strokeWidth: '2px',
    '@media (forced-colors: active)': { fill: 'Canvas', stroke: 'CanvasText' },
  },
  soon: { fill: tokens.colorBrandForeground1, '@media (forced-colors: active)': { fill: 'CanvasText' } },
  due: { fill: tokens.colorStatusWarningForeground3, '@media (forced-colors: active)': { fill: 'CanvasText' } },
  critical: { fill: tokens.colorStatusDangerForeground3, '@media (forced-colors: active)': { fill: 'CanvasText' } },
});

export type ComingProps = Pick<ReminderListView, 'upcoming' | 'now' | 'until'>;

export function ComingReminders({ upcoming, now, until }: ComingProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const titleId = useId();
  const [isTable, setTable] = useState(false);
  return (
    <section aria-labelledby={titleId}>
      <PictureHead
        id={titleId}
        heading="h2"
        title={say('reminders.coming')}
        shown={upcoming.length === 0 ? undefined : isTable ? 'table' : 'picture'}
        onChange={() => setTable(!isTable)}
      />
      <p className={styles.explained}>
        {say(upcoming.length === 0 ? 'reminders.coming-none' : 'reminders.coming-explained')}
      </p>
      {upcoming.length > 0 &&
        (isTable ? <ComingTable upcoming={upcoming} /> : <ComingPicture {...{ upcoming, now, until }} />)}
    </section>
  );
}

function ComingPicture({ upcoming, now, until }: ComingProps) {
  const ids = [...new Set(upcoming.map(({ id }) => id))];
  return (
    <>
      <ItemList gap="S">
        {ids.map((id) => (
          <li key={id}>
            <ComingLine stages={upcoming.filter((one) => one.id === id)} now={now} until={until} />
          </li>
        ))}
      </ItemList>
      <Axis now={now} until={until} />
    </>
  );
}

function ComingLine({
  stages,
  now,
  until,
}: { readonly stages: readonly Coming[] } & Pick<ComingProps, 'now' | 'until'>) {
  const styles = useStyles();
  const { say, language } = useTexts();
  const title = stages[0]?.title ?? '';
  const places = placesOf(
    stages.map(({ at }) => at),
    now,
    until,
  );
  const words = stages.map(({ severity, at }) =>
    say('reminders.coming-stage', { severity: say(`reminders.severity-${severity}`), at: new Date(at) }),
  );
  return (
    <>
      <div className={styles.name}>{title}</div>
      <svg
        className={styles.picture}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={say('reminders.coming-picture', {
          title,
          stages: new Intl.ListFormat(language, { type: 'unit' }).format(words),
        })}
      >
        {monthsOf(now, until).map((month) => {
          const x = placeOf(month.getTime(), now, until);
          return <line key={month.getTime()} className={styles.month} x1={x} x2={x} y1={0} y2={HEIGHT} />;
        })}
        <line className={styles.line} x1={0} x2={WIDTH} y1={MIDDLE} y2={MIDDLE} />
        {stages.map(({ severity, at }, index) => (
          <g key={at}>
            <title>{words[index]}</title>
            <Mark severity={severity} x={places[index] ?? 0} />
          </g>
        ))}
      </svg>
    </>
  );
}

/** Told apart by form as well as by colour. */
function Mark({ severity, x }: { readonly severity: Severity; readonly x: number }) {
  const styles = useStyles();
  switch (severity) {
    case 'note':
      return <circle className={styles.note} cx={x} cy={MIDDLE} r={4.5} />;
    case 'soon':
      return <circle className={styles.soon} cx={x} cy={MIDDLE} r={5.5} />;
    case 'due':
      return <rect className={styles.due} x={x - 5.5} y={MIDDLE - 5.5} width={11} height={11} rx={1.5} />;
    case 'critical':
      return (
        <path
          className={styles.critical}
          d={`M${x} ${MIDDLE - 7}L${x + 7} ${MIDDLE + 5.5}L${x - 7} ${MIDDLE + 5.5}Z`}
        />
      );
    default:
      return severity satisfies never;
  }
}

function Axis({ now, until }: Pick<ComingProps, 'now' | 'until'>) {
  const styles = useStyles();
  const { say, language } = useTexts();
  const format = new Intl.DateTimeFormat(language, { month: 'short' });
  return (
    <svg className={styles.picture} viewBox={`0 0 ${WIDTH} ${AXIS_HEIGHT}`} aria-hidden="true">
      <text className={styles.label} x={0} y={13}>
        {say('reminders.today')}
      </text>
      {monthsOf(now, until).map((month) => {
        const x = placeOf(month.getTime(), now, until);
        // No room beside "Today", or before the end.
        if (x < 50 || x > WIDTH - 30) return null;
        return (
          <text key={month.getTime()} className={styles.label} x={x + 4} y={13}>
            {format.format(month)}
          </text>
        );
      })}
    </svg>
  );
}

function ComingTable({ upcoming }: Pick<ComingProps, 'upcoming'>) {
  const { say, language } = useTexts();
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
  return (
    <ScrollingTable
      label={say('reminders.coming-table')}
      columns={[say('reminders.column-when'), say('reminders.column-what'), say('reminders.column-severity')]}
    >
      {upcoming.map(({ id, title, severity, at }) => (
        <tr key={`${id} ${at}`}>
          <td>{when.format(at)}</td>
          <th scope="row">{title}</th>
          <td>
            <StateBadge state={BADGES[severity]}>{say(`reminders.severity-${severity}`)}</StateBadge>
          </td>
        </tr>
      ))}
    </ScrollingTable>
  );
}
