/** What the channel tells while a command runs, in people's terms. */
import type { Progress } from '../../native/ctaphid/channel.ts';
import type { SecurityKeyPeople } from './people.ts';

/** That another program has the key: everything else is told by whoever knows what the touch is for. */
export function keyProgress(people: Pick<SecurityKeyPeople, 'tell'>): (progress: Progress) => void {
  return (progress) => {
    if (progress === 'key-busy') people.tell({ kind: 'key-busy' });
  };
}
