/** The memory of a process and all it started, as Linux counts it. */
import { readdir, readFile } from 'node:fs/promises';

export interface TreeMemory {
  /** Bytes of the process itself: what it has alone, and its share of what it has with others (PSS). */
  readonly own: number;
  /** Of all below it. */
  readonly below: number;
  readonly processesBelow: number;
}

/** Undefined on machines that have no /proc/PID/smaps_rollup. */
export async function treeMemory(pid: number): Promise<TreeMemory | undefined> {
  const own = await proportionalSize(pid);
  if (own === undefined) return undefined;
  const below = descendants(pid, await parents());
  const sizes = await Promise.all(below.map(proportionalSize));
  return { own, below: sizes.reduce((sum: number, size) => sum + (size ?? 0), 0), processesBelow: below.length };
}

/** Undefined also for one that has just ended. */
async function proportionalSize(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kib = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

async function parents(): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The program's name, in brackets, may hold anything.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) found.set(Number(name), Number(parent));
  }
  return found;
}

function descendants(pid: number, parentOf: ReadonlyMap<number, number>): number[] {
  const below: number[] = [];
  for (let layer = [pid]; layer.length > 0; ) {
    layer = [...parentOf].filter(([, parent]) => layer.includes(parent)).map(([child]) => child);
    below.push(...layer);
  }
  return below;
}
