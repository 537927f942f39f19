import { DAY_MS, type Facts, isInUse } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** Entra forgets a sign-in that was not used for 90 days; nobody has looked at the profile for as long. */
const NOTE_MS = 45 * DAY_MS;
const SOON_MS = 75 * DAY_MS;
const DUE_MS = 90 * DAY_MS;

/** Nobody has signed in for long as the one whose profile holds a key: what the profile holds is only believed. */
export function signedOut({ keys, signIns }: Facts): readonly Reminder[] {
  const accounts = Map.groupBy(
    keys.filter((key) => isInUse(key) && key.account !== undefined),
    ({ account }) => account ?? '',
  );
  return [...accounts].map(([account, own]): Reminder => {
    const signedIn = signIns.filter((one) => one.account === account).map(({ at }) => at);
    const since = Math.max(...signedIn, ...own.map(({ publishedAt, createdAt }) => publishedAt ?? createdAt));
    return {
      id: `signed-out:${account}`,
      rule: 'signed-out',
      subject: account,
      since,
      stages: stagesFrom({ note: since + NOTE_MS, soon: since + SOON_MS, due: since + DUE_MS }),
      title: title('reminder.signed-out.title', { account }),
      sentence: said('reminder.signed-out', { account, last: new Date(since) }),
      // What is on the profile already is only looked at.
      remedy: {
        action: { kind: 'publish', key: own[0]?.fingerprint ?? '' },
        command: ['glasskey', 'publish', '--key', own[0]?.fingerprint ?? ''],
      },
    };
  });
}
