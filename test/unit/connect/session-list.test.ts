import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { RunSession, SessionRun } from '../../../main/connect/connect-session.ts';
import { MOST_UNDRAWN_BYTES } from '../../../main/connect/output-flow.ts';
import { MOST_SESSIONS, SessionList } from '../../../main/connect/session-list.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';
import { type FakePty, fakePtys } from './fake-pty.ts';

const ROUTE = { target: 'leaf1', device: 'alice@10.0.0.7', user: 'alice', jumps: ['ops@192.0.2.10'] };
const SIZE = { columns: 80, rows: 24 };

/** A list, and a login in it that does what the test says. */
function start() {
  const clock = new ManualClock();
  const ptys = fakePtys();
  const sessions = new SessionList({ clock, spawn: ptys.spawn });
  let changes = 0;
  const written: string[] = [];
  sessions.onChange(() => {
    changes += 1;
  });
  sessions.onOutput((_id, bytes) => written.push(Buffer.from(bytes).toString()));
  const runs: { run: SessionRun; succeed: (exitCode: number) => void; fail: (error: unknown) => void }[] = [];
  const login: RunSession = (run) =>
    new Promise((resolve, reject) => {
      runs.push({ run, succeed: (exitCode) => resolve({ exitCode }), fail: reject });
      run.signal.addEventListener('abort', () => reject(cancelledError()));
    });
  const open = () => {
    const id = sessions.open({ ...ROUTE, size: SIZE, run: login });
    const last = runs.at(-1);
    if (last === undefined) throw new Error('not started');
    const state = () => sessions.list().find((one) => one.id === id);
    /** As runOnTerminal does it. */
    const startPty = (): FakePty => {
      const { terminal } = last.run;
      const request = { file: 'ssh', arguments: [], environment: {}, folder: '/', size: terminal.size() };
      terminal.onStarted(terminal.spawn(request));
      const pty = ptys.all.at(-1);
      if (pty === undefined) throw new Error('no pty');
      pty.onOutput((bytes) => terminal.onOutput(bytes));
      return pty;
    };
    return { id, state, startPty, ...last };
  };
  return { clock, sessions, written, open, changes: () => changes };
}

function cancelledError(): GlasskeyError {
  return new GlasskeyError({ code: 'CANCELLED', message: 'Cancelled.', remedy: 'Again.', kind: 'cancelled' });
}

const refused = new GlasskeyError({ code: 'CONNECT_REFUSED', message: 'Refused.', remedy: 'Check.' });

describe('a session', () => {
  it('is there at once, starting, and tells each change', async () => {
    const { open, clock, changes } = start();
    const { state, run, succeed } = open();
    expect(state()).toMatchObject({ ...ROUTE, state: 'starting', startedAt: clock.now() });
    expect(changes()).toBe(1);
    run.waitFor({ what: 'pin', sentence: 'Type it.' });
    expect(state()?.waitsFor).toEqual({ what: 'pin', sentence: 'Type it.' });
    run.waitFor(undefined);
    expect(state()).not.toHaveProperty('waitsFor');
    await clock.pass(50);
    run.terminal.onOpened();
    expect(state()).toMatchObject({ state: 'open', openedAt: clock.now() });
    expect(run.isOpen()).toBe(true);
    await clock.pass(50);
    succeed(3);
    await settle();
    expect(state()).toMatchObject({ state: 'ended', exitCode: 3, endedAt: clock.now() });
    expect(state()).not.toHaveProperty('error');
    expect(changes()).toBe(5);
  });

  it('that failed keeps its error, is for nothing more, and stays until it is dismissed', async () => {
    const { open, sessions } = start();
    const { id, state, run, fail } = open();
    run.waitFor({ what: 'touch', sentence: 'Touch it.' });
    fail(refused);
    await settle();
    expect(state()).toMatchObject({ state: 'ended', error: refused });
    expect(state()).not.toHaveProperty('waitsFor');
    run.waitFor({ what: 'touch', sentence: 'Touch it.' });
    run.terminal.onOpened();
    expect(state()).toMatchObject({ state: 'ended' });
    expect(state()).not.toHaveProperty('waitsFor');
    sessions.end(id);
    expect(sessions.list()).toEqual([]);
  });

  it('that is ended by hand has no error; one that was cancelled elsewhere says so', async () => {
    const { open, sessions } = start();
    const [byHand, elsewhere] = [open(), open()];
    sessions.end(byHand.id);
    sessions.end(byHand.id);
    elsewhere.fail(cancelledError());
    await settle();
    expect(byHand.state()).not.toHaveProperty('error');
    expect(elsewhere.state()?.error?.code).toBe('CANCELLED');
  });

  it('whose login throws what nobody expected ends with INTERNAL, at once or later', async () => {
    const { sessions } = start();
    const throwing: RunSession[] = [
      () => {
        throw new Error('at once');
      },
      async () => {
        throw new Error('later');
      },
    ];
    for (const run of throwing) sessions.open({ ...ROUTE, size: SIZE, run });
    await settle();
    expect(sessions.list().map(({ error }) => error?.code)).toEqual(['INTERNAL', 'INTERNAL']);
  });
});

