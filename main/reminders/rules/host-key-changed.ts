import type { Facts } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** A host that showed another key than the known one: a login there is refused until somebody has found out why. */
export function hostKeyChanged({ changedHostKeys }: Facts): readonly Reminder[] {
  return changedHostKeys.map(({ host, since, target }): Reminder => {
    return {
      id: `host-key-changed:${host}`,
      rule: 'host-key-changed',
      subject: host,
      since,
      stages: stagesFrom({ due: since }),
      title: title('reminder.host-key-changed.title', { host }),
      sentence: said('reminder.host-key-changed', { host, seen: new Date(since) }),
      remedy: {
        action: { kind: 'host-keys', target },
        command: target === undefined ? ['glasskey', 'targets'] : ['glasskey', 'targets', 'host-keys', target],
      },
    };
  });
}
