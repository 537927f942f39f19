import type { Facts } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { said, title } from '../said.ts';

/** A security key that holds an enrolled key and has no room for the next one: a rotation makes the new key before the old one goes. */
export function noFreeSlot({ keys, slots }: Facts): readonly Reminder[] {
  const models = new Set(keys.filter(({ isWritten }) => isWritten).map(({ aaguid }) => aaguid));
  return slots
    .filter(({ aaguid, free }) => free <= 0 && aaguid !== undefined && models.has(aaguid))
    .map(
      ({ key, product, since }): Reminder => ({
        id: `no-free-slot:${key.replaceAll(' ', '/')}`,
        rule: 'no-free-slot',
        subject: product,
        since,
        stages: stagesFrom({ soon: since }),
        title: title('reminder.no-free-slot.title', { product }),
        sentence: said('reminder.no-free-slot', { product }),
        remedy: { action: { kind: 'security-keys' }, command: ['glasskey', 'credentials'] },
      }),
    );
}
