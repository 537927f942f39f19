import { DAY_MS, type Facts, type RotationFact } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/**
 * A rotation that somebody began and left half-way. To prove the key that stays is what `unproven` says; nothing is said while only
 * the devices are waited for.
 */
export function rotationLeft({ rotation }: Facts): readonly Reminder[] {
  const left = rotation && leftSince(rotation);
  if (rotation === undefined || left === undefined) return [];
  const isBack = rotation.leaving === 'new';
  const { since, days, isRetiring } = left;
  return [
    {
      id: `rotation-left:${rotation.new}`,
      rule: 'rotation-left',
      subject: '',
      since,
      stages: stagesFrom({ soon: since + DAY_MS, due: since + days * DAY_MS }),
      title: title('reminder.rotation-left.title'),
      sentence: said(isRetiring ? 'reminder.rotation-left.retire' : 'reminder.rotation-left', {
        since: new Date(since),
      }),
      remedy: isBack
        ? { action: { kind: 'rotate-back' }, command: ['glasskey', 'rotate', '--abandon'] }
        : { action: { kind: 'rotate' }, command: ['glasskey', 'rotate'] },
    },
  ];
}

/** Since when its owner could have gone on, and how many days later that is due. */
function leftSince({ stage, since, reconciledBy, isProven }: RotationFact) {
  switch (stage) {
    case 'making':
    case 'to-publish':
      return { since, days: 3, isRetiring: false };
    case 'waiting':
    case 'to-prove':
    case 'to-retire':
      // Both keys log in: nothing is urgent.
      return isProven ? { since: Math.max(since, reconciledBy ?? since), days: 14, isRetiring: true } : undefined;
    case 'retiring':
      return { since, days: 3, isRetiring: true };
    default:
      return stage satisfies never;
  }
}
