import { basename } from 'node:path';
import { DAY_MS, type Facts, isInUse, type PolicyAges } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** How long before the day, unless the key may not become as old as that. */
const AHEAD_MS = 14 * DAY_MS;

/** A key that becomes older than its policy age. One that is being replaced is the rotation's. */
export function credentialAge({ keys, rotation }: Facts, { credentialAgeMs }: PolicyAges): readonly Reminder[] {
  const isLeaving = (id: string) => rotation !== undefined && id === rotation[rotation.leaving];
  return keys
    .filter((key) => isInUse(key) && !isLeaving(key.id))
    .map(({ id, keyFile, createdAt }): Reminder => {
      const due = createdAt + credentialAgeMs;
      const name = basename(keyFile);
      return {
        id: `credential-age:${id}`,
        rule: 'credential-age',
        subject: name,
        since: createdAt,
        stages: stagesFrom({ soon: due - Math.min(AHEAD_MS, credentialAgeMs / 4), due }),
        title: title('reminder.credential-age.title', { name }),
        sentence: said('reminder.credential-age', {
          name,
          made: new Date(createdAt),
          days: Math.round(credentialAgeMs / DAY_MS),
          due: new Date(due),
        }),
        remedy: { action: { kind: 'rotate' }, command: ['glasskey', 'rotate'] },
      };
    });
}
