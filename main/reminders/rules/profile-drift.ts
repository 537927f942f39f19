import { type Facts, isInUse, type PolicyAges } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/**
 * A profile that does not hold the key that was published on it last: devices drop that key at their next reconciliation. While a
 * rotation puts one in the place of the other, it is the rotation's.
 */
export function profileDrift(
  { keys, profiles, rotation }: Facts,
  { reconcileEveryMs }: PolicyAges,
): readonly Reminder[] {
  const ofRotation = keys.filter(({ id }) => id === rotation?.old || id === rotation?.new);
  return profiles.flatMap(({ account, fingerprint, since: seenSince, seenAt }): readonly Reminder[] => {
    const ours =
      keys.find((key) => isInUse(key) && key.account === account) ??
      keys.findLast((key) => isInUse(key) && key.goneFrom === account);
    if (ours?.fingerprint === undefined || ours.fingerprint === fingerprint) return [];
    const { publishedAt = seenSince } = ours;
    // Published after the look: what was seen then says nothing of it.
    if (publishedAt > seenAt) return [];
    if (ofRotation.includes(ours) && ofRotation.some((one) => one.fingerprint === fingerprint)) return [];
    // What the profile held before the publication it held again when somebody looked: nobody noted that it held ours in between.
    const isBackAgain = publishedAt > seenSince;
    const since = isBackAgain ? publishedAt : seenSince;
    const seen = new Date(isBackAgain ? seenAt : seenSince);
    return [
      {
        id: `profile-drift:${account}`,
        rule: 'profile-drift',
        subject: account,
        since,
        stages: stagesFrom({ due: since, critical: since + reconcileEveryMs }),
        title: title('reminder.profile-drift.title', { account }),
        sentence:
          fingerprint === undefined
            ? said('reminder.profile-drift.none', { account, seen })
            : said('reminder.profile-drift', { account, fingerprint, seen }),
        remedy: {
          action: { kind: 'publish', key: ours.fingerprint },
          command: ['glasskey', 'publish', '--key', ours.fingerprint],
        },
      },
    ];
  });
}
