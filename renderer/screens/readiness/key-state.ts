/** How an enrolled key stands, in one badge. */
import type { EnrollmentView } from '../../../main/ipc/contract.ts';
import type { BadgeState } from '../../design/state-badge.tsx';

type StateText =
  | 'readiness.state-published'
  | 'readiness.state-written'
  | 'readiness.state-backup'
  | 'readiness.state-profile-unknown'
  | 'readiness.state-replaced'
  | 'readiness.state-unfinished'
  | 'readiness.state-files-missing';

export interface KeyState {
  readonly text: StateText;
  readonly badge: BadgeState;
}

/** What matters most comes first. Files that are gone matter only to a key that is yet to be published. */
export function keyState({ state, backup, replacedAt, filesPresent, profileKnown }: EnrollmentView): KeyState {
  if (state !== 'written' && state !== 'published') return { text: 'readiness.state-unfinished', badge: 'todo' };
  if (state === 'written') {
    if (!profileKnown) return { text: 'readiness.state-profile-unknown', badge: 'unknown' };
    if (!filesPresent) return { text: 'readiness.state-files-missing', badge: 'bad' };
    if (backup) return { text: 'readiness.state-backup', badge: 'neutral' };
    return { text: 'readiness.state-written', badge: 'todo' };
  }
  if (replacedAt !== undefined) return { text: 'readiness.state-replaced', badge: 'unknown' };
  return { text: 'readiness.state-published', badge: 'good' };
}
