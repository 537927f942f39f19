/** How a key and its PIN stand, in one badge each. */
import type { SecurityKeyView } from '../../../main/ipc/contract.ts';
import type { BadgeState } from '../../design/state-badge.tsx';
import type { WindowTexts } from '../../texts.tsx';

export type PinView = NonNullable<SecurityKeyView['pin']>;

/** Of a key on which no wrong PIN was given (CTAP 2.1, 6.5.1). */
const ALL_TRIES = 8;
/** So few wrong tries are left that it has to be seen. */
const FEW_TRIES = 3;

const PIN_BADGES: Readonly<Record<PinView['state'], BadgeState>> = {
  unsupported: 'bad',
  'not-set': 'todo',
  set: 'good',
  'change-forced': 'todo',
  'replug-needed': 'todo',
  blocked: 'bad',
};

export function pinBadge({ state, triesLeft }: PinView): BadgeState {
  const isScarce = state === 'set' && triesLeft !== undefined && triesLeft <= FEW_TRIES;
  return isScarce ? 'todo' : PIN_BADGES[state];
}

export function pinExplained({ state, triesLeft }: PinView, say: WindowTexts['say']): string {
  switch (state) {
    case 'set':
      return triesLeft === undefined || triesLeft >= ALL_TRIES
        ? say('keys.pin-set-text')
        : say('keys.pin-set-tries', { tries: triesLeft });
    case 'replug-needed':
      return triesLeft === undefined
        ? say('keys.pin-replug-needed-text')
        : `${say('keys.pin-replug-needed-text')} ${say('keys.pin-tries-left', { tries: triesLeft })}`;
    default:
      return say(`keys.pin-${state}-text`);
  }
}

/** A PIN can be given: what needs one can be done. */
export function takesPin(pin: PinView | undefined): boolean {
  return pin?.state === 'set';
}
