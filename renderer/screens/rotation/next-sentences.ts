/** Why the next step of a rotation may be done now, or what is waited for. Pure. */
import type { RotationView } from '../../../main/ipc/contract.ts';
import type { WindowTexts } from '../../texts.tsx';

/** Undefined: nothing was begun. */
export function nextSentences(rotation: RotationView | undefined, say: WindowTexts['say']): readonly string[] {
  if (rotation === undefined) return [say('rotation.next-begin-text'), say('rotation.next-begin-hours')];
  const { stage, leaving } = rotation;
  const stays = leaving === 'old' ? 'new' : 'old';
  switch (stage) {
    case 'waiting':
      return [say('rotation.next-waiting', { stays }), say('rotation.next-waiting-text')];
    case 'to-prove':
      return [say('rotation.next-to-prove-text', { stays })];
    case 'to-retire':
      return [mayRetireSentence(rotation, say), say('rotation.next-to-retire-text')];
    case 'making':
    case 'to-publish':
    case 'retiring':
      return [];
    default:
      return stage satisfies never;
  }
}

/** As main/enrollment/rotation.ts has it: nobody depends on the key that goes any more. */
function mayRetireSentence(rotation: RotationView, say: WindowTexts['say']): string {
  const { leaving } = rotation;
  const staying = leaving === 'old' ? 'new' : 'old';
  const { lastProven } = rotation[staying];
  if (leaving === 'new' && rotation.new.publishedAt === undefined) return say('rotation.may-retire-unknown');
  if (lastProven === undefined) return say('rotation.may-retire', { stays: staying });
  const { device, at } = lastProven;
  return say('rotation.may-retire-proven', { stays: staying, device, when: new Date(at) });
}
