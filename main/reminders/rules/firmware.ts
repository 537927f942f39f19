import { basename } from 'node:path';
import type { Facts } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/**
 * An advisory about the security key that holds a key. Firmware cannot be updated, and none of the advisories stops a login: where it
 * concerns the very kind of key it is for soon, else a note.
 */
export function firmware({ keys }: Facts): readonly Reminder[] {
  return keys
    .filter(({ isWritten, replacedAt }) => isWritten && replacedAt === undefined)
    .flatMap(({ id, keyFile, createdAt, advisories }) =>
      advisories.map((advisory): Reminder => {
        const name = basename(keyFile);
        return {
          id: `firmware:${advisory.id}:${id}`,
          rule: 'firmware',
          subject: name,
          since: createdAt,
          stages: stagesFrom(advisory.concernsKey ? { soon: createdAt } : { note: createdAt }),
          title: title('reminder.firmware.title', { name }),
          sentence: said(advisory.concernsKey ? 'reminder.firmware.key' : 'reminder.firmware', {
            name,
            advisory: advisory.id,
            what: advisory.title,
          }),
          remedy: { action: { kind: 'security-keys' }, command: ['glasskey', 'keys'] },
        };
      }),
    );
}
