/** `glasskey sessions` on a real terminal, against the sessions of a process that serves them: shells here in the place of ssh. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import type { RunSession } from '../../main/connect/connect-session.ts';
import { spawnPty } from '../../main/connect/pty.ts';
import { SessionList } from '../../main/connect/session-list.ts';
import { Glasskey } from '../../main/glasskey.ts';
import { systemClock } from '../../time/clock.ts';
import { runInTerminal, startInTerminal } from '../lab/terminal.ts';
import { runInProcess } from '../unit/cli/run-in-process.ts';

const CLI = new URL('../../main/cli/index.ts', import.meta.url).href;
const SCRIPT = `import { runProcess, systemCliWorld } from ${JSON.stringify(CLI)};
await runProcess(process.argv.slice(1), systemCliWorld());`;
const ROUTE = {
  target: 'leaf1',
  device: 'alice@10.0.0.7',
  user: 'alice',
  jumps: ['ops@192.0.2.10'],
  way: 'jump' as const,
  keepAlive: { everySeconds: 15, count: 3 },
};

let folder: string;
let glasskey: Glasskey;
let sessions: SessionList;
let server: { close(): Promise<void> } | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gk-cs-'));
  glasskey = new Glasskey({
    hid: async () => ({ list: async () => [] }) as never,
    clock: systemClock,
    log: silentLog,
    environment: { GLASSKEY_HOME: folder },
    homeFolder: folder,
    owner: 'alice@test',
  });
  const recordings = await glasskey.recordings();
  sessions = new SessionList({ clock: systemClock, spawn: spawnPty, record: recordings.start });
  const reconnect = async (id: string) => sessions.reconnect(id, { route: ROUTE, run: shell, isRecorded: false });
  server = await glasskey.serveSessions({ sessions, reconnect });
});
afterEach(async () => {
  await sessions.closeAll();
  await server?.close();
  await glasskey.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A shell that echoes what it reads, on a pty of its own. */
const shell: RunSession = ({ terminal, signal }) =>
  new Promise((resolve, reject) => {
    const pty = terminal.spawn({
      file: '/bin/sh',
      arguments: ['-c', 'echo ready; while read line; do test "$line" = bye && exit 5; echo "you said $line"; done'],
      environment: { PATH: process.env.PATH },
      folder: '/',
      size: terminal.size(),
    });
    pty.onOutput((bytes) => terminal.onOutput(bytes));
    pty.onExit(({ exitCode }) => (signal.aborted ? reject(new Error('hung up')) : resolve({ exitCode })));
    const hangUp = () => process.kill(-pty.pid, 'SIGKILL');
    pty.onExit(() => signal.removeEventListener('abort', hangUp));
    signal.addEventListener('abort', hangUp);
    terminal.onStarted(pty);
    terminal.onOpened();
  });

const environment = () => ({
  GLASSKEY_HOME: folder,
  HOME: folder,
  PATH: process.env.PATH ?? '',
  TERM: 'xterm-256color',
});
const open = (isRecorded = false) =>
  sessions.open({ route: ROUTE, run: shell, isRecorded, size: { columns: 80, rows: 24 } });
const cli = (...words: string[]) => runInProcess(['sessions', ...words], { environment: environment() });
const command = (...words: string[]) => ({
  file: process.execPath,
  arguments: ['--input-type=module', '-e', SCRIPT, '--', 'sessions', ...words],
  environment: environment(),
});

