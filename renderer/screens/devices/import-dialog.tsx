/** Shows what taking in the targets of a file would do, and does it where somebody agrees: all of it or nothing. */
import { Button, makeStyles, Spinner, Switch, tokens } from '@fluentui/react-components';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallOutput } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ScrollingTable } from '../../design/scrolling-table.tsx';
import { type BadgeState, StateBadge } from '../../design/state-badge.tsx';
import { useTexts } from '../../texts.tsx';

type Looked = NonNullable<CallOutput<'targets.look-at-file'>['import']>;
type Line = Looked['lines'][number];

export interface ImportDialogProps {
  readonly which: 'chosen' | 'ssh-config';
  readonly onImported: (result: CallOutput<'targets.import'>) => void;
  readonly onClose: () => void;
}

/** Lines that are drawn at once; the rest is counted. Those that need a person come first. */
const MOST_SHOWN = 200;
const ORDER: readonly Line['verdict'][] = ['refused', 'clash', 'change', 'add', 'same'];
const BADGES: Readonly<Record<Line['verdict'], BadgeState>> = {
  add: 'good',
  change: 'good',
  same: 'neutral',
  clash: 'todo',
  refused: 'bad',
};

const useStyles = makeStyles({
  file: { margin: 0, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  // Fluent keeps room around a switch; its knob stands below the words above it.
  update: { marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})` },
  verdict: { whiteSpace: 'nowrap' },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  what: { overflowWrap: 'anywhere' },
  place: { color: tokens.colorNeutralForeground2 },
  notes: { margin: 0, paddingInlineStart: tokens.spacingHorizontalL, fontSize: tokens.fontSizeBase200 },
});

export function ImportDialog({ which, onImported, onClose }: ImportDialogProps) {
  const styles = useStyles();
  const { say } = useTexts();
  const [looked, setLooked] = useState<Looked>();
  const [update, setUpdate] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = useRef(onClose);
  close.current = onClose;

  const look = useCallback(async (from: 'chosen' | 'ssh-config' | 'again', changes: boolean) => {
    setError(undefined);
    try {
      const { import: found } = await call('targets.look-at-file', { which: from, update: changes });
      // The system's dialog was closed.
      if (found === undefined) close.current();
      else setLooked(found);
    } catch (caught) {
      setError(caught);
    }
  }, []);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void look(which, false);
  }, [look, which]);

  const take = async () => {
    if (looked === undefined || busy) return;
    setBusy(true);
    try {
      onImported(await call('targets.import', { id: looked.id }));
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  const lines = looked?.lines ?? [];
  const count = (...verdicts: readonly Line['verdict'][]) =>
    lines.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const toDo = count('add', 'change');
  const shown = ORDER.flatMap((verdict) => lines.filter((line) => line.verdict === verdict)).slice(0, MOST_SHOWN);

  // Until something is there to show, the system's own dialog is what one sees.
  if (looked === undefined && error === undefined) {
    return which === 'chosen' ? null : <Spinner label={say('devices.import-reading')} />;
  }
  return (
    <DialogFrame
      title={say('devices.import-title')}
      maxWidth={820}
      onClose={onClose}
      buttons={
        <>
          <Button onClick={onClose}>{say('devices.cancel')}</Button>
          {looked !== undefined && (
            <Button appearance="primary" disabledFocusable={toDo === 0 || busy} onClick={take}>
              {say('devices.import-take', { count: toDo })}
            </Button>
          )}
        </>
      }
    >
      {error !== undefined && <ErrorNotice error={error} />}
      {looked !== undefined && (
        <>
          <p className={styles.file}>{say('devices.import-file', { file: looked.file })}</p>
          <p role="status">
            {say('devices.import-summary', {
              added: count('add'),
              changed: count('change'),
              same: count('same'),
              left: count('clash', 'refused'),
            })}
          </p>
          {count('clash', 'change') > 0 && (
            <Switch
              className={styles.update}
              checked={update}
              label={say('devices.import-update', { count: count('clash', 'change') })}
              onChange={(_, { checked }) => {
                setUpdate(checked);
                void look('again', checked);
              }}
            />
          )}
          {shown.length > 0 && (
            <ScrollingTable
              isFramed
              label={say('devices.import-lines')}
              columns={[
                say('devices.import-column-verdict'),
                say('devices.import-column-name'),
                say('devices.import-column-what'),
              ]}
            >
              {shown.map((line) => (
                <tr key={`${line.place} ${line.name}`}>
                  <td className={styles.verdict}>
                    <StateBadge state={BADGES[line.verdict]}>{say(`devices.import-${line.verdict}`)}</StateBadge>
                  </td>
                  <td className={styles.name}>{line.name}</td>
                  <td className={styles.what}>
                    {what(line)} <span className={styles.place}>{say('devices.import-at', { place: line.place })}</span>
                  </td>
                </tr>
              ))}
            </ScrollingTable>
          )}
          {lines.length > shown.length && <p>{say('devices.import-more', { count: lines.length - shown.length })}</p>}
          {looked.notes.length > 0 && (
            <ul className={styles.notes}>
              {looked.notes.slice(0, 20).map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </DialogFrame>
  );

  function what({ verdict, reason, device, fields = [] }: Line): string {
    if (verdict === 'refused') return reason ?? '';
    if (fields.length === 0) return device ?? '';
    const names = fields.map((field) => say(`devices.field-${field}`)).join(', ');
    return say(verdict === 'clash' ? 'devices.import-otherwise' : 'devices.import-changes', { names });
  }
}
