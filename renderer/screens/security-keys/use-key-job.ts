/** The one piece of work on a security key that is under way. */
import type { CallName } from '../../../main/ipc/contract.ts';
import { type LongCall, type LongCallState, useLongCall } from '../../use-long-call.ts';

/** The calls that want something of the person or the key on the way. */
export type KeyCall = Extract<
  CallName,
  `pin.${string}` | `credentials.${string}` | `fingerprints.${string}` | 'keys.configure' | 'keys.reset'
>;

export type KeyJobState = LongCallState<KeyCall>;
export type KeyJob = LongCall<KeyCall>;

export function useKeyJob(): KeyJob {
  return useLongCall<KeyCall>();
}
