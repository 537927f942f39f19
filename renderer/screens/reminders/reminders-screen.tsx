/** What needs attention, each with what helps; what comes; what was done; and when and how one is told. */
import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { CalendarRegular, CheckmarkCircleRegular } from '@fluentui/react-icons';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { ReminderView } from '../../../main/ipc/contract.ts';
import { call } from '../../contract-client.ts';
import { useAnnounce } from '../../design/announcement.tsx';
import { EmptyState } from '../../design/empty-state.tsx';
import { ErrorNotice } from '../../design/error-notice.tsx';
import { ItemList } from '../../design/item-list.tsx';
import { PageHeader } from '../../design/page-header.tsx';
import { ScreenBody } from '../../design/screen-body.tsx';
import { SectionTitle } from '../../design/section-title.tsx';
import { useNavigation } from '../../navigation.tsx';
import { useTexts } from '../../texts.tsx';
import { useFresh } from '../../use-fresh.ts';
import { SettingRow } from '../settings/setting-row.tsx';
import { useSettings } from '../settings/use-settings.ts';
import { ComingReminders } from './coming.tsx';
import { DismissDialog } from './dismiss-dialog.tsx';
import { DoneReminders, PutAside } from './put-aside.tsx';
import { ReminderCard } from './reminder-card.tsx';
import { isPutAside, REMINDER_EVENTS } from './reminder-words.ts';
import { ScheduleCard } from './schedule-card.tsx';
import { useRemedy } from './use-remedy.ts';

const DAY_MS = 86_400_000;

const useStyles = makeStyles({
  card: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge },
  divided: { borderTop: `1px solid ${tokens.colorNeutralStroke3}` },
});

export function RemindersScreen() {
  const { say } = useTexts();
  const announce = useAnnounce();
  const remedy = useRemedy();
  const { value, error, again } = useFresh('reminders.list', REMINDER_EVENTS);
  const [failure, setFailure] = useState<unknown>();
  const [dismissing, setDismissing] = useState<ReminderView>();
  const list = useRef<HTMLDivElement>(null);

  const attempt = useCallback(
    async (work: () => Promise<string | undefined>) => {
      setFailure(undefined);
      try {
        const told = await work();
        if (told !== undefined) announce(told);
      } catch (caught) {
        setFailure(caught);
      }
    },
    [announce],
  );
  const act = useCallback(
    (reminder: ReminderView) =>
      attempt(async () => {
        await remedy(reminder.remedy);
        return undefined;
      }),
    [attempt, remedy],
  );
  useActAtOnce(value?.open, act);
  /** The card of what was put aside goes, and its buttons with it. */
  const changed = () => {
    list.current?.focus();
    again();
  };
  const snooze = ({ id }: ReminderView, days: number) =>
    attempt(async () => {
      await call('reminders.snooze', { id, days });
      changed();
      return say('reminders.snoozed', { until: new Date((value?.now ?? 0) + days * DAY_MS) });
    });
  const dismiss = ({ id }: ReminderView, because: string) =>
    attempt(async () => {
      setDismissing(undefined);
      await call('reminders.dismiss', { id, because });
      changed();
      return say('reminders.dismissed');
    });
  const restore = ({ id }: ReminderView) =>
    attempt(async () => {
      await call('reminders.restore', { id });
      changed();
      return say('reminders.restored');
    });

  const exportCalendar = () =>
    attempt(async () => {
      const { file } = await call('reminders.export-calendar', {});
      return file === undefined ? undefined : say('reminders.exported', { file });
    });

  const open = value?.open.filter((one) => !isPutAside(one, value.now)) ?? [];
  return (
    <ScreenBody>
      <PageHeader
        title={say('reminders.title')}
        lead={say('reminders.lead')}
        actions={
          <Button icon={<CalendarRegular />} onClick={exportCalendar}>
            {say('reminders.export')}
          </Button>
        }
      />
      {error !== undefined && (
        <ErrorNotice error={error} action={<Button onClick={again}>{say('frame.try-again')}</Button>} />
      )}
      {failure !== undefined && <ErrorNotice error={failure} />}
      {value?.calendarFault !== undefined && <ErrorNotice error={value.calendarFault} />}
      {value === undefined && error === undefined && <Spinner label={say('reminders.loading')} />}
      {value !== undefined && (
        <>
          <div ref={list} tabIndex={-1} style={{ outlineStyle: 'none' }}>
            {open.length === 0 ? (
              <EmptyState
                picture={<CheckmarkCircleRegular />}
                title={say('reminders.none-title')}
                text={say('reminders.none')}
              />
            ) : (
              <section aria-labelledby="reminders-open">
                <SectionTitle id="reminders-open">{say('reminders.open')}</SectionTitle>
                <ItemList gap="M">
                  {open.map((reminder, at) => (
                    <ReminderCard
                      key={reminder.id}
                      reminder={reminder}
                      now={value.now}
                      isFirst={at === 0}
                      onAct={() => act(reminder)}
                      onSnooze={(days) => snooze(reminder, days)}
                      onDismiss={() => setDismissing(reminder)}
                    />
                  ))}
                </ItemList>
              </section>
            )}
          </div>
          <ComingReminders upcoming={value.upcoming} now={value.now} until={value.until} />
          <PutAside reminders={value.open.filter((one) => isPutAside(one, value.now))} onRestore={restore} />
          <DoneReminders done={value.done} />
        </>
      )}
      <ReminderSettings />
      {dismissing !== undefined && (
        <DismissDialog
          reminder={dismissing}
          onDismiss={(because) => dismiss(dismissing, because)}
          onClose={() => {
            setDismissing(undefined);
            list.current?.focus();
          }}
        />
      )}
    </ScreenBody>
  );
}

/** A notification or the tray wants the remedy of one begun: once, as soon as it is known. One that is gone is done. */
function useActAtOnce(open: readonly ReminderView[] | undefined, act: (reminder: ReminderView) => void): void {
  const { place } = useNavigation();
  const begun = useRef<unknown>(undefined);
  useEffect(() => {
    if (place.act === undefined || open === undefined || begun.current === place) return;
    begun.current = place;
    const wanted = open.find(({ id }) => id === place.act);
    if (wanted !== undefined) act(wanted);
  }, [place, open, act]);
}

function ReminderSettings() {
  const styles = useStyles();
  const { say } = useTexts();
  const { listed, error, replace } = useSettings();
  const titleId = useId();
  const settings = listed?.settings.filter(({ key }) => key.startsWith('reminders.')) ?? [];
  return (
    <section aria-labelledby={titleId}>
      <SectionTitle id={titleId}>{say('reminders.settings')}</SectionTitle>
      {error !== undefined && <ErrorNotice error={error} />}
      <div className={styles.card}>
        <ScheduleCard />
        {settings.length > 0 && (
          <div className={styles.divided}>
            {settings.map((setting) => (
              <SettingRow key={setting.key} setting={setting} onChanged={replace} />
            ))}
          </div>
        )}
      </div>
    </section>
  );
}
