/** Tells what is to be told now: plans, claims, gives it to the person, and notes that it was given. */
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { ReminderStore, ToldStage } from '../storage/reminder-store.ts';
import { planDelivery, type Telling } from './delivery.ts';
import type { QuietHours } from './quiet-hours.ts';
import type { Reminder } from './reminder.ts';

export interface TellingWorld {
  readonly store: Pick<ReminderStore, 'setBack' | 'records' | 'claim' | 'confirm' | 'release'>;
  /** Which process this is: no other has the same. */
  readonly by: string;
  readonly quiet: QuietHours | undefined;
  readonly log: Log;
  /** Gives it to the person. Where it rejects, it was not given. */
  readonly notify: (telling: Telling) => Promise<void> | void;
}

/** After a notification that could not be given. */
const AGAIN_MS = 60_000;

/** Returns when to look again at the latest; undefined: when something changes. */
export async function tell(
  reminders: readonly Reminder[],
  now: number,
  world: TellingWorld,
): Promise<number | undefined> {
  const { store, by, quiet } = world;
  store.setBack(now);
  // Mostly there is nothing to tell, and then nothing to write.
  const outlook = planDelivery(reminders, store.records(by, now), now, quiet);
  if (outlook.tell.length === 0) return outlook.wakeAt;
  const { tell: tellings, wakeAt } = store.claim(by, now, (records) => {
    const plan = planDelivery(reminders, records, now, quiet);
    return { stages: plan.tell.flatMap(stagesOf), result: plan };
  });
  let again = wakeAt;
  for (const telling of tellings) {
    const isGiven = await give(telling, now, world);
    if (!isGiven) again = Math.min(again ?? now + AGAIN_MS, now + AGAIN_MS);
  }
  return again;
}

async function give(telling: Telling, now: number, { store, by, log, notify }: TellingWorld): Promise<boolean> {
  const stages = stagesOf(telling);
  try {
    await notify(telling);
  } catch (error) {
    const { code, message } = asGlasskeyError(error);
    log('warn', 'reminders.notification-failed', { code, message });
    store.release(by, stages);
    return false;
  }
  store.confirm(by, stages, now);
  log('info', 'reminders.told', { reminders: stages.map(({ id, severity }) => `${id} ${severity}`).join(', ') });
  return true;
}

function stagesOf({ reminders }: Telling): readonly ToldStage[] {
  return reminders.map(({ id, since, severity, round }) => ({ id, since, severity, round }));
}
