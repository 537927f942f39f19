/** The check while the app is closed: a switch, which shows what it writes and runs before it does. */
import { Button, makeStyles, Switch, tokens } from '@fluentui/react-components';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { CallInput, CheckScheduleView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { DialogFrame } from '../../design/dialog-frame.tsx';
import { ErrorNotice, Notice } from '../../design/error-notice.tsx';
import { useTexts } from '../../texts.tsx';

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
  },
  row: {
    display: 'flex',
    alignItems: 'start',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalXXL,
  },
  label: { display: 'block', fontWeight: tokens.fontWeightSemibold, lineHeight: tokens.lineHeightBase300 },
  explained: {
    margin: 0,
    maxWidth: '72ch',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  text: { margin: 0 },
  path: {
    margin: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
  file: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    maxHeight: '220px',
    overflow: 'auto',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
  lines: { margin: 0, fontFamily: 'inherit' },
});

export function ScheduleCard() {
  const styles = useStyles();
  const { say } = useTexts();
  const announce = useAnnounce();
  const [schedule, setSchedule] = useState<CheckScheduleView>();
  const [error, setError] = useState<unknown>();
  const [asks, setAsks] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const switched = useRef<HTMLElement>(null);
  const [switchId, explainedId] = [useId(), useId()];

  const step = useCallback(async (wanted: CallInput<'reminders.schedule'>['step']) => {
    setError(undefined);
    setBusy(true);
    try {
      const after = await call('reminders.schedule', { step: wanted });
      setSchedule(after);
      return after;
    } catch (caught) {
      setError(caught);
      return undefined;
    } finally {
      setBusy(false);
    }
  }, []);
  useEffect(() => {
    void step('look');
  }, [step]);
  const close = () => {
    setAsks(false);
    switched.current?.focus();
  };
  const install = async () => {
    close();
    if ((await step('install'))?.state === 'on') announce(say('reminders.schedule-is-on'));
  };
  const remove = async () => {
    if ((await step('remove'))?.state === 'off') announce(say('reminders.schedule-is-off'));
  };
  const inTheWay = schedule?.files.find(({ state }) => state === 'foreign');
  return (
    <div className={styles.card}>
      <div className={styles.row}>
        <div>
          <label className={styles.label} htmlFor={switchId}>
            {say('reminders.schedule')}
          </label>
          <p className={styles.explained} id={explainedId}>
            {say('reminders.schedule-explained')}
          </p>
        </div>
        <Switch
          ref={(input: HTMLElement | null) => {
            switched.current = input;
          }}
          id={switchId}
          aria-describedby={explainedId}
          checked={schedule?.state === 'on' || schedule?.state === 'half'}
          disabled={schedule === undefined || isBusy || inTheWay !== undefined}
          onChange={(_, { checked }) => (checked ? setAsks(true) : void remove())}
        />
      </div>
      {inTheWay !== undefined && (
        <Notice kind="warning" sentence={say('reminders.schedule-foreign', { path: inTheWay.path })} />
      )}
      {schedule?.state === 'half' && (
        <Notice
          kind="warning"
          sentence={say('reminders.schedule-half')}
          action={<Button onClick={() => setAsks(true)}>{say('reminders.schedule-mend')}</Button>}
        />
      )}
      {error !== undefined && <ErrorNotice error={error} />}
      {asks && schedule !== undefined && <ScheduleDialog schedule={schedule} onInstall={install} onClose={close} />}
    </div>
  );
}

interface ScheduleDialogProps {
  readonly schedule: CheckScheduleView;
  readonly onInstall: () => void;
  readonly onClose: () => void;
}

function ScheduleDialog({ schedule: { by, files, commands }, onInstall, onClose }: ScheduleDialogProps) {
  const styles = useStyles();
  const { say } = useTexts();
  return (
    <DialogFrame
      title={say('reminders.schedule-on-title')}
      maxWidth={720}
      onClose={onClose}
      buttons={
        <>
          <Button onClick={onClose}>{say('reminders.cancel')}</Button>
          <Button appearance="primary" onClick={onInstall}>
            {say('reminders.schedule-switch-on')}
          </Button>
        </>
      }
    >
      <p className={styles.text}>{say(`reminders.schedule-by-${by}`)}</p>
      {files.map(({ path, text }) => (
        <div key={path}>
          <p className={styles.path}>{path}</p>
          <Scrolled label={say('reminders.schedule-file', { path })} text={text} />
        </div>
      ))}
      <div>
        <p className={styles.text}>{say('reminders.schedule-runs')}</p>
        <Scrolled label={say('reminders.schedule-runs')} text={commands.map((words) => words.join(' ')).join('\n')} />
      </div>
    </DialogFrame>
  );
}

function Scrolled({ label, text }: { readonly label: string; readonly text: string }) {
  const styles = useStyles();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={styles.file} tabIndex={0} aria-label={label}>
      <pre className={styles.lines}>{text.trimEnd()}</pre>
    </section>
  );
}
