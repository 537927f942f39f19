import { DAY_MS, type Facts, isInUse, type KeyFact } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

const SOON_AFTER_MS = 7 * DAY_MS;
const DUE_AFTER_MS = 30 * DAY_MS;

/** One key and nothing beside it: whoever loses the security key is locked out until a new one is made, published and reconciled. */
export function noBackup({ keys, rotation }: Facts): readonly Reminder[] {
  const inUse = keys.filter(isInUse);
  const oldest = inUse.toSorted((a, b) => a.createdAt - b.createdAt)[0];
  if (oldest === undefined) return [];
  const isRotating = ({ id }: KeyFact) => id === rotation?.old || id === rotation?.new;
  const standsBy = keys.some((key) => mayStandIn(key, oldest) && !(isRotating(key) && isRotating(oldest)));
  if (standsBy) return [];
  const { isBackup, createdAt, publishedAt } = oldest;
  const since = isBackup ? (publishedAt ?? createdAt) : createdAt;
  return [
    {
      id: 'no-backup',
      rule: 'no-backup',
      subject: '',
      since,
      stages: stagesFrom({ note: since, soon: since + SOON_AFTER_MS, due: since + DUE_AFTER_MS }),
      title: title('reminder.no-backup.title'),
      sentence: said(isBackup ? 'reminder.no-backup.used' : 'reminder.no-backup'),
      remedy: { action: { kind: 'enroll-backup' }, command: ['glasskey', 'enroll', '--backup'] },
    },
  ];
}

/**
 * Whether it is on another security key, which is at hand as far as one knows. A backup is never made beside another key; the one that
 * a backup took the place of is likely to be lost.
 */
function mayStandIn(key: KeyFact, oldest: KeyFact): boolean {
  if (!key.isWritten || key.id === oldest.id) return false;
  return key.isBackup || (oldest.isBackup && key.replacedAt === undefined);
}
