/** Reminders and the scheduled check as the main process tells them, for the tests and pictures of the window. */
import type { CheckScheduleView, ReminderListView, ReminderView } from '../../main/ipc/contract.ts';

const DAY = 86_400_000;
/** As the main process writes it in en-GB. */
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

export const NO_REMINDERS: Omit<ReminderListView, 'now' | 'until'> = { open: [], upcoming: [], done: [] };

export function noReminders(now: number): ReminderListView {
  return { ...NO_REMINDERS, now, until: now + 120 * DAY };
}

export function sampleReminders(now: number): ReminderListView {
  const one = (reminder: Omit<ReminderView, 'sentence'> & { readonly sentence?: string }): ReminderView => ({
    sentence: 'A sentence.',
    ...reminder,
  });
  const day = (days: number) => DATE.format(now + days * DAY);
  return {
    open: [
      one({
        id: 'unproven:e1',
        severity: 'critical',
        title: 'Prove the key id_ed25519_sk',
        sentence: `The key id_ed25519_sk is on the profile of ada@contoso.com, and every device has it since ${day(-28)}, 18:02 at the latest. No login with it has been seen yet: rehearse one while nothing depends on it.`,
        dueAt: now - 14 * DAY,
        remedy: { kind: 'drill', target: 'ce1-rack4' },
      }),
      one({
        id: 'drill-age:leaf1',
        severity: 'due',
        title: 'Rehearse the login to leaf1',
        sentence: `The login to leaf1 was last proven on ${day(-34)}. It should be rehearsed every 30 days.`,
        dueAt: now - 4 * DAY,
        remedy: { kind: 'drill', target: 'leaf1' },
      }),
      one({
        id: 'credential-age:e1',
        severity: 'soon',
        title: 'Replace the key id_ed25519_sk',
        sentence: `The key id_ed25519_sk is of ${day(-82)}, and a key may become 90 days old. Replace it by ${day(8)}; the old one works until the new one is proven.`,
        dueAt: now + 8 * DAY,
        remedy: { kind: 'rotate' },
      }),
      one({
        id: 'no-backup',
        severity: 'due',
        title: 'Prepare a backup key',
        sentence: 'There is one key and no backup.',
        dueAt: now - 9 * DAY,
        remedy: { kind: 'enroll-backup' },
        snoozedUntil: now + 7 * DAY,
      }),
      one({
        id: 'drill-age:spine2',
        severity: 'due',
        title: 'Rehearse the login to spine2',
        dueAt: now - 30 * DAY,
        remedy: { kind: 'drill', target: 'spine2' },
        dismissed: { at: now - 2 * DAY, because: 'It is taken down next week.' },
      }),
    ],
    upcoming: [
      { id: 'credential-age:e1', title: 'Replace the key id_ed25519_sk', severity: 'due', at: now + 8 * DAY },
      { id: 'drill-age:ce1-rack4', title: 'Rehearse the login to ce1-rack4', severity: 'soon', at: now + 17 * DAY },
      { id: 'drill-age:ce1-rack4', title: 'Rehearse the login to ce1-rack4', severity: 'due', at: now + 22 * DAY },
      { id: 'credential-age:e1', title: 'Replace the key id_ed25519_sk', severity: 'critical', at: now + 38 * DAY },
      { id: 'no-backup', title: 'Prepare a backup key', severity: 'note', at: now + 61 * DAY },
      { id: 'no-backup', title: 'Prepare a backup key', severity: 'soon', at: now + 68 * DAY },
      { id: 'no-backup', title: 'Prepare a backup key', severity: 'due', at: now + 91 * DAY },
    ],
    done: Array.from({ length: 7 }, (_, at) => ({
      id: `drill-age:ce${at}`,
      title: at === 0 ? 'Replace the key id_ed25519_sk' : `Rehearse the login to ce${at}-rack5`,
      endedAt: now - (at * 9 + 2) * DAY,
    })),
    now,
    until: now + 120 * DAY,
  };
}

const FOLDER = '/home/ada/.config/systemd/user';

/** As Linux shows it. */
export function sampleSchedule(state: CheckScheduleView['state']): CheckScheduleView {
  const of = { on: 'current', off: 'absent', half: 'outdated', foreign: 'foreign' } as const;
  return {
    state,
    by: 'systemd',
    files: [
      {
        path: `${FOLDER}/glasskey-reminders.service`,
        text: '# Written by Glasskey; glasskey reminders schedule remove takes it away.\n[Unit]\nDescription=Glasskey: tell what needs attention\n\n[Service]\nType=oneshot\nExecStart=:"/usr/lib/glasskey/glasskey" "--check-reminders"\nTimeoutStartSec=2min\n',
        state: of[state],
      },
      {
        path: `${FOLDER}/glasskey-reminders.timer`,
        text: '# Written by Glasskey; glasskey reminders schedule remove takes it away.\n[Unit]\nDescription=Glasskey: look every hour what needs attention\n\n[Timer]\nOnCalendar=hourly\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n',
        state: state === 'foreign' ? 'absent' : of[state],
      },
    ],
    commands: [
      ['/usr/bin/systemctl', '--user', 'daemon-reload'],
      ['/usr/bin/systemctl', '--user', 'enable', 'glasskey-reminders.timer'],
      ['/usr/bin/systemctl', '--user', 'restart', 'glasskey-reminders.timer'],
    ],
  };
}
