/**
 * The app started by the clock to look once what is due (`--check-reminders`): it tells that, waits a while for a click, and ends. No
 * window, no tray, no agent. While the app runs already, the operating system hands it the same words, and it does nothing: it tells by itself.
 */
import { app } from 'electron';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Log, silentLog } from '../../diagnostics/log.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import type { Clock } from '../../time/clock.ts';
import { Glasskey } from '../glasskey.ts';
import { textsFor } from '../texts/texts.ts';
import { Notifier } from './notifier.ts';

export const CHECK_REMINDERS = '--check-reminders';

export interface ReminderCheckWorld {
  readonly hid: () => Promise<HidBus>;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly owner: string;
}

/** So long a click on what was told leads to the app; after that the notification stays, and its click starts nothing. */
const CLICK_MS = 60_000;

export async function checkReminders(world: ReminderCheckWorld): Promise<void> {
  const { hid, clock, log, environment, homeFolder, owner } = world;
  // An app that never has a window stays otherwise in macOS' dock for as long as it runs.
  app.dock?.hide();
  const glasskey = new Glasskey({ hid, clock, environment, homeFolder, owner, log: silentLog });
  let told = 0;
  const start = () => {
    app.relaunch({ args: process.argv.slice(1).filter((word) => word !== CHECK_REMINDERS) });
    app.quit();
  };
  const notifier = new Notifier({
    texts: textsFor(app.getPreferredSystemLanguages()),
    log,
    clock,
    isInFront: () => false,
    showPrompt: () => {},
    showSession: () => {},
    showReminder: start,
    snoozeReminder: (id, days) =>
      void glasskey.snoozeReminder(id, clock.now() + days * 86_400_000).then(() => app.quit()),
  });
  try {
    await glasskey.tellDue(async (notice) => {
      await notifier.remind(notice);
      told += 1;
    });
  } catch (error) {
    const { code, message } = asGlasskeyError(error);
    log('warn', 'reminders.not-told', { code, message });
  }
  const end = () => app.quit();
  app.once('will-quit', () => void glasskey.close());
  if (told === 0) end();
  else clock.after(CLICK_MS, end);
}
