import { basename } from 'node:path';
import { DAY_MS, type Facts, isInUse, type KeyFact, rehearsed } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** From then on nobody may count on it. */
const CRITICAL_AFTER_MS = 14 * DAY_MS;

/** A key that is on the profile, that every device has by now, and that none has accepted a login with. */
export function unproven({ keys, rotation, targets }: Facts): readonly Reminder[] {
  const [target] = rehearsed(targets);
  const isLeaving = (id: string) => rotation !== undefined && id === rotation[rotation.leaving];
  return keys.flatMap((key): readonly Reminder[] => {
    const { id, keyFile, account, publishedAt, reconciledBy } = key;
    if (!isInUse(key) || isLeaving(id) || isProven(key)) return [];
    if (account === undefined || publishedAt === undefined || reconciledBy === undefined) return [];
    const name = basename(keyFile);
    const reconciled = new Date(reconciledBy);
    return [
      {
        id: `unproven:${id}`,
        rule: 'unproven',
        subject: name,
        since: publishedAt,
        stages: stagesFrom({ due: reconciledBy, critical: reconciledBy + CRITICAL_AFTER_MS }),
        title: title('reminder.unproven.title', { name }),
        sentence: said('reminder.unproven', { name, account, reconciled }),
        remedy: {
          action: { kind: 'drill', target: target?.name },
          command: target === undefined ? ['glasskey', 'drill'] : ['glasskey', 'drill', target.name],
        },
      },
    ];
  });
}

/** One that was found on the profile may have been proven long before it was seen there. */
function isProven({ provenAt, publishedAt, foundOnProfile }: KeyFact): boolean {
  return provenAt !== undefined && (foundOnProfile || publishedAt === undefined || provenAt >= publishedAt);
}
