import { basename } from 'node:path';
import type { AttestationFact, Facts } from '../facts.ts';
import { type Reminder, stagesFrom } from '../reminder.ts';
import { type ReminderTextKey, said, title } from '../said.ts';

/**
 * A key whose security key showed nobody who made it. It logs in like any other, so that is a note, unless the settings ask for more:
 * then none like it can be enrolled again, and that is for soon.
 */
export function unknownMaker({ keys }: Facts): readonly Reminder[] {
  return keys
    .filter(({ isWritten, replacedAt }) => isWritten && replacedAt === undefined)
    .flatMap(({ id, keyFile, fingerprint, createdAt, attestation }): readonly Reminder[] => {
      const sentence = sentenceOf(attestation);
      if (sentence === undefined) return [];
      const name = basename(keyFile);
      return [
        {
          id: `unknown-maker:${id}`,
          rule: 'unknown-maker',
          subject: name,
          since: createdAt,
          stages: stagesFrom(attestation.suffices ? { note: createdAt } : { soon: createdAt }),
          title: title('reminder.unknown-maker.title', { name }),
          sentence: said(sentence, { name }),
          remedy: {
            action: { kind: 'security-keys' },
            command: ['glasskey', 'attest', 'verify', fingerprint ?? keyFile],
          },
        },
      ];
    });
}

/** Undefined: there is nothing to say. */
function sentenceOf({
  shown,
  suffices,
}: AttestationFact): Extract<ReminderTextKey, `reminder.unknown-maker${string}`> | undefined {
  if (!suffices) return 'reminder.unknown-maker.demanded';
  switch (shown) {
    case undefined:
    case 'genuine':
      return undefined;
    case 'unknown-issuer':
      return 'reminder.unknown-maker.issuer';
    case 'self':
    case 'none':
      return 'reminder.unknown-maker';
    default:
      return shown satisfies never;
  }
}
