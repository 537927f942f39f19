/** How an enrolled key stands, in one badge. */
import type { EnrollmentView } from '../../../main/ipc/contract.ts';
import type { BadgeState } from '../../design/state-badge.tsx';

type StateText =
  | 'readiness.state-published'
  | 'readiness.state-written'
  | 'readiness.state-replaced'
  | 'readiness.state-unfinished'
  | 'readiness.state-files-missing';

export interface KeyState {
  readonly text: StateText;
  readonly badge: BadgeState;
}

/** What matters most comes first. Files that are gone matter only to a key that is yet to be published. */
export function keyState({ state, replacedAt, filesPresent }: EnrollmentView): KeyState {
  if (state !== 'written' && state !== 'published') return { text: 'readiness.state-unfinished', badge: 'todo' };
  if (state === 'written') {
    return filesPresent
      ? { text: 'readiness.state-written', badge: 'todo' }
      : { text: 'readiness.state-files-missing', badge: 'bad' };
  }
  if (replacedAt !== undefined) return { text: 'readiness.state-replaced', badge: 'unknown' };
  return { text: 'readiness.state-published', badge: 'good' };
}
