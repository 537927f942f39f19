/**
 * The pipe on which every program of OpenSSH for Windows looks for an agent when it is told of none (openssh-sk.md, section 14), and who
 * has it. Glasskey never takes it; who knows whose it is can say how the two go together.
 */
import { win32 } from 'node:path';

export const STANDARD_PIPE = '\\\\.\\pipe\\openssh-ssh-agent';

/** `other`: a program that is none of these, or that may not be asked. */
export type StandardPipeOwner = 'openssh' | '1password' | 'bitwarden' | 'keeagent' | 'other';

export interface StandardPipe {
  readonly owner: StandardPipeOwner;
  /** Its executable file; undefined where the system does not say, as of services. */
  readonly program: string | undefined;
}

/** By executable file. KeeAgent lives in KeePass. */
const PROGRAMS: Readonly<Record<string, StandardPipeOwner>> = {
  'ssh-agent.exe': 'openssh',
  '1password.exe': '1password',
  'bitwarden.exe': 'bitwarden',
  'keepass.exe': 'keeagent',
  'keepassxc.exe': 'other',
};

/**
 * `isService`: it runs in the session of the system's services, where of these OpenSSH's agent alone does; its program may not be asked for by
 * an ordinary account.
 */
export function ownerOfStandardPipe(program: string | undefined, isService: boolean): StandardPipeOwner {
  if (program === undefined) return isService ? 'openssh' : 'other';
  return PROGRAMS[win32.basename(program).toLowerCase()] ?? 'other';
}

/** Whoever serves the pipe now; undefined where nobody does. On Windows only. Throws where the system's calls cannot be loaded. */
export async function lookAtStandardPipe(path: string = STANDARD_PIPE): Promise<StandardPipe | undefined> {
  const [{ loadPipeServerOf }, { loadProcesses }] = await Promise.all([
    import('../../native/windows/pipe-peer.ts'),
    import('../../native/windows/processes.ts'),
  ]);
  const [serverOf, processes] = await Promise.all([loadPipeServerOf(), loadProcesses()]);
  const server = serverOf(path);
  if (server === undefined) return undefined;
  const program = processes.programOf(server.pid);
  return { owner: ownerOfStandardPipe(program, server.session === 0), program };
}