describe('glasskey sessions', () => {
  it('lists what is open, with --json as one object', async () => {
    expect(await cli()).toMatchObject({ exitCode: 0, stdout: 'No session is open.\n' });
    const id = open();
    const { stdout } = await cli();
    expect(stdout).toMatch(/^1 {2}leaf1 \(alice@10\.0\.0\.7\) {2}open since \d\d:\d\d, through ops@192\.0\.2\.10\n$/);
    const { sessions: listed } = JSON.parse((await cli('list', '--json')).stdout);
    expect(listed).toMatchObject([{ id, ...ROUTE, state: 'open', isRecorded: false }]);
  });

  it('marks one by the last resort, and one that is recorded', async () => {
    const route = { ...ROUTE, way: 'password' as const };
    sessions.open({ route, run: shell, isRecorded: true, size: { columns: 80, rows: 24 } });
    const { stdout } = await cli();
    expect(stdout).toMatch(/\n {4}by a shared account’s password: the last resort\n {4}recorded\n$/);
  });

  it('ends one and begins it anew, by number, target or id', async () => {
    const id = open();
    expect(await cli('end', '1')).toMatchObject({ exitCode: 0, stdout: 'Ending leaf1.\n' });
    await expect.poll(() => sessions.list()[0]?.state).toBe('ended');
    expect(JSON.parse((await cli('reconnect', 'leaf1', '--json')).stdout)).toEqual({ id, reconnected: true });
    expect(sessions.list()).toMatchObject([{ state: 'open', reconnects: 1 }]);
    const again = JSON.parse((await cli('reconnect', id.slice(0, 8), '--json')).stdout);
    expect(again.error.code).toBe('SESSION_STILL_RUNNING');
    open();
    expect(JSON.parse((await cli('end', 'leaf1', '--json')).stdout).error.code).toBe('SESSION_AMBIGUOUS');
    expect(JSON.parse((await cli('end', 'nobody', '--json')).stdout).error.code).toBe('SESSION_UNKNOWN');
  });

  it('says that the app does not run, and what to do', async () => {
    await server?.close();
    const { exitCode, stdout } = await cli('--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'SESSIONS_APP_NOT_RUNNING' });
  });
});

describe('glasskey sessions attach', () => {
  it('shows what was written, types, lets go with Ctrl-] and gives the terminal back; the session goes on', async () => {
    const id = open(true);
    await expect.poll(() => Buffer.from(sessions.attach(id)).toString()).toContain('ready');
    sessions.detach(id);
    const terminal = startInTerminal({
      ...command('attach', 'leaf1'),
      answers: [
        { when: /ready/, type: () => 'hello\r' },
        { when: /you said hello/, type: () => '\x1d' },
      ],
    });
    const { exitCode, raw, screen } = await terminal.ended;
    expect(exitCode).toBe(0);
    expect(screen).toContain('The session goes on.');
    expect(screen).toContain('This session is recorded: what its terminal shows, and nothing that is typed.');
    expect(raw).toContain('\x1b[?1049l');
    expect(sessions.list()).toMatchObject([{ id, state: 'open' }]);
  });

  it('ends with the exit code of the session', async () => {
    open();
    const answers = [{ when: /ready/, type: () => 'bye\r' }];
    expect(await runInTerminal({ ...command('attach'), answers })).toMatchObject({ exitCode: 5 });
  });

  it('gives the terminal back when it is killed softly, and takes no --json', async () => {
    const id = open();
    const terminal = startInTerminal({
      ...command('attach'),
      onOutput: (text) => {
        if (text.includes('ready')) terminal.kill('SIGTERM');
      },
    });
    expect((await terminal.ended).raw).toContain('\x1b[?1049l');
    expect(sessions.list()).toMatchObject([{ id, state: 'open' }]);
    expect(await cli('attach', '--json')).toMatchObject({ exitCode: 2 });
    expect((await cli('attach')).stderr).toContain('NO_TERMINAL');
  });
});

describe('glasskey sessions recordings, play, export', () => {
  it('shows what was recorded, without what could harm the terminal', async () => {
    const id = open(true);
    await expect.poll(() => Buffer.from(sessions.attach(id)).toString()).toContain('ready');
    sessions.write(id, 'bye\r');
    await expect.poll(() => sessions.list()[0]?.state).toBe('ended');
    const listed = JSON.parse((await cli('recordings', '--json')).stdout);
    expect(listed.recordings).toMatchObject([{ subject: { target: 'leaf1' }, seconds: expect.any(Number) }]);
    const [{ name, file }] = listed.recordings;
    expect((await cli('recordings')).stdout).toContain(name);
    expect((await cli('play', name)).stdout).toContain('ready');
    const copy = join(folder, 'copy.cast');
    expect(await cli('export', name, '-o', copy)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(copy, 'utf8')).toBe(readFileSync(file, 'utf8'));
    expect((await cli('export', name, '-o', copy)).stderr).toContain('FILE_EXISTS');
    writeFileSync(copy, 'something else');
    expect(await cli('export', name, '-o', copy, '--overwrite')).toMatchObject({ exitCode: 0 });
    expect(readFileSync(copy, 'utf8')).toBe(readFileSync(file, 'utf8'));
    writeFileSync(copy, '{"version":2,"width":80,"height":24}\n[0,"o","a\\u001b]52;c;ZXZpbA==\\u0007b"]\n');
    expect((await cli('play', copy)).stdout).toBe('ab');
    const unknown = (await cli('play', 'none.cast')).stderr;
    expect(unknown).toContain('RECORDING_UNKNOWN');
    expect(unknown).toContain('glasskey sessions recordings');
    const inFolder = await runInTerminal({ ...command('play', 'copy.cast'), folder });
    expect(inFolder).toMatchObject({ exitCode: 0, screen: expect.stringContaining('ab') });
    expect(await cli('play', copy, '--speed', 'fast')).toMatchObject({ exitCode: 2 });
  });

  it('plays at its pace on a terminal, and Ctrl-C ends it and leaves the terminal plain', async () => {
    const file = join(folder, 'long.cast');
    const events = ['[0,"o","\\u001b[?25lfirst"]', '[3600,"o","never"]'];
    writeFileSync(file, `{"version":2,"width":80,"height":24}\n${events.join('\n')}\n`);
    const answers = [{ when: /first/, type: () => '\x03' }];
    const { exitCode, raw } = await runInTerminal({ ...command('play', file, '--idle-limit', '3600'), answers });
    expect(exitCode).toBe(130);
    expect(raw).not.toContain('never');
    expect(raw.slice(raw.indexOf('first'))).toContain('\x1b[?25h');
    const fast = await runInTerminal(command('play', file, '--idle-limit', '0.01', '--speed', '10'));
    expect(fast).toMatchObject({ exitCode: 0, screen: expect.stringContaining('firstnever') });
  });
});
