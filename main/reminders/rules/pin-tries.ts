import type { Facts, PinFact } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** So few wrong PINs are left that a mistake or two is too many. */
const FEW = 3;

/** The PIN of a security key that holds an enrolled key: few tries left, none before it is plugged in again, or none at all. */
export function pinTries({ keys, pins }: Facts): readonly Reminder[] {
  const models = new Set(keys.filter(({ isWritten }) => isWritten).map(({ aaguid }) => aaguid));
  return pins
    .filter(({ aaguid }) => aaguid !== undefined && models.has(aaguid))
    .flatMap((pin) => {
      const { triesLeft = 0 } = pin;
      if (pin.state === 'blocked') {
        return reminder(pin, { critical: pin.since }, said('reminder.pin-tries.blocked', { product: pin.product }));
      }
      if (pin.state === 'change-forced') {
        return reminder(pin, { due: pin.since }, said('reminder.pin-tries.change-forced', { product: pin.product }));
      }
      if ((pin.state !== 'set' && pin.state !== 'replug-needed') || triesLeft > FEW) return [];
      const begins = triesLeft === 1 ? { critical: pin.since } : { due: pin.since };
      return reminder(pin, begins, said('reminder.pin-tries', { product: pin.product, tries: triesLeft }));
    });
}

function reminder(
  { key, product, since, state }: PinFact,
  begins: Parameters<typeof stagesFrom>[0],
  sentence: Reminder['sentence'],
): readonly Reminder[] {
  const command =
    state === 'blocked'
      ? (['glasskey', 'keys'] as const)
      : state === 'change-forced'
        ? CHANGE
        : (['glasskey', 'pin'] as const);
  return [
    {
      id: `pin-tries:${key.replaceAll(' ', '/')}`,
      rule: 'pin-tries',
      subject: product,
      since,
      stages: stagesFrom(begins),
      title: title('reminder.pin-tries.title', { product }),
      sentence,
      remedy: { action: { kind: 'security-keys' }, command: [...command] },
    },
  ];
}

const CHANGE = ['glasskey', 'pin', 'change'] as const;
