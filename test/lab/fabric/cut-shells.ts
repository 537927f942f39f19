/** A device that fails in the middle of a session: the server's end of its shells is gone, and nobody has said goodbye. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Kills what serves the shells of that user on a lab of this process; so many. */
export async function cutShells(user: string): Promise<number> {
  const found = await run('pgrep', ['-f', `sshd: ${user}@`]).then(
    ({ stdout }) => stdout.trim().split('\n').map(Number),
    () => [],
  );
  const own = found.filter(isOfThisProcess);
  for (const pid of own) process.kill(pid, 'SIGKILL');
  return own.length;
}

/** Other labs run at the same time, with the same users. */
function isOfThisProcess(pid: number): boolean {
  for (let one = pid; one > 1; ) {
    if (one === process.pid) return true;
    const line = readFileSync(`/proc/${one}/stat`, 'utf8');
    one = Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]);
  }
  return false;
}
