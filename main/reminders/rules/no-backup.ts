import { DAY_MS, type Facts, isInUse } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

const SOON_AFTER_MS = 7 * DAY_MS;
const DUE_AFTER_MS = 30 * DAY_MS;

/** One key and nothing beside it: whoever loses the security key is locked out until a new one is made, published and reconciled. */
export function noBackup({ keys }: Facts): readonly Reminder[] {
  const inUse = keys.filter(isInUse);
  const oldest = inUse.toSorted((a, b) => a.createdAt - b.createdAt)[0];
  if (oldest === undefined) return [];
  // The backup may have taken the place of the first one: then that is what stands by.
  const standsBy = keys.some(({ isWritten, isBackup }) => isWritten && isBackup !== oldest.isBackup);
  if (standsBy) return [];
  const { createdAt } = oldest;
  return [
    {
      id: 'no-backup',
      rule: 'no-backup',
      subject: '',
      since: createdAt,
      stages: stagesFrom({ note: createdAt, soon: createdAt + SOON_AFTER_MS, due: createdAt + DUE_AFTER_MS }),
      title: title('reminder.no-backup.title'),
      sentence: said('reminder.no-backup'),
      remedy: { action: { kind: 'enroll-backup' }, command: ['glasskey', 'enroll', '--backup'] },
    },
  ];
}
