import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { readCast } from '../../../main/connect/asciicast.ts';
import type { RunSession, SessionRun, StartRecording } from '../../../main/connect/connect-session.ts';
import { GATHER_MS, MOST_UNDRAWN_BYTES } from '../../../main/connect/output-flow.ts';
import { Recording } from '../../../main/connect/recording.ts';
import { MOST_SESSIONS, SessionList } from '../../../main/connect/session-list.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';
import { type FakePty, fakePtys } from './fake-pty.ts';

const ROUTE = {
  target: 'leaf1',
  device: 'alice@10.0.0.7',
  user: 'alice',
  jumps: ['ops@192.0.2.10'],
  way: 'jump' as const,
  keepAlive: { everySeconds: 15, count: 3 },
};
const SIZE = { columns: 80, rows: 24 };

/** A list, and a login in it that does what the test says. */
function start() {
  const clock = new ManualClock();
  const ptys = fakePtys();
  const recorded: string[] = [];
  const recording = { fails: undefined as GlasskeyError | undefined, mostBytes: 1_000_000 };
  const record: StartRecording = ({ target, device, jumps }, size, onEnd) => {
    if (recording.fails !== undefined) throw recording.fails;
    const at = recorded.push('') - 1;
    return new Recording({
      clock,
      size,
      title: target,
      subject: { target, device, jumps },
      mostBytes: recording.mostBytes,
      onEnd,
      file: {
        path: `/recordings/${at}.cast`,
        append(text) {
          if (recording.fails !== undefined) throw recording.fails;
          recorded[at] += text;
        },
        close() {},
      },
    });
  };
  const sessions = new SessionList({ clock, spawn: ptys.spawn, record });
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
  const open = (isRecorded = false) => {
    const id = sessions.open({ route: ROUTE, size: SIZE, run: login, isRecorded });
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
  const events = (at: number) => readCast(recorded[at] ?? '').events.map(({ code, data }) => [code, data]);
  return { clock, sessions, written, open, login, runs, events, recording, changes: () => changes };
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

  it('counts the terminals that show it besides the window, and those that leave', async () => {
    const { open, sessions, changes } = start();
    const { id, state } = open();
    sessions.attach(id);
    expect(state()?.terminals).toBe(0);
    const before = changes();
    const [first, second] = [sessions.view(id, () => {}), sessions.view(id, () => {})];
    expect(state()?.terminals).toBe(2);
    first.close();
    first.close();
    expect(state()?.terminals).toBe(1);
    expect(changes()).toBe(before + 3);
    sessions.detach(id);
    second.close();
    expect(state()?.terminals).toBe(0);
  });

  it('goes by the way that is tried, and is told so', async () => {
    const { open, changes } = start();
    const { state, run } = open();
    const before = changes();
    run.goesBy({ device: 'telco@10.0.0.7', user: 'telco', jumps: ['ops@198.51.100.1'], way: 'password' });
    expect(state()).toMatchObject({ target: 'leaf1', device: 'telco@10.0.0.7', way: 'password', state: 'starting' });
    expect(changes()).toBe(before + 1);
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
    for (const run of throwing) sessions.open({ route: ROUTE, isRecorded: false, size: SIZE, run });
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

describe('a terminal that looks besides the window', () => {
  it('is given the same, and the session has the size of the smallest', () => {
    const { open, sessions, written } = start();
    const { id, startPty } = open();
    const pty = startPty();
    pty.says('before ');
    sessions.attach(id);
    sessions.resize(id, { columns: 120, rows: 30 });
    const seen: string[] = [];
    const view = sessions.view(id, (bytes) => seen.push(Buffer.from(bytes).toString()));
    expect(Buffer.from(view.replay).toString()).toBe('before ');
    view.resize({ columns: 80, rows: 40 });
    pty.says('after');
    expect([seen.join(''), written.join('')]).toEqual(['after', 'after']);
    view.close();
    pty.says('!');
    expect(seen).toEqual(['after']);
    sessions.detach(id);
    expect(pty.sizes).toEqual([
      { columns: 120, rows: 30 },
      { columns: 80, rows: 30 },
      { columns: 120, rows: 30 },
    ]);
  });
});

describe('reconnecting', () => {
  it('begins the same login anew in its place: the history stays, with a line between, and whoever looks goes on looking', async () => {
    const { open, sessions, login, runs, written, clock } = start();
    const [first, second] = [open(), open()];
    first.startPty().says('one');
    sessions.attach(first.id);
    first.run.terminal.onOpened();
    first.fail(new GlasskeyError({ code: 'CONNECT_LOST', message: 'Cut.', remedy: 'Again.' }));
    await settle();
    expect(first.state()).toMatchObject({ state: 'ended', lost: 'cut', reconnects: 0 });
    sessions.reconnect(first.id, { route: ROUTE, run: login, isRecorded: false });
    expect(sessions.list().map(({ id }) => id)).toEqual([first.id, second.id]);
    const again = first.state();
    expect(again).toMatchObject({ state: 'starting', reconnects: 1 });
    for (const gone of ['endedAt', 'openedAt', 'error', 'lost', 'exitCode']) expect(again).not.toHaveProperty(gone);
    const { run } = runs.at(-1) ?? {};
    run?.terminal.onOutput(new TextEncoder().encode('two'));
    await clock.pass(GATHER_MS);
    expect(written.join('')).toMatch(/--- Logging in again, .* UTC ---\r\ntwo$/);
    expect(Buffer.from(sessions.attach(first.id)).toString()).toMatch(/^one[\s\S]*Logging in again[\s\S]*two$/);
    // The end of the new one is not that of the old.
    sessions.end(first.id);
    await settle();
    expect(first.state()).toMatchObject({ state: 'ended' });
  });

  it('is refused while the session runs, and of one that is not there', async () => {
    const { open, sessions, login } = start();
    const { id, succeed } = open();
    const begin = { route: ROUTE, run: login, isRecorded: false };
    expect(() => sessions.reconnect(id, begin)).toThrow(expect.objectContaining({ code: 'SESSION_STILL_RUNNING' }));
    expect(() => sessions.reconnect('x', begin)).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }));
    succeed(0);
    await settle();
    expect(sessions.ended(id)).toMatchObject({ exitCode: 0 });
  });

  it('says of an open session whose host answers no more that it is not answering', async () => {
    const { open } = start();
    const unreachable = new GlasskeyError({ code: 'CONNECT_UNREACHABLE', message: 'Gone.', remedy: 'Look.' });
    const [opened, never] = [open(), open()];
    opened.run.terminal.onOpened();
    for (const one of [opened, never]) one.fail(unreachable);
    await settle();
    expect(opened.state()?.lost).toBe('not-answering');
    expect(never.state()).not.toHaveProperty('lost');
  });
});

describe('a recording', () => {
  it('has what is shown from its first line on, our own lines and sizes, and nothing that is typed', async () => {
    const { open, sessions, events } = start();
    const { id, run, startPty, succeed, state } = open(true);
    expect(state()).toMatchObject({ isRecorded: true, recording: { file: '/recordings/0.cast', state: 'running' } });
    run.say('Logging in.');
    const pty = startPty();
    pty.says('Password: ');
    sessions.write(id, 'hunter2\r');
    sessions.resize(id, { columns: 90, rows: 20 });
    pty.says('\r\nok');
    succeed(0);
    await settle();
    expect(events(0)).toEqual([
      ['o', 'Recording what this terminal shows, to /recordings/0.cast\r\n'],
      ['o', 'Logging in.\r\n'],
      ['o', 'Password: '],
      ['r', '90x20'],
      ['o', '\r\nok'],
      // Not behind what the device left there.
      ['o', '\r\nThe recording ends.\r\n'],
      ['m', 'Glasskey: end of the recording.'],
    ]);
    expect(state()).toMatchObject({ state: 'ended', isRecorded: false, recording: { state: 'stopped' } });
  });

  it('is begun and ended by hand, each time into a file of its own, and begins with the next login again', async () => {
    const { open, sessions, events, login } = start();
    const { id, startPty, succeed, state } = open();
    const pty = startPty();
    pty.says('before');
    sessions.startRecording(id);
    sessions.startRecording(id);
    pty.says('one');
    sessions.stopRecording(id);
    pty.says('between');
    sessions.startRecording(id);
    pty.says('two');
    succeed(0);
    await settle();
    expect(events(0).flat()).toContain('one');
    expect(events(0).flat()).not.toContain('between');
    expect(events(1).flat()).toContain('two');
    expect(() => sessions.startRecording(id)).toThrow(expect.objectContaining({ code: 'SESSION_ENDED' }));
    sessions.reconnect(id, { route: ROUTE, run: login, isRecorded: false });
    expect(state()).toMatchObject({ isRecorded: true, recording: { file: '/recordings/2.cast' } });
    sessions.stopRecording(id);
    expect(state()?.isRecorded).toBe(false);
  });

  it('that cannot be begun or gone on with says so on the terminal and in the list, and the session goes on', async () => {
    const { open, sessions, recording } = start();
    const full = new GlasskeyError({
      code: 'RECORDING_WRITE_FAILED',
      message: 'The disk is full.',
      remedy: 'Make room.',
    });
    const fine = open(true);
    recording.fails = full;
    const never = open(true);
    expect(never.state()).toMatchObject({ isRecorded: false });
    expect(Buffer.from(sessions.attach(never.id)).toString()).toBe(
      'This session is not recorded. The disk is full.\r\n',
    );
    fine.startPty().says('lost to the recording');
    expect(fine.state()).toMatchObject({
      state: 'starting',
      isRecorded: false,
      recording: { state: 'failed', error: full },
    });
    const shown = Buffer.from(sessions.attach(fine.id)).toString();
    expect(shown).toContain('The recording ends. The disk is full.\r\n');
    expect(shown).toContain('lost to the recording');
  });

  it('that is full ends with a mark, and says so', () => {
    const { open, sessions, recording, events } = start();
    recording.mostBytes = 2_000;
    const { id, startPty, state } = open(true);
    const pty = startPty();
    for (let line = 0; line < 200; line += 1) pty.says(`line ${line}\r\n`);
    expect(state()).toMatchObject({ isRecorded: false, recording: { state: 'full' } });
    expect(events(0).at(-1)).toEqual(['m', expect.stringContaining('largest size')]);
    expect(Buffer.from(sessions.attach(id)).toString()).toContain('has reached its largest size');
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
      route: ROUTE,
      isRecorded: false,
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
    expect(() =>
      sessions.open({ route: ROUTE, isRecorded: false, size: SIZE, run: async () => ({ exitCode: 0 }) }),
    ).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  });
});
