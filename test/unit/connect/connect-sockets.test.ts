import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeStaleSockets } from '../../../main/connect/connect-sockets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-sockets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that has ended. */
function deadPid(): number {
  return spawnSync('true').pid;
}

async function leaveSocket(name: string): Promise<void> {
  // As a crash leaves it: whoever listened is gone, and the file stays.
  const script = `require('node:net').createServer().listen(${JSON.stringify(join(folder, name))}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  expect(readdirSync(folder)).toContain(name);
}

describe('sockets that were left', () => {
  it('go when their process has gone, of this version and of the one before', async () => {
    const pid = deadPid();
    await leaveSocket(`${pid}-00a.sock`);
    await leaveSocket(`${pid}.sock`);
    writeFileSync(join(folder, `${pid}-00b.sock.lock`), '');
    await removeStaleSockets(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stay while their process lives, and so does everything that is none', async () => {
    const pid = deadPid();
    const own = `${process.pid}-00a.sock`;
    const server = createServer().listen(join(folder, own));
    try {
      const others = [
        'x.sock',
        `${pid}-00a.sock`,
        `${pid}.pub`,
        `${pid}-00a.sock.lock`,
        `${process.ppid}-001.sock.lock`,
      ];
      for (const name of others) writeFileSync(join(folder, name), name.startsWith(`${process.ppid}`) ? '' : 'words');
      await removeStaleSockets(folder);
      expect(readdirSync(folder).toSorted()).toEqual([own, ...others].toSorted());
    } finally {
      server.close();
    }
  });

  it('in a folder that is not there are none', async () => {
    await removeStaleSockets(join(folder, 'nowhere'));
  });
});
