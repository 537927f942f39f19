/** The sessions socket with real Unix sockets, over sessions whose ptys a test leads by hand. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import type { RunSession, SessionRun } from '../../../main/connect/connect-session.ts';
import { messageFrame, SessionFrameReader } from '../../../main/connect/session-frames.ts';
import { SessionList } from '../../../main/connect/session-list.ts';
import { connectToSessions } from '../../../main/connect/sessions-client.ts';
import { startSessionsSocket } from '../../../main/glasskey-sessions-socket.ts';
import { sessionsSocketPath } from '../../../main/storage/agent-socket-path.ts';
import { systemClock } from '../../../time/clock.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { fakePtys } from './fake-pty.ts';

const ROUTE = {
  target: 'leaf1',
  device: 'alice@10.0.0.7',
  user: 'alice',
  jumps: ['ops@192.0.2.10'],
  way: 'jump' as const,
  keepAlive: { everySeconds: 15, count: 3 },
};
const SIZE = { columns: 80, rows: 24 };

let folder: string;
let path: string;
const closing: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-ss-'));
  path = sessionsSocketPath(folder);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(clock = new ManualClock()) {
  const ptys = fakePtys();
  const record = () => {
    throw new Error('nothing is recorded here');
  };
  const sessions = new SessionList({ clock, spawn: ptys.spawn, record });
  const runs: { run: SessionRun; end: (exitCode: number) => void }[] = [];
  const login: RunSession = (run) =>
    new Promise((resolve, reject) => {
      runs.push({ run, end: (exitCode) => resolve({ exitCode }) });
      run.signal.addEventListener('abort', () => reject(new Error('hung up')));
    });
  const reconnect = async (id: string) => sessions.reconnect(id, { route: ROUTE, run: login, isRecorded: false });
  const server = await startSessionsSocket(path, { sessions, reconnect, clock, log: silentLog });
  closing.push(() => server.close());
  const open = () => {
    const id = sessions.open({ route: ROUTE, size: SIZE, run: login, isRecorded: false });
    const { run, end } = runs.at(-1) ?? {};
    if (run === undefined || end === undefined) throw new Error('not started');
    const request = { file: 'ssh', arguments: [], environment: {}, folder: '/', size: run.terminal.size() };
    run.terminal.onStarted(run.terminal.spawn(request));
    const pty = ptys.all.at(-1);
    if (pty === undefined) throw new Error('no pty');
    pty.onOutput((bytes) => run.terminal.onOutput(bytes));
    return { id, run, end, pty };
  };
  return { sessions, open, clock, server };
}

async function client() {
  const app = await connectToSessions(path, systemClock);
  closing.push(() => app.close());
  return app;
}

/** Bytes on the socket, as somebody who keeps to no protocol sends them. */
function rude(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    closing.push(() => socket.destroy());
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

function screen() {
  const pieces: Uint8Array[] = [];
  return { show: (bytes: Uint8Array) => void pieces.push(bytes), text: () => Buffer.concat(pieces).toString() };
}

describe('the sessions socket', () => {
  it('is the user’s alone', async () => {
    await start();
    expect([join(folder, 'agent'), path].map((each) => (statSync(each).mode & 0o777).toString(8))).toEqual([
      '700',
      '600',
    ]);
  });

  it('lists, ends and begins anew', async () => {
    const { open, sessions } = await start();
    const app = await client();
    expect(await app.list()).toEqual([]);
    const { id, run, end } = open();
    run.terminal.onOpened();
    expect(await app.list()).toMatchObject([{ id, ...ROUTE, state: 'open', reconnects: 0 }]);
    await expect(app.reconnect(id)).rejects.toMatchObject({ code: 'SESSION_STILL_RUNNING' });
    end(3);
    await expect.poll(async () => (await app.list())[0]).toMatchObject({ state: 'ended', exitCode: 3 });
    await app.reconnect(id);
    expect(sessions.list()).toMatchObject([{ id, state: 'starting', reconnects: 1 }]);
    await app.end(id);
    await expect.poll(() => sessions.list()[0]?.state).toBe('ended');
    await app.end(id);
    expect(await app.list()).toEqual([]);
    await expect(app.end(id)).rejects.toMatchObject({ code: 'SESSION_UNKNOWN' });
  });

  it('shows a session to several at once and to the window, and types for each', async () => {
    const { open, sessions, clock } = await start();
    const { id, pty, end } = open();
    pty.says('before ');
    const window: string[] = [];
    sessions.onOutput((_id, bytes) => window.push(Buffer.from(bytes).toString()));
    sessions.attach(id);
    const [one, other] = [screen(), screen()];
    const first = await (await client()).attach(id, { columns: 100, rows: 30 }, one.show);
    const second = await (await client()).attach(id, { columns: 90, rows: 40 }, other.show);
    await expect.poll(() => pty.sizes.at(-1)).toEqual({ columns: 90, rows: 30 });
    pty.says('after');
    await expect
      .poll(() => [one.text(), other.text(), window.join('')])
      .toEqual(['before after', 'before after', 'after']);
    first.type(Uint8Array.of(0xc3));
    first.type(Uint8Array.of(0xa9));
    await expect.poll(() => pty.written.join('')).toBe('é');
    second.type(new TextEncoder().encode('x'.repeat(100_000)));
    await expect.poll(() => pty.written.join('').length).toBe(100_001);
    first.resize({ columns: 70, rows: 20 });
    await expect.poll(() => pty.sizes.at(-1)).toEqual({ columns: 70, rows: 20 });
    first.detach();
    expect(await first.over).toMatchObject({ why: 'detached' });
    await expect.poll(() => pty.sizes.at(-1)).toEqual({ columns: 90, rows: 40 });
    pty.says(' still');
    await clock.pass(10);
    await expect.poll(other.text).toBe('before after still');
    end(7);
    expect(await second.over).toMatchObject({ why: 'ended', session: { exitCode: 7 } });
    expect(one.text()).toBe('before after');
  });

  it('tells an attached terminal how its session stands, at each change of its own', async () => {
    const { open } = await start();
    const [{ id, run }, other] = [open(), open()];
    const states: (string | undefined)[] = [];
    const app = await client();
    await app.attach(
      id,
      SIZE,
      () => {},
      ({ state, waitsFor }) => states.push(waitsFor?.sentence ?? state),
    );
    run.waitFor({ what: 'touch', sentence: 'Touch it.' });
    other.run.terminal.onOpened();
    run.waitFor(undefined);
    run.terminal.onOpened();
    await expect.poll(() => states).toEqual(['starting', 'Touch it.', 'starting', 'open']);
  });

  it('says when an attached session is taken off the list, and when the app goes', async () => {
    const { open, sessions, server } = await start();
    const [gone, left] = [open(), open()];
    const attached = await (await client()).attach(gone.id, SIZE, () => {});
    const other = await (await client()).attach(left.id, SIZE, () => {});
    gone.end(0);
    expect(await attached.over).toMatchObject({ why: 'ended' });
    sessions.end(gone.id);
    await server.close();
    expect(await other.over).toMatchObject({ why: 'closed' });
    await expect(connectToSessions(path, systemClock)).rejects.toMatchObject({ code: 'SESSIONS_APP_NOT_RUNNING' });
  });

  it('closes with whoever is connected, who has said nothing or half of something too, and removes its file', async () => {
    const { server } = await start();
    const [silent, halfway] = [await rude(), await rude()];
    halfway.write(Uint8Array.of(0, 0));
    for (const socket of [silent, halfway]) socket.on('error', () => {}).resume();
    const gone = Promise.all([closed(silent), closed(halfway)]);
    await server.close();
    await gone;
    expect(existsSync(path)).toBe(false);
  });

  it('leaves a socket that another program has put in its place', async () => {
    const { server } = await start();
    rmSync(path);
    const other = createServer().listen(path);
    await once(other, 'listening');
    try {
      await server.close();
      expect(existsSync(path)).toBe(true);
      (await rude()).destroy();
    } finally {
      other.close();
    }
  });

  it('cuts off who says what cannot be read, with the reason, and serves the others', async () => {
    const { open } = await start();
    const { id } = open();
    for (const bytes of [
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0),
      Uint8Array.of(0, 0, 0, 2, 9, 9),
      messageFrame({ ask: 'destroy everything' }),
      messageFrame({ ask: 'attach', id, columns: -1, rows: 2 }),
    ]) {
      const socket = await rude();
      const reader = new SessionFrameReader(1_000_000);
      const told: string[] = [];
      socket.on('data', (piece) => {
        for (const frame of reader.push(piece)) if (frame.kind === 'message') told.push(frame.text);
      });
      socket.write(bytes);
      await closed(socket);
      expect(told.at(-1)).toContain('SESSIONS_FRAME_MALFORMED');
    }
    expect(await (await client()).list()).toHaveLength(1);
  });

  it('lets go of who asks nothing, and of who goes in the middle of a frame', async () => {
    const { clock } = await start();
    const silent = await rude();
    silent.resume();
    const half = await rude();
    half.write(Uint8Array.of(0, 0, 1));
    half.destroy();
    await expect.poll(() => silent.bytesRead).toBeGreaterThan(0);
    const over = closed(silent);
    await clock.pass(10_000);
    await over;
    expect(await (await client()).list()).toEqual([]);
  });

  it('is held up by somebody who does not read for a while only, and by nobody for ever', async () => {
    const { open, clock } = await start();
    const { id, pty } = open();
    const socket = await rude();
    socket.write(messageFrame({ ask: 'attach', id, ...SIZE }));
    await expect.poll(() => socket.bytesRead).toBeGreaterThan(200);
    socket.pause();
    const good = screen();
    await (await client()).attach(id, SIZE, good.show);
    let total = 0;
    // More than the system's buffers between the two hold.
    for (let turn = 0; turn < 400 && !pty.isPaused; turn += 1) {
      pty.says(new Uint8Array(32 * 1024).fill(65));
      total += 32 * 1024;
      await clock.pass(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => good.text().length).toBeGreaterThan(0);
    expect(pty.isPaused).toBe(true);
    await clock.pass(10_000);
    await expect.poll(() => pty.isPaused).toBe(false);
    await clock.pass(10);
    await expect.poll(() => good.text().length).toBe(total);
  });

  it('lets go of who asks and asks and reads no answer, and serves the others', async () => {
    const { open } = await start();
    for (let count = 0; count < 64; count += 1) open();
    const greedy = await rude();
    greedy.pause();
    let isOpen = true;
    greedy.once('close', () => {
      isOpen = false;
    });
    greedy.on('error', () => {});
    const asks = Buffer.concat(new Array(200).fill(messageFrame({ ask: 'list' })));
    for (let turn = 0; turn < 500 && isOpen; turn += 1) {
      greedy.write(asks);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => isOpen).toBe(false);
    expect(await (await client()).list()).toHaveLength(64);
  });

  it('lets go of who stays when the session that it looked at is off the list', async () => {
    const { open, sessions, clock } = await start();
    const { id, end } = open();
    const stays = await rude();
    stays.resume();
    stays.write(messageFrame({ ask: 'attach', id, ...SIZE }));
    await expect.poll(() => stays.bytesRead).toBeGreaterThan(200);
    end(0);
    await expect.poll(() => sessions.list()[0]?.state).toBe('ended');
    sessions.end(id);
    const over = closed(stays);
    await clock.pass(10_000);
    await over;
  });
});

describe('sessions on a pipe of Windows', () => {
  const OWN = 'S-1-5-21-1-2-3-1001';
  const held = (account: string | undefined, owner = account) => {
    const release = vi.fn<() => void>();
    const isOwnedBy = (one: string) => one === owner;
    return { look: { ownAccount: () => OWN, hold: () => ({ account, isOwnedBy, release }) }, release };
  };

  it('are those of an app of the same account; its pipe is held until it is connected to', async () => {
    await start();
    const { look, release } = held(OWN);
    const app = await connectToSessions(path, systemClock, look);
    closing.push(() => app.close());
    expect(await app.list()).toEqual([]);
    expect(release).toHaveBeenCalledOnce();
  });

  it('are not asked for where another account answers, or one of which Windows says nothing', async () => {
    path = join(folder, 'anothers.sock');
    const met = vi.fn<(socket: Socket) => void>();
    const server = createServer(met);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    closing.push(() => server.close());
    const others = [
      held('S-1-5-21-1-2-3-1002'),
      held(undefined),
      // It made the pipe, and its process id is one of ours by now.
      held(OWN, 'S-1-5-21-1-2-3-1002'),
    ];
    for (const { look, release } of others) {
      const refused = connectToSessions(path, systemClock, look);
      await expect(refused).rejects.toMatchObject({ code: 'SESSIONS_APP_NOT_YOURS' });
      expect(release).toHaveBeenCalledOnce();
    }
    const nobody = connectToSessions(path, systemClock, { ...held(undefined).look, hold: () => undefined });
    await expect(nobody).rejects.toMatchObject({ code: 'SESSIONS_APP_NOT_RUNNING' });
    expect(met).not.toHaveBeenCalled();
  });
});
