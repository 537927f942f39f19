/** What connects that ended without cleaning up left of their agents' sockets (connect-socket-name.ts). */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what processes left that have ended without cleaning up, as in a crash. Whatever cannot be removed is left. */
export async function removeStaleSockets(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = /^(\d{1,10})(?:-[0-9a-z]{3})?\.sock(?:\.lock)?$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    // A start lock is an empty file (agent-socket.ts); nothing else of that name is ours.
    if (stats?.isSocket() || (stats?.isFile() && stats.size === 0)) await rm(path, { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one too.
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH';
  }
}
