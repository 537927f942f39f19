/** `glasskey reminders check`: what the timer runs while the app is closed. Tells by the desktop's notifications what is to be told now. */
import type { ReminderNotice } from '../glasskey-reminder-telling.ts';
import { noticeWords } from '../reminders/notice-words.ts';
import { runProgram } from '../reminders/run-program.ts';
import { notify } from '../reminders/system-notification.ts';
import { textsFor } from '../texts/texts.ts';
import type { Invocation } from './command.ts';
import { ExitCode } from './exit-codes.ts';
import { withGlasskey } from './open-glasskey.ts';
import { printableLines } from './output.ts';

/** Throws what the notification throws: what was not shown is told at the next check. */
export function checkReminders(invocation: Invocation): Promise<number> {
  const { output, world } = invocation;
  const texts = textsFor(['en']);
  return withGlasskey(invocation, async (glasskey) => {
    const told: string[] = [];
    let failure: unknown;
    await glasskey.tellDue(async ({ critical, reminders }: ReminderNotice) => {
      const words = noticeWords(reminders, texts);
      try {
        const platform = process.platform;
        await notify({ ...words, isCritical: critical }, { platform, environment: world.environment, run: runProgram });
      } catch (error) {
        failure = error;
        throw error;
      }
      told.push(...reminders.map(({ id }) => id));
      output.line(printableLines(`${words.title}\n${words.body}`));
    });
    if (failure !== undefined) throw failure;
    output.object({ told });
    if (told.length === 0) output.note('There is nothing to tell now.');
    return ExitCode.OK;
  });
}