describe('what is typed', () => {
  it('reaches ssh in order, and is dropped before ssh runs and after it has ended', async () => {
    const { open, sessions } = start();
    const { id, startPty, succeed } = open();
    sessions.write(id, '12');
    const pty = startPty();
    for (const text of ['s', 'h', ' ver\r']) sessions.write(id, text);
    expect(pty.written).toEqual(['s', 'h', ' ver\r']);
    succeed(0);
    await settle();
    sessions.write(id, 'more');
    sessions.resize(id, { columns: 90, rows: 30 });
    expect(pty.written).toHaveLength(3);
    expect(pty.sizes).toEqual([]);
  });

  it('is refused while what was typed before waits in heaps', () => {
    const { open, sessions } = start();
    const { id, startPty } = open();
    const pty = startPty();
    sessions.write(id, '€'.repeat(1_000_000));
    pty.unwritten = 4 * 1024 * 1024;
    expect(() => sessions.write(id, 'x')).toThrow(expect.objectContaining({ code: 'SESSION_INPUT_FULL' }));
    expect(pty.written).toHaveLength(1);
  });

  it('to a session that is not there is an error, and drawing for one is none', () => {
    const { sessions } = start();
    for (const call of [
      () => sessions.write('x', 'y'),
      () => sessions.attach('x'),
      () => sessions.resize('x', SIZE),
      () => sessions.end('x'),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }));
    }
    sessions.drawn('x', 5);
    sessions.detach('x');
  });
});

describe('the size', () => {
  it('is that of the window when ssh starts, and kept within bounds', () => {
    const { open, sessions } = start();
    const { id, startPty } = open();
    sessions.resize(id, { columns: 120, rows: 40 });
    const pty = startPty();
    expect(pty.request.size).toEqual({ columns: 120, rows: 40 });
    for (const size of [
      { columns: 0, rows: 0 },
      { columns: 1e9, rows: 5000 },
      { columns: 80.7, rows: Number.NaN },
    ])
      sessions.resize(id, size);
    expect(pty.sizes).toEqual([
      { columns: 2, rows: 1 },
      { columns: 1000, rows: 1000 },
      { columns: 80, rows: 1 },
    ]);
  });
});

describe('output', () => {
  it('is kept for the window that attaches, and told from then on; our own lines cannot pass for commands', () => {
    const { open, sessions, written } = start();
    const { id, startPty, run } = open();
    run.say('Logging in to \u001b]0;leaf1\u0007…');
    startPty().says('ce1>');
    expect(written).toEqual([]);
    expect(Buffer.from(sessions.attach(id)).toString()).toBe('Logging in to \ufffd]0;leaf1\ufffd…\r\nce1>');
    startPty().says('show');
    expect(written).toEqual(['show']);
  });

  it('that nobody draws pauses the pty, and drawing or leaving lets it go on', async () => {
    const { open, sessions, clock } = start();
    const { id, startPty } = open();
    const pty = startPty();
    sessions.attach(id);
    const flood = async () => {
      pty.says(new Uint8Array(MOST_UNDRAWN_BYTES));
      await clock.pass(100);
    };
    await flood();
    expect(pty.isPaused).toBe(true);
    sessions.drawn(id, MOST_UNDRAWN_BYTES);
    expect(pty.isPaused).toBe(false);
    await flood();
    expect(pty.isPaused).toBe(true);
    sessions.detach(id);
    expect(pty.isPaused).toBe(false);
  });

  it('can be read again after the end', async () => {
    const { open, sessions } = start();
    const { id, startPty, succeed } = open();
    startPty().says('the last words');
    succeed(0);
    await settle();
    expect(Buffer.from(sessions.attach(id)).toString()).toBe('the last words');
  });
});

describe('the list', () => {
  it('is in the order they were begun, and has room for so many', async () => {
    const { open, sessions } = start();
    const ids = Array.from({ length: MOST_SESSIONS }, () => open().id);
    expect(sessions.list().map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(MOST_SESSIONS);
    expect(open).toThrow(expect.objectContaining({ code: 'SESSIONS_TOO_MANY' }));
    const [first = ''] = ids;
    sessions.end(first);
    await settle();
    expect(open).toThrow(expect.objectContaining({ code: 'SESSIONS_TOO_MANY' }));
    sessions.end(first);
    expect(open).not.toThrow();
  });

  it('closes all, waits until none runs, and takes no more', async () => {
    const { sessions } = start();
    let let_go = () => {};
    sessions.open({
      ...ROUTE,
      size: SIZE,
      run: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            let_go = () => reject(cancelledError());
          });
        }),
    });
    let isClosed = false;
    const closing = sessions.closeAll().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    let_go();
    await closing;
    expect(sessions.list()).toMatchObject([{ state: 'ended' }]);
    expect(() => sessions.open({ ...ROUTE, size: SIZE, run: async () => ({ exitCode: 0 }) })).toThrow(
      expect.objectContaining({ code: 'CANCELLED' }),
    );
  });
});
