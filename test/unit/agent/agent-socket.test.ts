import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { chmod, lstat, lutimes, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenOnSocket } from '../../../main/agent/agent-socket.ts';
import { systemClock } from '../../../time/clock.ts';

let base: string;
let path: string;
const servers: Server[] = [];

const newServer = () => {
  const server = createServer();
  servers.push(server);
  return server;
};
const mode = async (name: string) => (await stat(name)).mode & 0o777;

/** A socket that its owner left behind without removing it, as after a crash. */
async function leaveStaleSocket(): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  expect((await lstat(path)).isSocket()).toBe(true);
}

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'gk-'));
  path = join(base, 'agent', 's');
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(base, { recursive: true, force: true });
});

describe('the agent socket', () => {
  it.each([0o000, 0o022, 0o077, 0o777])('is 0600 in a folder of 0700, whatever the umask: %o', async (umask) => {
    // In a child, because the umask belongs to the whole process.
    const module = JSON.stringify(join(import.meta.dirname, '../../../main/agent/agent-socket.ts'));
    const clockModule = JSON.stringify(join(import.meta.dirname, '../../../time/clock.ts'));
    const script = `process.umask(${umask}); const { listenOnSocket } = await import(${module});
      const { createServer } = await import('node:net'); const { statSync } = await import('node:fs');
      const server = createServer(); await listenOnSocket(server, ${JSON.stringify(path)}, (await import(${clockModule})).systemClock);
      console.log(...[${JSON.stringify(path)}, ${JSON.stringify(join(base, 'agent'))}].map((f) => (statSync(f).mode & 0o777).toString(8)));
      server.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    await once(child, 'close');
    expect(output).toBe('600 700\n');
  });

  it('replaces one that a crash left behind, and leaves nothing beside it', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await leaveStaleSocket();
    await listenOnSocket(newServer(), path, systemClock);
    expect(await mode(path)).toBe(0o600);
    expect(await readdir(join(base, 'agent'))).toEqual(['s']);
  });

  it('is not taken from an agent that answers', async () => {
    await listenOnSocket(newServer(), path, systemClock);
    await expect(listenOnSocket(newServer(), path, systemClock)).rejects.toMatchObject({
      code: 'AGENT_ALREADY_RUNNING',
    });
    expect(await readdir(join(base, 'agent'))).toEqual(['s']);
  });

  it('goes to exactly one of ten that start at once over a stale one', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await leaveStaleSocket();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => listenOnSocket(newServer(), path, systemClock)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'AGENT_ALREADY_RUNNING' });
    }
    expect(await readdir(join(base, 'agent'))).toEqual(['s']);
  });

  it('is listened on although a crash left the lock of a start behind', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await writeFile(`${path}.lock`, '');
    await utimes(`${path}.lock`, 0, 0);
    await listenOnSocket(newServer(), path, systemClock);
    expect(await readdir(join(base, 'agent'))).toEqual(['s']);
  });

  it('is listened on although the lock of a start is dated in the future, as after the clock was set back', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await writeFile(`${path}.lock`, '');
    const tomorrow = Date.now() / 1000 + 86_400;
    await utimes(`${path}.lock`, tomorrow, tomorrow);
    await listenOnSocket(newServer(), path, systemClock);
    expect(await readdir(join(base, 'agent'))).toEqual(['s']);
  });

  it('is listened on although the lock of a start goes between two looks at it', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await writeFile(`${path}.lock`, '');
    const { lstatSync } = fs;
    const removeOnceSeen = (file: fs.PathLike, options?: fs.StatSyncOptions) => {
      const stats = lstatSync(file, options);
      if (file === `${path}.lock` && stats !== undefined) fs.unlinkSync(file);
      return stats;
    };
    Object.assign(fs, { lstatSync: removeOnceSeen });
    syncBuiltinESMExports();
    try {
      await listenOnSocket(newServer(), path, systemClock);
    } finally {
      Object.assign(fs, { lstatSync });
      syncBuiltinESMExports();
    }
    expect(await readdir(join(base, 'agent'))).toEqual(['s']);
  });

  it('is waited for no longer than the one who waits wants', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await writeFile(`${path}.lock`, '');
    const waiting = listenOnSocket(newServer(), path, systemClock, AbortSignal.timeout(50));
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(join(base, 'agent'))).toEqual(['s.lock']);
  });

  it.each([
    ['holds something', () => writeFile(`${path}.lock`, 'precious')],
    ['is a symbolic link', () => symlink(join(base, 'nowhere'), `${path}.lock`)],
    ['is a folder', () => mkdir(`${path}.lock`)],
  ])('is not listened on where the lock of a start %s: no start has made that, and it stays', async (_, make) => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await make();
    await lutimes(`${path}.lock`, 0, 0);
    await expect(listenOnSocket(newServer(), path, systemClock)).rejects.toMatchObject({ code: 'AGENT_SOCKET_TAKEN' });
    expect(await readdir(join(base, 'agent'))).toEqual(['s.lock']);
  });

  it('never replaces a file that is no socket', async () => {
    await mkdir(join(base, 'agent'), { mode: 0o700 });
    await writeFile(path, 'precious');
    await expect(listenOnSocket(newServer(), path, systemClock)).rejects.toMatchObject({ code: 'AGENT_SOCKET_TAKEN' });
  });

  it('is not put into a folder that others may enter', async () => {
    await mkdir(join(base, 'agent'));
    await chmod(join(base, 'agent'), 0o750);
    await expect(listenOnSocket(newServer(), path, systemClock)).rejects.toMatchObject({ code: 'AGENT_FOLDER_UNSAFE' });
  });

  it('is not put behind a symbolic link', async () => {
    await mkdir(join(base, 'real'), { mode: 0o700 });
    await symlink(join(base, 'real'), join(base, 'agent'));
    await expect(listenOnSocket(newServer(), path, systemClock)).rejects.toMatchObject({ code: 'AGENT_FOLDER_UNSAFE' });
    expect(await readdir(join(base, 'real'))).toEqual([]);
  });

  it('is refused with a clear error where its path is too long for the system', async () => {
    await expect(listenOnSocket(newServer(), join(base, 'x'.repeat(120)), systemClock)).rejects.toMatchObject({
      code: 'AGENT_SOCKET_PATH_TOO_LONG',
    });
  });

  it('is refused with a clear error where the folder above is missing', async () => {
    await expect(listenOnSocket(newServer(), join(base, 'no', 'agent', 's'), systemClock)).rejects.toMatchObject({
      code: 'AGENT_SOCKET_FAILED',
    });
  });
});
