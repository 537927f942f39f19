/** What there is to do at this moment of a piece of work on a key, in words and for the drawing. Pure. */
import type { KeyStep } from '../../../main/ipc/contract.ts';
import type { KeyDrawingState } from '../../design/key-drawing.tsx';
import type { WindowTexts } from '../../texts.tsx';
import type { KeyJobState } from './use-key-job.ts';

export interface KeySentence {
  readonly title: string;
  readonly text?: string | undefined;
  readonly drawing: KeyDrawingState;
}

export function keySentence(
  { steps, isStopping }: Extract<KeyJobState, { phase: 'running' }>,
  say: WindowTexts['say'],
): KeySentence {
  if (isStopping) return { title: say('keys.stopping'), drawing: 'busy' };
  const step = steps.at(-1);
  switch (step?.kind) {
    case 'key-busy':
      return { title: say('keys.now-busy'), text: say('keys.now-busy-text'), drawing: 'present' };
    case 'pin-wanted': {
      const what = step.isNew ? 'new-pin' : 'pin';
      return { title: say(`keys.now-${what}`), text: say(`keys.now-${what}-text`), drawing: 'present' };
    }
    case 'finger-wanted':
      return step.left === undefined
        ? { title: say('keys.now-finger'), text: say('keys.now-finger-text'), drawing: 'touch' }
        : { title: say('keys.now-sample'), text: sampleText(steps, step.left, say), drawing: 'touch' };
    case 'finger-unknown':
      return {
        title: say('keys.now-finger-unknown'),
        text: say('keys.now-finger-unknown-text'),
        drawing: 'failed',
      };
    case 'sample':
      return { title: say('keys.now-sample'), text: sampleText(steps, step.left, say), drawing: 'touch' };
    case 'unplug-wanted':
      return { title: say('keys.now-unplug'), text: say('keys.now-unplug-text'), drawing: 'present' };
    case 'plug-in-wanted':
      return { title: say('keys.now-plug'), text: say('keys.now-plug-text'), drawing: 'absent' };
    case 'other-key':
      return {
        title: say('keys.now-other'),
        text: say('keys.now-other-text', { product: step.product }),
        drawing: 'absent',
      };
    case 'reset-touch-wanted':
      return { title: say(step.isHeld ? 'keys.now-reset-hold' : 'keys.now-reset-touch'), drawing: 'touch' };
    default:
      return { title: say('keys.now-working'), drawing: 'busy' };
  }
}

/** What the reader said of the last sample, and how many are to come. */
function sampleText(steps: readonly KeyStep[], left: number, say: WindowTexts['say']): string {
  const sample = steps.findLast((step) => step.kind === 'sample');
  const said = sample === undefined ? [] : [say(`keys.sample-${sample.feedback}`)];
  return [...said, say('keys.samples-left', { left })].join(' ');
}
