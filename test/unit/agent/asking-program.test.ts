import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import {
  clientOf,
  describeProcess,
  type ProcessFacts,
  parseStat,
  readProc,
} from '../../../main/agent/asking-program.ts';
import { loadPeerReader } from '../../../main/agent/peer-credentials.ts';

type Named = Partial<ProcessFacts> & { readonly name: string };

/** Processes by id; session 10 unless said otherwise. */
function system(processes: Readonly<Record<number, Named>>) {
  return (pid: number): ProcessFacts | undefined => {
    const found = processes[pid];
    return found && { parent: 1, session: 10, startedAt: `start of ${pid}`, ...found };
  };
}

describe('who asks', () => {
  it('is the program and the shell that leads its session', () => {
    const read = system({ 10: { name: 'bash' }, 20: { name: 'ssh', parent: 10 } });
    expect(describeProcess(20, read)).toEqual({ program: 'ssh', place: 'bash', session: '10:start of 10' });
  });

  it('is also the program that started it, whatever shells are between', () => {
    const read = system({
      10: { name: 'bash' },
      11: { name: 'git', parent: 10 },
      12: { name: 'sh', parent: 11 },
      20: { name: 'ssh', parent: 12 },
    });
    expect(describeProcess(20, read)).toMatchObject({ program: 'ssh', starter: 'git', place: 'bash' });
  });

  it('is not started by itself: the ssh of a jump host belongs to the ssh that a person started', () => {
    const read = system({ 10: { name: 'zsh' }, 11: { name: 'ssh', parent: 10 }, 20: { name: 'ssh', parent: 11 } });
    expect(describeProcess(20, read)).toEqual({ program: 'ssh', place: 'zsh', session: '10:start of 10' });
  });

  it('has no place where it leads its session itself', () => {
    const read = system({ 10: { name: 'code', parent: 5 }, 5: { name: 'gnome-shell', session: 5 } });
    expect(describeProcess(10, read)).toEqual({ program: 'code', session: '10:start of 10' });
  });

  it('has no session where its leader has gone: another process may have that number next', () => {
    expect(describeProcess(20, system({ 20: { name: 'ssh' } }))).toEqual({ program: 'ssh' });
  });

  it('is unknown where the process has gone', () => {
    expect(describeProcess(20, system({}))).toEqual({});
  });

  it('is found although the parents go round in a circle', () => {
    const read = system({
      10: { name: 'bash' },
      20: { name: 'ssh', parent: 21 },
      21: { name: 'ssh', parent: 20 },
    });
    expect(describeProcess(20, read)).toMatchObject({ program: 'ssh', place: 'bash' });
  });
});

describe('a line of /proc/PID/stat', () => {
  const rest = 'S 41 42 43 34816 -1 4194304 102 0 0 0 0 0 0 0 20 0 1 0 1291151 3133440';

  it('is read by its fields', () => {
    expect(parseStat(`44 (cat) ${rest}`, undefined)).toEqual({
      name: 'cat',
      parent: 41,
      session: 43,
      startedAt: '1291151',
    });
  });

  it('may have anything in the name that the program gave itself', () => {
    expect(parseStat(`44 (a) S 1 2 3 (b) ${rest}`, undefined)).toMatchObject({ parent: 41, session: 43 });
    expect(parseStat(`44 (sshd) ${rest}`, 'impostor')).toMatchObject({ name: 'impostor' });
  });

  it.each(['', '44', '44 (cat', '44 (cat) S 41 42 43'])('that is damaged is nobody’s: %j', (line) => {
    expect(parseStat(line, undefined)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('the peer of a socket', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gk-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the process that connected, by the name of its executable file', async () => {
    const path = join(folder, 's');
    const server = createServer().listen(path);
    await once(server, 'listening');
    const script = `process.title = 'forged'; require('node:net').connect(${JSON.stringify(path)}).on('close', () => {})`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore', detached: true });
    try {
      const [socket] = (await once(server, 'connection')) as [Socket];
      const uid = process.getuid?.();
      const readPeer = await loadPeerReader(silentLog);
      expect(readPeer(socket)).toEqual({ pid: child.pid, uid });
      const facts = readProc(child.pid ?? 0);
      expect(clientOf(readPeer, uid)(socket)).toEqual({
        pid: child.pid,
        program: 'node',
        session: `${child.pid}:${facts?.startedAt}`,
      });
      expect(clientOf(readPeer, (uid ?? 0) + 1)(socket)).toBe('another-user');
      socket.destroy();
    } finally {
      child.kill('SIGKILL');
      server.close();
    }
  });

  it('is unknown, not made up, where it cannot be asked', async () => {
    const readPeer = await loadPeerReader(silentLog);
    expect(readPeer(new Socket())).toBeUndefined();
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const address = tcp.address();
    const client = createConnection(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
    const [socket] = (await once(tcp, 'connection')) as [Socket];
    // What connects by TCP is no process of this computer for certain: the kernel names none.
    expect(readPeer(socket)?.pid ?? 0).toBe(0);
    client.destroy();
    socket.destroy();
    tcp.close();
    expect((await loadPeerReader(silentLog, 'win32'))(socket)).toBeUndefined();
    expect(clientOf(() => undefined, 0)(socket)).toEqual({});
  });
});
