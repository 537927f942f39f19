/**
 * Private files of Windows: ssh takes no private key that another account may read, and a new file may be read by whoever its folder
 * says. So each gets an access list of its owner's alone before it has its name.
 */
import { loadAccessLists } from '../../native/windows/owner-only.ts';
import { loadProcesses } from '../../native/windows/processes.ts';
import type { FileSteps } from '../storage/whole-file.ts';

/** Gives a file to this process's account alone; throws where the system refuses. */
export type GiveToOwner = (path: string) => void;

/** The same steps, for files whose mode leaves others nothing. */
export function ownerOnlySteps(steps: FileSteps, load: () => Promise<GiveToOwner> = loadGiveToOwner): FileSteps {
  return {
    ...steps,
    async writeFlushed(path, bytes, mode) {
      await steps.writeFlushed(path, bytes, mode);
      if ((mode & 0o077) === 0) (await load())(path);
    },
  };
}

async function loadGiveToOwner(): Promise<GiveToOwner> {
  const [lists, processes] = await Promise.all([loadAccessLists(), loadProcesses()]);
  const account = processes.ownAccount();
  return (path) => lists.restrictFile(path, account);
}
