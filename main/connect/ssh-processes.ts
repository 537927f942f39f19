/**
 * The ssh of the hops that an ssh has started. In a group of its own they are ended with it; with this process's terminal they are in
 * this process's group, and one that waits for a host's answer would live on for minutes.
 */
import { execFile } from 'node:child_process';

/** The ids of all processes that came from it, the nearest first. None where the system cannot say. */
export function startedBy(root: number): Promise<number[]> {
  if (process.platform === 'win32') return Promise.resolve([]);
  return new Promise((resolve) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid='], { timeout: 1000 }, (error, stdout) => {
      if (error !== null) return resolve([]);
      const parents = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
      const found: number[] = [];
      for (let level = [root]; level.length > 0; found.push(...level)) {
        level = parents.flatMap(([pid = 0, parent = 0]) => (level.includes(parent) ? [pid] : []));
      }
      resolve(found);
    });
  });
}

/** Whoever is gone already is no error. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // Gone by itself in the meantime.
  }
}
