import { basename } from 'node:path';
import { DAY_MS, type Facts } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

const DUE_AFTER_MS = 7 * DAY_MS;

/**
 * One half of a key without the other. Files alone sign nothing: where the profile may hold that key, that is critical. The security
 * key alone still signs through Glasskey, and plain ssh finds no key.
 */
export function oneHalfLeft({ keys, lostKeys }: Facts): readonly Reminder[] {
  const withoutFiles = keys.flatMap(({ id, keyFile, replacedAt, filesMissingSince: since }): readonly Reminder[] => {
    if (since === undefined || replacedAt !== undefined) return [];
    const name = basename(keyFile);
    return [
      {
        id: `one-half-left:files:${id}`,
        rule: 'one-half-left',
        subject: name,
        since,
        stages: stagesFrom({ soon: since, due: since + DUE_AFTER_MS }),
        title: title('reminder.one-half-left.files.title', { name }),
        sentence: said('reminder.one-half-left.files', { file: keyFile }),
        remedy: { action: { kind: 'recover' }, command: ['glasskey', 'recover'] },
      },
    ];
  });
  const withoutCredential = lostKeys.map(({ id, keyFile, account, since }): Reminder => {
    const name = basename(keyFile);
    const spare = keys.find((one) => one.isWritten && one.fingerprint !== undefined && one.account !== account);
    return {
      id: `one-half-left:credential:${id}`,
      rule: 'one-half-left',
      subject: name,
      since,
      stages: stagesFrom({ critical: since }),
      title: title('reminder.one-half-left.credential.title', { name }),
      sentence: said('reminder.one-half-left.credential', { name, account }),
      remedy:
        spare?.fingerprint === undefined
          ? { action: { kind: 'enroll' }, command: ['glasskey', 'enroll', '--new'] }
          : {
              action: { kind: 'publish', key: spare.fingerprint },
              command: ['glasskey', 'publish', '--key', spare.fingerprint],
            },
    };
  });
  return [...withoutFiles, ...withoutCredential];
}
