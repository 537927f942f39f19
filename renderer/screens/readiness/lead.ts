/** The sentence below the verdict. */
import type { Readiness } from '../../../main/ipc/contract.ts';

/** That the key works is said only after a login with it: before, all that is known is that one should succeed. */
export function leadOf({ verdict, chain }: Pick<Readiness, 'verdict' | 'chain'>) {
  const isProven = chain.some(({ link, state }) => link === 'device' && state === 'good');
  return verdict === 'ready' && isProven ? 'readiness.lead-proven' : (`readiness.lead-${verdict}` as const);
}
